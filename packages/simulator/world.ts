import type { Ledger } from '@coinbox/ledger';
import type { Offer, Signed, WalletId } from '@coinbox/protocol';
import { START, ledgerOf } from './genesis.ts';
import type { Genesis } from './genesis.ts';
import { createIssuerParty } from './issuer-party.ts';
import type { IssuerParty } from './issuer-party.ts';
import { createLinks } from './links.ts';
import { createMachine } from './machine.ts';
import type { Machine } from './machine.ts';
import { createNetwork } from './network.ts';
import { createPayerParty } from './payer-party.ts';
import type { PayerParty } from './payer-party.ts';
import { createPeople } from './people.ts';
import type { People } from './people.ts';
import { createPlan } from './plan.ts';
import { createProviderParty } from './provider-party.ts';
import type { ProviderParty } from './provider-party.ts';
import { createRandom } from './random.ts';
import { createRogueProvider } from './rogue-bills.ts';
import type { RogueProvider } from './rogue-bills.ts';
import { createSchedule } from './schedule.ts';
import type { Party, Setting } from './setting.ts';
import { createTally } from './tally.ts';
import { createTerminalParty } from './terminal-party.ts';
import type { TerminalParty } from './terminal-party.ts';
import { createWitness } from './witness.ts';

/** All parties of one run, down, over their empty stores. */
export type World = {
  readonly setting: Setting;
  readonly ledger: Ledger;
  readonly issuer: IssuerParty;
  readonly providers: readonly ProviderParty[];
  readonly terminals: readonly TerminalParty[];
  readonly payers: readonly PayerParty[];
  readonly people: People;
  readonly rogue: RogueProvider;
  /** Every party, in the order in which they start. */
  readonly parties: readonly Party[];
  close(): void;
};

/** Builds what a seed decides. The witness has read the beginning of the log. */
export async function createWorld(genesis: Genesis, seed: number): Promise<World> {
  const random = createRandom(seed);
  const plan = createPlan(random);
  const schedule = createSchedule(START);
  const tally = createTally();
  const network = createNetwork({ schedule, random, weather: plan.weather, tally });
  const machines: Machine[] = [];
  const witness = createWitness({
    genesis,
    tally,
    note: schedule.note,
    deliveredWh: (session) => {
      const found = machines.map((machine) => machine.delivered(session));
      return found.find((energy) => energy !== undefined) ?? 0n;
    },
  });
  const setting: Setting = {
    genesis,
    plan,
    schedule,
    random,
    network,
    tally,
    witness,
    healing: false,
    listeners: [],
  };
  const ledger = await ledgerOf(genesis, schedule.clock);
  await witness.readLog(ledger);
  const issuer = createIssuerParty(setting, ledger);
  const nameOf = namesOf(genesis);
  const links = createLinks(
    network,
    schedule,
    genesis.providers.map(({ wallet }) => wallet),
    nameOf,
  );
  const providers = genesis.providers.slice(0, plan.providers).map((provider, at) => {
    const lacksTariff = at === 0 ? plan.lacksTariff : 'no';
    return createProviderParty(setting, {
      name: nameOf(provider.wallet),
      provider,
      links,
      lacksTariff,
    });
  });
  const terminals = genesis.terminals.slice(0, plan.terminals).map((terminal) => {
    const name = nameOf(terminal.holding.wallet);
    const machine = createMachine(setting, name);
    machines.push(machine);
    return createTerminalParty(setting, { name, terminal, issuer, links, machine });
  });
  const offers: Signed<Offer>[] = [];
  const payers = genesis.payers.slice(0, plan.payers).map((payer) => {
    const name = nameOf(payer.wallet);
    return createPayerParty(setting, { name, payer, issuer, terminals, offers });
  });
  return {
    setting,
    ledger,
    issuer,
    providers,
    terminals,
    payers,
    people: createPeople(setting, issuer),
    rogue: createRogueProvider(setting, terminals),
    parties: [issuer, ...providers, ...terminals, ...payers],
    close: () => issuer.close(),
  };
}

function namesOf({ providers, terminals, payers }: Genesis): (wallet: WalletId) => string {
  const names = new Map<WalletId, string>([
    ...providers.map(({ wallet }, at) => [wallet, `provider-${at + 1}`] as const),
    ...terminals.map(({ holding }, at) => [holding.wallet, `terminal-${at + 1}`] as const),
    ...payers.map(({ wallet }, at) => [wallet, `payer-${at + 1}`] as const),
  ]);
  return (wallet) => names.get(wallet) ?? wallet;
}
