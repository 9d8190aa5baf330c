import type { TestWallet } from '@coinbox/issuer/testing';
import { createBookMemory, createProvider, openMemoryBook } from '@coinbox/provider';
import type { Book, BillRecord, Provider } from '@coinbox/provider';
import { providerFolder } from './genesis.ts';
import type { Life } from './life.ts';
import type { Links } from './links.ts';
import type { Plan } from './plan.ts';
import { createParty, reportBug, writeToDisk } from './setting.ts';
import type { Party, Setting } from './setting.ts';

/** A provider that keeps to the rules. */
export interface ProviderParty extends Party {
  /** Every bill is ended and its outbox is empty. */
  isAtRest(): boolean;
  bills(): readonly BillRecord[];
}

export type ProviderPartyParts = {
  readonly name: string;
  readonly provider: TestWallet;
  readonly links: Links;
  readonly lacksTariff: Plan['lacksTariff'];
};

export function createProviderParty(setting: Setting, parts: ProviderPartyParts): ProviderParty {
  const { name, provider, links } = parts;
  const { schedule, random, tally } = setting;
  const memory = createBookMemory();
  let running: Provider | undefined;

  const party = createParty(setting, {
    name,
    begin(life, up) {
      const { lacksTariff } = parts;
      const hasTariff = lacksTariff === 'no' || (setting.healing && lacksTariff !== 'for ever');
      running = createProvider({
        folder: providerFolder(setting.genesis, provider, hasTariff),
        book: lifeBook(setting, name, life, openMemoryBook(memory)),
        clock: schedule.clock,
        random: (bytes) => random.bytes(bytes),
        openLink: (order) =>
          links.openProvider({
            ...order,
            outbox: {
              pending: (peer) => (life.dead ? [] : order.outbox.pending(peer)),
              acknowledged: (peer, hash) => {
                life.point('before an acknowledgement');
                order.outbox.acknowledged(peer, hash);
              },
            },
            handler: {
              receive: (...message) =>
                life.around('a message of a terminal', () => order.handler.receive(...message)),
            },
            onFault: (fault) => {
              if (!life.dead) reportBug(setting, fault);
            },
          }),
        onRefused: (_from, typ, { code }) =>
          tally.count(`provider refuses: ${typ.slice(8)} ${code}`),
      });
      up();
    },
    ended() {
      running = undefined;
      links.silence(provider.wallet);
    },
  });

  return {
    ...party,
    get isUp() {
      return party.isUp;
    },
    isAtRest: () => running !== undefined && memory.outbox.length === 0,
    bills: () => [...memory.bills.values()],
  };
}

/** Every commit is a point of work, and may fail. */
function lifeBook(setting: Setting, name: string, life: Life, book: Book): Book {
  const write = (what: string, work: () => void): void =>
    life.around(what, () => {
      writeToDisk(setting, name);
      work();
    });
  return {
    ...book,
    record: (state, meter, bill) =>
      write(`a record of ${bill ? 'a bill' : 'readings'}`, () => book.record(state, meter, bill)),
    change: (bill, evidence) =>
      write('a change of a bill', () => {
        book.change(bill, evidence);
        setting.witness.billed(bill);
      }),
    acknowledged: (hash, change) =>
      write('an acknowledged bill', () => book.acknowledged(hash, change)),
  };
}
