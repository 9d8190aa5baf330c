import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ACCEPT, Fault, METER, REFUND, SETTLE, readOwn, sha256, toHex } from '@coinbox/protocol';
import type { CarrierReply } from '@coinbox/protocol';
import { evolve } from './evolve.ts';
import { readTerminalReport } from './report.ts';
import { EMPTY_STATE } from './state.ts';
import type { TerminalState } from './state.ts';
import {
  Crash,
  createCrashHooks,
  createWorld,
  found,
  kitParties,
  kitPay,
  kitReadings,
  payRequest,
} from './testing/kit.ts';
import type { World } from './testing/kit.ts';

const NEVER = Number.POSITIVE_INFINITY;
const hex = (bytes: Uint8Array): string => toHex(sha256(bytes)).slice(0, 12);

/** What can be seen of a whole session from outside, when it is over. */
type Outcome = {
  readonly passed: readonly string[];
  readonly died: boolean;
  readonly accepts: ReadonlySet<string>;
  readonly settles: ReadonlySet<string>;
  readonly refunds: ReadonlySet<string>;
  readonly postedSettles: number;
  readonly postedRefunds: number;
  readonly meters: readonly string[];
  readonly balances: readonly bigint[];
  readonly state: TerminalState;
  readonly report: unknown;
  readonly faults: readonly unknown[];
};

const TARGETS = ['issuer', 'upload', 'provider'] as const;

/** One step of everybody around the agent, as often as it takes: each may be told again. */
async function turn(world: World, request: Uint8Array, accepts: Set<string>): Promise<boolean> {
  const reply: CarrierReply = await world.exchange(request);
  if (reply.kind === 'session') {
    const accept = found(reply.messages[0]);
    accepts.add(hex(accept));
    if (reply.stage === 'accepted' || reply.stage === 'delivering') {
      world.device.play(readOwn(ACCEPT, accept).body.session, kitReadings());
    }
  }
  await world.run(6_000);
  world.links.retry();
  await world.run();
  return reply.stage === 'closed';
}

/**
 * A session from PAY to close, by an agent that dies at the `at`-th point, and by its successor.
 */
async function live(at: number): Promise<Outcome> {
  let armed = false;
  const hooks = createCrashHooks(at, () => armed);
  const world = await createWorld({ frozen: true, wrap: hooks.wrap });
  const request = payRequest(kitPay((await world.offer()).hash).bytes);
  armed = true;
  const accepts = new Set<string>();
  let restarted = false;
  for (let rounds = 0, over = 0; over < 2; rounds++) {
    assert.ok(rounds < 30, `the session comes to its end after ${hooks.passed.at(-1)}`);
    try {
      over += (await turn(world, request, accepts)) ? 1 : 0;
    } catch (cause) {
      if (!(cause instanceof Crash || cause instanceof Fault)) throw cause;
    }
    if (hooks.dead && !restarted) {
      world.journal.close();
      restarted = true;
      await world.restart();
    }
  }
  const sent = (typ: string) =>
    new Set(world.issuer.submitted.filter((one) => one.typ === typ).map(({ bytes }) => hex(bytes)));
  // Answered messages leave the table with the next commit, so the journal is asked for them.
  const { outbox: _, ...report } = readTerminalReport(world.folder);
  const left = TARGETS.flatMap((target) => world.journal.pending(target)).length;
  const outcome: Outcome = {
    passed: hooks.passed,
    died: hooks.dead,
    accepts,
    settles: sent(SETTLE.typ),
    refunds: sent(REFUND.typ),
    postedSettles: world.issuer.posted(SETTLE.typ).length,
    postedRefunds: world.issuer.posted(REFUND.typ).length,
    meters: world.provider.taken(METER.typ).map(hex),
    balances: [
      world.issuer.balance(kitParties.payer.wallet),
      world.issuer.balance(kitParties.provider.wallet),
      world.issuer.held(),
    ],
    state: [...world.journal.replay()].reduce(evolve, EMPTY_STATE),
    report: { ...report, left },
    faults: world.faults,
  };
  await world.close();
  return outcome;
}

describe('an agent that dies at any point of a session', () => {
  it('comes back and ends it as if nothing had been', async (test) => {
    const undisturbed = await live(NEVER);
    assert.deepEqual(undisturbed.balances, [98_766n, 1_234n, 0n]);
    assert.equal(undisturbed.accepts.size, 1);
    assert.deepEqual([undisturbed.postedSettles, undisturbed.postedRefunds], [1, 1]);
    const points = undisturbed.passed.length;
    test.diagnostic(`${points} points: ${[...new Set(undisturbed.passed)].join(', ')}`);
    for (const kind of ['presented', 'accepted', 'metered', 'billed', 'receipted']) {
      assert.ok(undisturbed.passed.includes(`before append ${kind}`), kind);
      assert.ok(undisturbed.passed.includes(`after append ${kind}`), kind);
    }
    for (const effect of ['submit', 'start', 'receive', 'sent to provider']) {
      assert.ok(undisturbed.passed.includes(`before ${effect}`), effect);
      assert.ok(undisturbed.passed.includes(`after ${effect}`), effect);
    }
    for (let at = 0; at < points; at++) {
      const { passed, died, ...outcome } = await live(at);
      const where = `${at}: ${passed[at]}`;
      assert.ok(died, where);
      const { passed: _, died: __, ...expected } = undisturbed;
      assert.deepEqual(outcome, expected, where);
    }
  });
});
