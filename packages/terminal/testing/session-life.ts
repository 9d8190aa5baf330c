import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { ACCEPT, Fault, METER, REFUND, SETTLE, readOwn, sha256, toHex } from '@coinbox/protocol';
import type { CarrierReply } from '@coinbox/protocol';
import { evolve } from '../evolve.ts';
import { readTerminalReport } from '../report.ts';
import { EMPTY_STATE } from '../state.ts';
import type { TerminalState } from '../state.ts';
import { Crash } from './crash-hooks.ts';
import type { CrashHooks } from './crash-hooks.ts';
import { kitParties, kitPay, kitReadings, payRequest } from './messages.ts';
import { found } from './plot.ts';
import { hookStatements } from './statement-hooks.ts';
import { createWorld } from './world.ts';
import type { World } from './world.ts';

/** A dead process loses nothing that a file in memory keeps, and many processes die here. */
const MEMORY = '/dev/shm';
export const lifeRoot = existsSync(MEMORY) ? MEMORY : tmpdir();

const hex = (bytes: Uint8Array): string => toHex(sha256(bytes)).slice(0, 12);

/** What can be seen of a whole session from outside, when it is over. */
export type Outcome = {
  readonly deaths: number;
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

/** What the machine does with a session that is paid. */
export type Story = 'delivers' | 'fails';

const TARGETS = ['issuer', 'upload', 'provider'] as const;

/** One step of everybody around the agent, as often as it takes: each may be told again. */
export async function turn(
  world: World,
  request: Uint8Array,
  accepts: Set<string>,
  story: Story,
): Promise<boolean> {
  const reply: CarrierReply = await world.exchange(request);
  if (reply.kind === 'session') {
    const accept = found(reply.messages[0]);
    accepts.add(hex(accept));
    if (reply.stage === 'accepted' || reply.stage === 'delivering') {
      const { session } = readOwn(ACCEPT, accept).body;
      if (story === 'delivers') world.device.play(session, kitReadings());
      else world.device.fail(session);
    }
  }
  await world.run(6_000);
  world.links.retry();
  await world.run();
  return reply.stage === 'closed';
}

/** Starts a successor for each agent that has died; gives how many there were. */
export async function restartDead(
  world: World,
  hooks: Pick<CrashHooks, 'deaths'>,
  restarts: number,
): Promise<number> {
  for (; hooks.deaths > restarts; restarts++) {
    await world.restart().catch((cause: unknown) => {
      if (!(cause instanceof Crash)) throw cause;
    });
  }
  return restarts;
}

/** What stands between the agent of a life and its ports. Armed once the offer is made. */
export type LifeHooks = Omit<CrashHooks, 'passed'>;

/**
 * A session from PAY to close, by an agent and, where it dies, its successors. What dies leaves its
 * files as they are.
 */
export async function liveSession(
  story: Story,
  createHooks: (isArmed: () => boolean) => LifeHooks,
): Promise<Outcome> {
  let armed = false;
  const hooks = createHooks(() => armed);
  const unhook = hookStatements(hooks.pass);
  const world = await createWorld({ root: lifeRoot, frozen: true, wrap: hooks.wrap });
  const request = payRequest(kitPay((await world.offer()).hash).bytes);
  armed = true;
  const accepts = new Set<string>();
  let restarts = 0;
  for (let rounds = 0, over = 0; over < 2; rounds++) {
    assert.ok(rounds < 30, `the session comes to its end`);
    try {
      over += (await turn(world, request, accepts, story)) ? 1 : 0;
    } catch (cause) {
      if (!(cause instanceof Crash || cause instanceof Fault)) throw cause;
    }
    restarts = await restartDead(world, hooks, restarts);
  }
  armed = false;
  const sent = (typ: string) =>
    new Set(world.issuer.submitted.filter((one) => one.typ === typ).map(({ bytes }) => hex(bytes)));
  // Answered messages leave the table with the next commit, so the journal is asked for them.
  const { outbox: _, ...report } = readTerminalReport(world.folder);
  const left = TARGETS.flatMap((target) => world.journal.pending(target)).length;
  const outcome: Outcome = {
    deaths: hooks.deaths,
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
  unhook();
  await world.close();
  return outcome;
}
