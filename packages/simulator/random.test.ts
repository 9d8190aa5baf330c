import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createRandom } from './random.ts';

const draw = (seed: number, count: number, bound = 1_000_000): readonly number[] => {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => random.below(bound));
};

describe('createRandom()', () => {
  it('gives the same numbers for the same seed, and others for another', () => {
    assert.deepEqual(draw(7, 50), draw(7, 50));
    assert.notDeepEqual(draw(7, 50), draw(8, 50));
    assert.notDeepEqual(draw(1, 50), draw(2 ** 32 + 1, 50));
  });

  it('spreads evenly: no tenth of the numbers is off by more than a tenth of itself', () => {
    const counts = Array.from({ length: 10 }, () => 0);
    for (const number of draw(3, 100_000, 10)) counts[number] = (counts[number] ?? 0) + 1;
    for (const count of counts) assert.ok(Math.abs(count - 10_000) < 1_000, `${counts}`);
  });

  it('keeps to its bounds', () => {
    const random = createRandom(1);
    const between = Array.from({ length: 1_000 }, () => random.between(3, 5));
    assert.deepEqual([...new Set(between)].sort(), [3, 4, 5]);
    assert.equal(random.chance(0), false);
    assert.equal(random.chance(1), true);
    assert.equal(random.bytes(10).length, 10);
    assert.equal(random.pick(['only']), 'only');
  });
});
