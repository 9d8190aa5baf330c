import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UsageError } from './exit-codes.ts';
import { parseMajor } from './money-argument.ts';

test('parseMajor() reads a decimal of major units', () => {
  assert.equal(parseMajor('50', 'CNY/2'), 5_000n);
  assert.equal(parseMajor('0.01', 'CNY/2'), 1n);
  assert.equal(parseMajor('50', 'JPY/0'), 50n);
});

for (const text of ['0', '0.00', '-1', '1.005', '1e3', '', '１']) {
  test(`parseMajor() refuses "${text}"`, () => {
    assert.throws(() => parseMajor(text, 'CNY/2'), UsageError);
  });
}
