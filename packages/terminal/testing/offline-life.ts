import assert from 'node:assert/strict';
import {
  Fault,
  accept,
  decodeRun,
  encodeCarrierRequest,
  encodeRun,
  sha256,
  toHex,
  typOf,
} from '@coinbox/protocol';
import { evolve } from '../evolve.ts';
import { EMPTY_STATE } from '../state.ts';
import type { TerminalState } from '../state.ts';
import { Crash, createCrashHooks } from './crash-hooks.ts';
import { offlinePay, payRequest, takeRuns } from './offline.ts';
import { lifeRoot, restartDead, turn } from './session-life.ts';
import type { Story } from './session-life.ts';
import { hookStatements } from './statement-hooks.ts';
import { createWorld } from './world.ts';
import type { World } from './world.ts';

/** What can be seen from outside of a session that was paid and delivered without the issuer. */
export type OfflineOutcome = {
  readonly accepts: ReadonlySet<string>;
  /** Class and hash of each different message that came to the issuer in runs, in order. */
  readonly uploaded: readonly string[];
  readonly state: TerminalState;
  readonly unsent: number;
  readonly faults: readonly unknown[];
};

export type OfflineLife = {
  readonly passed: readonly string[];
  readonly deaths: number;
  readonly outcome: OfflineOutcome;
};

/** Rounds of a life after which the issuer can be reached again. */
const ROUNDS_ALONE = 4;
const MOST_ROUNDS = 40;

/** Has an issuer that can be out of reach; tells what came to it in runs. */
function cutIssuer(world: World, isCut: () => boolean): readonly string[] {
  const { issuer } = world;
  takeRuns(issuer);
  const { submitRun, mapping, beacon } = issuer;
  const uploaded: string[] = [];
  const reach = (): void => {
    if (isCut()) throw new Fault('unreachable', 'the issuer is out of reach');
  };
  const note = (bytes: Uint8Array): void => {
    const typ = typOf(bytes);
    const name = `${typ.ok && typ.value} ${toHex(sha256(bytes)).slice(0, 12)}`;
    // A run begins with a SYNC of its own.
    if (!name.startsWith('coinbox.sync') && !uploaded.includes(name)) uploaded.push(name);
  };
  issuer.mapping = async (terminal) => (reach(), mapping(terminal));
  issuer.beacon = async () => (reach(), beacon());
  issuer.submitRun = async (body) => {
    reach();
    const run = decodeRun(body);
    assert.ok(run.ok, 'a terminal sends runs');
    run.value.forEach(note);
    return submitRun(body);
  };
  // The simulated issuer keeps no books of runs: what follows one is answered like a run.
  issuer.submit = async (bytes) => {
    reach();
    note(bytes);
    const answer = await submitRun(encodeRun([bytes]));
    assert.ok(answer.ok && answer.value.receipts[0], 'an upload has a receipt');
    return accept(answer.value.receipts[0]);
  };
  return uploaded;
}

const unsentOf = ({ journal }: World): number =>
  journal.pending('upload').length + journal.pending('issuer').length;
const isOver = (world: World): boolean =>
  world.agent.status().openSessions === 0 && unsentOf(world) === 0;

/**
 * A session out of reach of the issuer, from PAY to close, by agents that die at the given points.
 */
export async function liveOffline(at: readonly number[], story: Story): Promise<OfflineLife> {
  let armed = false;
  let isCut = false;
  const hooks = createCrashHooks(at, () => armed);
  const unhook = hookStatements(hooks.pass);
  const world = await createWorld({ root: lifeRoot, frozen: true, wrap: hooks.wrap });
  const uploaded = cutIssuer(world, () => isCut);
  await world.agent.close();
  await world.restart();
  await world.run();
  isCut = true;
  const request = encodeCarrierRequest(payRequest(offlinePay(await world.offer(), 2_000n)));
  armed = true;
  const accepts = new Set<string>();
  let restarts = 0;
  for (let rounds = 0, over = 0; over < 2; rounds++) {
    assert.ok(
      rounds < MOST_ROUNDS,
      `the session ends after ${at.map((n) => hooks.passed[n]).join()}`,
    );
    isCut = rounds < ROUNDS_ALONE;
    try {
      await turn(world, request, accepts, story);
      over += isOver(world) ? 1 : 0;
    } catch (cause) {
      if (!(cause instanceof Crash || cause instanceof Fault)) throw cause;
    }
    restarts = await restartDead(world, hooks, restarts);
  }
  armed = false;
  const outcome: OfflineOutcome = {
    accepts,
    uploaded,
    state: [...world.journal.replay()].reduce(evolve, EMPTY_STATE),
    unsent: unsentOf(world),
    faults: world.faults,
  };
  unhook();
  await world.close();
  return { passed: hooks.passed, deaths: hooks.deaths, outcome };
}
