import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { IN_TIME, SOON, unreached } from './situations.ts';

const reached = (situations: readonly string[]) => new Map(situations.map((one) => [one, 1]));

describe('unreached()', () => {
  it('asks nothing of a handful of seeds', () => {
    assert.deepEqual(unreached(new Map(), 59), []);
  });

  it('asks the frequent situations of sixty seeds, and the rare ones of two thousand', () => {
    assert.deepEqual(unreached(new Map(), 60), SOON);
    assert.deepEqual(unreached(reached(SOON), 1_999), []);
    assert.deepEqual(unreached(reached(SOON), 2_000), IN_TIME);
    assert.deepEqual(unreached(reached([...SOON, ...IN_TIME]), 20_000), []);
  });

  it('names the one that is missing', () => {
    const [, ...rest] = SOON;
    assert.deepEqual(unreached(reached(rest), 60), SOON.slice(0, 1));
  });

  it('covers what decides about money: every kind of event, answer and crash', () => {
    const all = [...SOON, ...IN_TIME].join('\n');
    const needed = ['billed a part', 'billed all', 'billed nothing', 'no-bill', 'no-start'];
    for (const word of [...needed, 'park posted', 'suspend', 'after an append of accepted']) {
      assert.ok(all.includes(word), word);
    }
  });
});
