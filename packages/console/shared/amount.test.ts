import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assetNamed, formatAmount, readAmount } from './amount.ts';

test('formatAmount() shows minor units in major ones, with the code of the currency', () => {
  assert.equal(formatAmount('123456', 'CNY/2', 'en'), '1,234.56 CNY');
  assert.equal(formatAmount(5n, 'CNY/2', 'zh'), '0.05 CNY');
  assert.equal(formatAmount('1200', 'JPY/0', 'en'), '1,200 JPY');
  assert.equal(formatAmount('-1', 'KWD/3', 'en'), '-0.001 KWD');
  assert.equal(formatAmount('7', 'what', 'en'), '7 what');
});

/** what is typed, minor units of CNY/2 */
const typed: readonly [string, bigint | undefined][] = [
  ['12', 1200n],
  ['12.3', 1230n],
  ['12,30', 1230n],
  [' 0.01 ', 1n],
  ['12.', 1200n],
  ['0', undefined],
  ['0.00', undefined],
  ['1.234', undefined],
  ['-1', undefined],
  ['1e3', undefined],
  ['', undefined],
  ['1,234.50', undefined],
];

for (const [text, minor] of typed) {
  test(`readAmount() reads '${text}' as ${minor ?? 'no amount'}`, () => {
    assert.equal(readAmount(text, 'CNY/2'), minor);
  });
}

test('assetNamed() knows the currencies of ISO 4217', () => {
  assert.equal(assetNamed('JPY'), 'JPY/0');
  assert.equal(assetNamed('XXY'), undefined);
});
