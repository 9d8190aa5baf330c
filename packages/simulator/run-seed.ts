import { sha256, textBytes, toHex } from '@coinbox/protocol';
import type { Genesis } from './genesis.ts';
import type { Deed } from './plan.ts';
import { checkAtRest, isAtRest } from './rest-checks.ts';
import type { BillDeed } from './rogue-bills.ts';
import { reportBug } from './setting.ts';
import { checkAccounts } from './witness.ts';
import { createWorld } from './world.ts';
import type { World } from './world.ts';

/** What became of one seed. */
export type Outcome = {
  readonly seed: number;
  readonly events: number;
  readonly simulatedMs: number;
  readonly counts: ReadonlyMap<string, number>;
  /** SHA-256 of the trace, in hexadecimal. */
  readonly traceHash: string;
  readonly trace: readonly string[];
  /** Undefined where all was well. */
  readonly failure: string | undefined;
};

/** With a network that works, and everybody up, all must have come to an end within this. */
const HEAL_MS = 240_000;
/** All accounts are compared with the log after so many events. */
const CHECK_EVERY = 64;

/**
 * One run: what the seed decides happens, with all invariants held after every event; then the
 * network works, everybody is up, and everything must come to an end.
 */
export async function runSeed(genesis: Genesis, seed: number): Promise<Outcome> {
  const world = await createWorld(genesis, seed);
  const { setting } = world;
  const { schedule, witness, plan, tally } = setting;
  const watch = watchPromises(world);
  try {
    setUp(world);
    let comparisons = 0;
    const wrong = (): boolean => {
      if (schedule.events % CHECK_EVERY === 0) {
        comparisons += 1;
        void checkAccounts(witness, world.ledger);
      }
      return witness.violation !== undefined;
    };
    await schedule.runUntil(plan.activeMs, wrong);
    if (!witness.violation) {
      heal(world);
      await schedule.runUntil(plan.activeMs + HEAL_MS, () => wrong() || isAtRest(world));
    }
    if (!witness.violation) await checkAtRest(world);
    if (comparisons > 0) tally.count('all accounts compared in mid-run');
  } catch (thrown) {
    witness.fail(`bug: ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : thrown}`);
  } finally {
    watch.stop();
    world.close();
  }
  const { trace } = schedule;
  return {
    seed,
    events: schedule.events,
    simulatedMs: schedule.elapsedMs,
    counts: tally.counts,
    traceHash: toHex(sha256(textBytes(trace.join('\n')))),
    trace,
    failure: witness.violation,
  };
}

/** A promise that nobody looks at and that fails is a bug, unless a crash has left it behind. */
function watchPromises({ setting }: World): { stop(): void } {
  const onRejection = (cause: unknown): void => reportBug(setting, cause);
  process.on('unhandledRejection', onRejection);
  return { stop: () => void process.off('unhandledRejection', onRejection) };
}

function setUp(world: World): void {
  const { setting, parties, payers, people } = world;
  const { plan, schedule, network, tally } = setting;
  const byName = new Map(parties.map((party) => [party.name, party]));
  for (const party of parties) {
    if (party.name === 'provider-1' && plan.providerAbsent) continue;
    // The issuer is there first: a terminal that finds nobody asks for its mapping 30 s later.
    const at = party.name === 'issuer' ? 0 : 60;
    schedule.after(at, `${party.name} starts`, () => party.start());
  }
  for (const purchase of plan.purchases) {
    const at = 600 + purchase.atMs;
    const payer = payers[purchase.payer];
    schedule.after(at, `${payer?.name} wants to pay`, () => payer?.buy(purchase));
  }
  for (const { atMs, who } of plan.crashes) {
    schedule.after(atMs, `the power of ${who} fails`, () => byName.get(who)?.crash('a power cut'));
  }
  for (const { atMs, who, lastsMs } of plan.cuts) {
    schedule.after(atMs, `${who} is cut off`, () => {
      tally.count(`cut off: ${who.replace(/-\d+$/, '')}`);
      network.setCut(who, true);
    });
    schedule.after(atMs + lastsMs, `${who} is let back`, () => network.setCut(who, false));
  }
  for (const deed of plan.deeds) {
    schedule.after(deed.atMs, deed.what, () => act(world, deed, people.act));
  }
}

function act(
  { setting, terminals, payers, rogue }: World,
  deed: Deed,
  others: (deed: Deed) => void,
): void {
  const { random, tally } = setting;
  tally.count(`deed: ${deed.what}`);
  const terminal = random.pick(terminals);
  if (deed.what.startsWith('bill ')) return rogue.bill(terminal, deed.what as BillDeed);
  if (deed.what === 'reuse a payer counter') return random.pick(payers).reuseCounter(terminal);
  others(deed);
}

/** Faults end, everybody comes back, people lift what they have frozen, payers ask to the end. */
function heal(world: World): void {
  const { setting, parties, payers, people } = world;
  const { schedule, network, plan } = setting;
  setting.healing = true;
  schedule.note('heal');
  network.heal();
  for (const party of parties) party.revive();
  const absent = parties.find(({ name }) => name === 'provider-1');
  if (plan.providerAbsent) absent?.start();
  if (plan.lacksTariff === 'until healed') absent?.crash('it is given the tariff');
  const again = (): void => {
    schedule.after(1_000, 'people look after everything', () => {
      void people.relent();
      for (const payer of payers) payer.chaseAll();
      again();
    });
  };
  again();
}
