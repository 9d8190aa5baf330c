import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createTally } from './tally.ts';

it('a tally counts what it is told, and adds what others have counted', () => {
  const tally = createTally();
  tally.count('a');
  tally.count('a');
  tally.add([
    ['a', 3],
    ['b', 1],
  ]);
  assert.deepEqual(
    [...tally.counts],
    [
      ['a', 5],
      ['b', 1],
    ],
  );
});
