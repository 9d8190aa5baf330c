import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_MONEY } from '@coinbox/protocol';
import { draw, freeze, hold, open, release, transfer, unfreeze } from './conformance/groups.ts';
import { stepsFromText, stepsToText } from './stored-steps.ts';

test('every kind of step is stored and read back as it was, amounts to the last unit', () => {
  const steps = [
    open('a'),
    freeze('a'),
    unfreeze('a'),
    transfer('a', 'b', MAX_MONEY),
    hold('h', 'a', 1n),
    draw('h', 'b', 9_007_199_254_740_993n), // 2^53 + 1, which no float holds
    release('h', 2n),
  ];
  assert.deepEqual(stepsFromText(stepsToText(steps)), steps);
});

test('amounts are decimal strings in the text', () => {
  const text = stepsToText([transfer('a', 'b', 30n)]);
  assert.equal(text, '[{"kind":"transfer","debit":"a","credit":"b","amount":"30"}]');
});

test('a text that is not JSON throws', () => {
  assert.throws(() => stepsFromText('['), SyntaxError);
});
