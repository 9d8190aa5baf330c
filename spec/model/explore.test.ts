import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CAN_RESOLVE, explore } from './explore.ts';
import type { System } from './explore.ts';

/** A graph of numbers from 0: the step to a neighbour is its place in the list. */
const graph = (
  edges: readonly (readonly number[])[],
  { bad = [], goals }: { bad?: readonly number[]; goals: readonly number[] },
): System<number> => ({
  first: 0,
  words: 1,
  encode: (state, words) => void (words[0] = state),
  next: (state, reach) => (edges[state] as number[]).forEach((to, step) => reach(to, step)),
  broken: (state) => (bad.includes(state) ? `not ${state}` : undefined),
  isResolved: (state) => goals.includes(state),
});

describe('explore()', () => {
  it('counts states, transitions, depth and states at rest, loops included', () => {
    const seen: number[] = [];
    const system = graph([[1, 2], [3], [3, 2], [0]], { goals: [3] });
    assert.deepEqual(
      explore(system, (state) => void seen.push(state)),
      { states: 4, transitions: 6, depth: 2, resolved: 1, finding: undefined },
    );
    assert.deepEqual(seen, [0, 1, 2, 3]);
  });

  it('gives the shortest trace to a state that breaks a property', () => {
    // 0 → 1 → 2 → 4 is found later than 0 → 3 → 4.
    const { finding } = explore(graph([[1, 3], [2], [4], [0, 4], []], { bad: [4], goals: [4] }));
    assert.deepEqual(finding, { property: 'not 4', steps: [1, 1] });
  });

  it('finds that the first state is bad already', () => {
    assert.deepEqual(explore(graph([[]], { bad: [0], goals: [0] })).finding, {
      property: 'not 0',
      steps: [],
    });
  });

  it('goes no further than the first finding', () => {
    const { states } = explore(graph([[1], [2], [3], []], { bad: [1], goals: [3] }));
    assert.equal(states, 2);
  });

  it('finds a dead end', () => {
    const { finding } = explore(graph([[1, 2], [], [3], []], { goals: [3] }));
    assert.deepEqual(finding, { property: CAN_RESOLVE, steps: [0] });
  });

  it('finds a circle that no way leads out of, by its nearest state', () => {
    const { finding } = explore(graph([[1, 2], [4], [3], [2], []], { goals: [4] }));
    assert.deepEqual(finding, { property: CAN_RESOLVE, steps: [1] });
  });

  it('is content with a circle that some way leads out of', () => {
    assert.equal(explore(graph([[1], [2], [1, 3], []], { goals: [3] })).finding, undefined);
  });

  it('finds that nothing can be resolved', () => {
    const { finding } = explore(graph([[1], [0]], { goals: [] }));
    assert.deepEqual(finding, { property: CAN_RESOLVE, steps: [] });
  });
});
