import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encodeState, wordsOf } from './encode.ts';
import { explore } from './explore.ts';
import type { System } from './explore.ts';
import { wiredProtocolOf } from './network.ts';
import { protocolOf, stepsOf, RULES } from './protocol.ts';
import { singleOf } from './scenes.ts';
import type { State, Way } from './state.ts';

const ways: readonly Way[] = ['online', 'offline'];

/** The same system; every step that is taken is added to `steps`. */
const noting = <S>(system: System<S>, steps: Set<number>): System<S> => ({
  ...system,
  next: (state, reach) =>
    system.next(state, (next, step) => {
      steps.add(step);
      reach(next, step);
    }),
});

describe('wiredProtocolOf()', () => {
  for (const way of ways) {
    const scene = singleOf(way);
    const words = new Int32Array(wordsOf(scene));
    const keyOf = (state: State): string => {
      encodeState(state, words);
      return words.join();
    };
    it(`reaches the same stored states with queues, losses and crashes: ${way}`, () => {
      const stored = new Set<string>();
      const wiredSteps = new Set<number>();
      const wired = explore(noting(wiredProtocolOf(scene), wiredSteps), (state) =>
        stored.add(keyOf(state.stored)),
      );
      const short = new Set<string>();
      const plainSteps = new Set<number>();
      const plain = explore(noting(protocolOf(scene), plainSteps), (state) =>
        short.add(keyOf(state)),
      );
      assert.equal(wired.finding, undefined);
      assert.equal(plain.finding, undefined);
      assert.deepEqual([...stored].sort(), [...short].sort());
      assert.deepEqual(
        [...plainSteps].filter((step) => !wiredSteps.has(step)),
        [],
      );
      assert.ok(wired.states > 100 * plain.states, 'the network has states of its own');
    });
  }

  const scene = singleOf('offline');
  const system = wiredProtocolOf(scene);
  const after = (state: typeof system.first): readonly (typeof system.first)[] => {
    const reached: (typeof system.first)[] = [];
    system.next(state, (next) => reached.push(next));
    return reached;
  };
  const [paid] = after(system.first);
  assert.ok(paid);

  it('queues a message with the step that stores it', () => {
    assert.equal(paid.stored.sessions[0]?.payer, 'debited');
    assert.equal(paid.queued, 1);
    assert.equal(paid.underWay, 0);
  });

  it('lets nobody take a message that is not under way', () => {
    assert.ok(after(paid).every(({ stored }) => stored === paid.stored));
  });

  it('sends it, or loses it from the queue in a crash, and queues it again from the store', () => {
    const moves = after(paid).map(({ queued, underWay }) => [queued, underWay]);
    assert.deepEqual(moves, [
      [0, 1],
      [0, 0],
    ]);
    const crashed = after(paid)[1] as typeof paid;
    assert.deepEqual(
      after(crashed).map(({ queued, underWay }) => [queued, underWay]),
      [[1, 0]],
    );
  });

  it('delivers a message under way and keeps it there, or loses it', () => {
    const sent = after(paid)[0] as typeof paid;
    const next = after(sent);
    const taken = next.filter(({ stored }) => stored !== sent.stored);
    assert.deepEqual(
      taken.map(({ stored }) => stored.sessions[0]?.holding),
      ['accepted', 'voided'],
    );
    assert.ok(taken.every(({ underWay }) => (underWay & 1) === 1));
    assert.ok(next.some(({ stored, underWay }) => stored === sent.stored && underWay === 0));
  });

  it('gives each step a number of its own', () => {
    const steps = new Set<number>();
    const sent = after(paid)[0] as typeof paid;
    let count = 0;
    system.next({ ...sent, queued: 2 }, (_, step) => {
      steps.add(step);
      count++;
    });
    assert.equal(steps.size, count);
    assert.ok([...steps].some((step) => step >= stepsOf(scene, RULES).length));
  });
});
