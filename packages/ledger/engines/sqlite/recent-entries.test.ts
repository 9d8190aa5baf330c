import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Entry } from '../../entry.ts';
import { createRecentEntries } from './recent-entries.ts';

const entries = (...indexes: readonly number[]): Entry[] =>
  indexes.map((index) => ({ index }) as Entry);
const indexesOf = (all: readonly Entry[] | undefined) => all?.map(({ index }) => index);

describe('createRecentEntries()', () => {
  test('has nothing before it is given anything', () => {
    const recent = createRecentEntries(3);
    assert.equal(recent.entry(1), undefined);
    assert.equal(recent.following(0, 10), undefined);
  });

  test('answers by index and with what follows, wherever the log was when it began', () => {
    const recent = createRecentEntries(10);
    recent.keep(entries(5, 6));
    recent.keep(entries(7));
    assert.deepEqual(
      [4, 5, 7, 8].map((index) => recent.entry(index)?.index),
      [undefined, 5, 7, undefined],
    );
    assert.deepEqual(indexesOf(recent.following(4, 2)), [5, 6]);
    assert.deepEqual(indexesOf(recent.following(6, 9)), [7]);
    assert.deepEqual(indexesOf(recent.following(7, 9)), []);
    assert.equal(recent.following(3, 9), undefined);
  });

  test('forgets the oldest, never the last ones', () => {
    const recent = createRecentEntries(3);
    for (let index = 1; index <= 20; index++) {
      recent.keep(entries(index));
      const three = [index - 2, index - 1, index].filter((one) => one > 0);
      assert.deepEqual(indexesOf(recent.following(Math.max(0, index - 3), 9)), three);
    }
    assert.equal(recent.entry(1), undefined);
    assert.equal(recent.following(0, 9), undefined);
  });
});
