import { ACCEPT, METER, REFUSAL, SETTLE, assert, money, newId, readOwn } from '@coinbox/protocol';
import type { Bill, Meter, Money, Reading, SessionId, Signed } from '@coinbox/protocol';
import { exampleBytes } from '@coinbox/protocol/testing';
import type { ExampleParty } from '@coinbox/protocol/testing';
import type { AgentParts } from '../../agent.ts';
import { createJournalMemory, openMemoryJournal } from '../../memory-journal.ts';
import { createTariffShelf } from '../../sale.ts';
import {
  createWorld,
  found,
  kitBill,
  kitParties,
  kitPay,
  kitTerminal,
  payRequest,
  tariffHashOf,
} from '../../testing/kit.ts';
import type { World } from '../../testing/kit.ts';
import type { Rig, Vertical } from './verticals.ts';

/** A payment at the machine, and the session that came of it. */
export type Paid = { readonly request: Uint8Array; readonly session: SessionId };

/** A terminal with the adapter of one vertical on it, and everybody around it simulated. */
export interface Site {
  readonly world: World;
  readonly rig: Rig;
  readonly vertical: Vertical;
  /** Pays 20.00 or another amount. */
  pay(amount?: bigint): Promise<Paid>;
  pass(milliseconds: number): Promise<void>;
  /** The time jumps, and nothing happens in between. */
  jump(milliseconds: number): void;
  powerCut(): Promise<void>;
  /** Nobody outside of the machine can be reached. */
  cutOff(isCut: boolean): void;
  /** What the tariff asks for the METERs of a session as they came to the provider. */
  priceOf(session: SessionId): Money;
  /** A bill for a METER; by itself the right one. */
  bill(meter: Signed<Meter>, over?: Partial<Bill>, by?: ExampleParty): Signed<Bill>;
  /** The METERs that came to the provider, signed. */
  finalMeter(session: SessionId): Signed<Meter>;
  /** Minor units: what payer and provider have gained, and what is held. */
  moved(): { payer: bigint; provider: bigint; held: bigint };
  stageOf(paid: Paid): Promise<string | undefined>;
  refusals(): readonly string[];
  settlements(): number;
  close(): Promise<void>;
}

export type SiteOptions = {
  /** Fields added to the tariff of the vertical. */
  readonly tariff?: object;
  readonly bounds?: AgentParts['bounds'];
};

const PIECE_MS = 30_000;
/** Payers of the simulated issuer begin with so much. */
const PURSE = 100_000n;

export async function openSite(vertical: Vertical, options: SiteOptions = {}): Promise<Site> {
  const rig = vertical.open();
  const document = { ...(JSON.parse(vertical.tariff) as object), ...options.tariff };
  const tariff = JSON.stringify(document);
  const shelf = createTariffShelf([tariff], 'CNY/2');
  const software = createSoftware(rig, tariff);
  let paid = 0;
  let bills = 0;
  const world = await createWorld({
    wrap: software.wrap,
    ...(options.bounds && { bounds: options.bounds }),
  });
  const now = () => (world.now() + software.jumped) as ReturnType<World['now']>;
  const metersOf = (session: SessionId): Signed<Meter>[] =>
    world.provider
      .taken(METER.typ)
      .map((bytes) => readOwn(METER, bytes) as Signed<Meter>)
      .filter(({ body }) => body.session === session);
  const site: Site = {
    world,
    rig,
    vertical,
    ...readers(world, metersOf),
    async pay(amount = 2_000n) {
      const { hash } = await world.offer();
      const over = { amount: money(amount), sequence: ++paid, at: now() };
      const request = payRequest(kitPay(hash, over).bytes);
      const reply = await world.exchange(request);
      return { request, session: readOwn(ACCEPT, found(reply.messages[0])).body.session };
    },
    async pass(milliseconds) {
      // The links are carried at the end of each piece.
      for (let left = milliseconds; left > PIECE_MS; left -= PIECE_MS) await world.run(PIECE_MS);
      await world.run(milliseconds % PIECE_MS || Math.min(milliseconds, PIECE_MS));
    },
    jump: (milliseconds) => void (software.jumped += milliseconds),
    async powerCut() {
      await world.agent.close();
      rig.losePower();
      await world.restart();
      await world.run();
    },
    cutOff(isCut) {
      world.links.setConnected(kitTerminal, !isCut);
      world.issuer.interfere = () => (isCut ? 'unreachable' : undefined);
    },
    priceOf(session) {
      const readings = metersOf(session).flatMap(({ body }): readonly Reading[] => body.readings);
      const price = shelf.price(tariffHashOf(tariff), readings);
      assert(price.ok, 'the readings of a machine have a price');
      return price.value;
    },
    bill(meter, over = {}, by = kitParties.provider) {
      const { session } = meter.body;
      const issuedAt = over.issuedAt ?? now();
      const bill = newId('bill', issuedAt, exampleBytes(`bill ${++bills}`));
      const amount = over.amount ?? site.priceOf(session);
      const { tariffHash } = meter.body;
      const lines = amount === 0n ? { lines: [] } : {};
      const own = { bill, sequence: bills, amount, tariffHash, issuedAt, ...lines };
      return kitBill({ session, meterHash: meter.hash }, { ...own, ...over }, by);
    },
    close: () => world.close(),
  };
  world.provider.billFor = (meter) => site.bill(meter);
  return site;
}

/** What starts on the machine each time, in a time that may have jumped. */
function createSoftware(rig: Rig, tariff: string) {
  const memory = createJournalMemory();
  let generation = 0;
  const software = {
    jumped: 0,
    wrap(parts: AgentParts): AgentParts {
      const own = ++generation;
      const now = () => (parts.clock.now() + software.jumped) as ReturnType<World['now']>;
      const clock = { now };
      // The software before a power cut does nothing any more.
      const timers: AgentParts['timers'] = {
        after: (ms, work) => parts.timers.after(ms, () => void (own === generation && work())),
      };
      const device = rig.boot({ clock, timers, onFault: parts.onFault });
      // Hundreds of sessions: a journal in memory keeps what the one on disk would.
      parts.journal.close();
      const journal = openMemoryJournal(memory);
      const folder = { ...parts.folder, tariffs: [tariff] };
      return { ...parts, journal, clock, timers, device, folder };
    },
  };
  return software;
}

type Readers = Pick<Site, 'finalMeter' | 'moved' | 'stageOf' | 'refusals' | 'settlements'>;

/** What can be looked at without anything happening. */
function readers(
  world: World,
  metersOf: (session: SessionId) => readonly Signed<Meter>[],
): Readers {
  const { issuer } = world;
  return {
    finalMeter: (session) => found(metersOf(session).find(({ body }) => body.final)),
    moved: () => ({
      payer: issuer.balance(kitParties.payer.wallet) - PURSE,
      provider: issuer.balance(kitParties.provider.wallet),
      held: issuer.held(),
    }),
    stageOf: async ({ request }) => (await world.exchange(request)).stage,
    refusals: () =>
      issuer.posted(REFUSAL.typ).map(({ bytes }) => readOwn(REFUSAL, bytes).body.code),
    settlements: () => issuer.posted(SETTLE.typ).length,
  };
}
