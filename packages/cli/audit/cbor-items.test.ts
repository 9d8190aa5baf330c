import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeCbor } from '@coinbox/protocol';
import { headOf, itemsOf } from './cbor-items.ts';

test('itemsOf() gives the items of an array as they are encoded', () => {
  const value = [1, 'two', [3, [4]], Uint8Array.of(5), new Map([[6, 'six']]), -7, 2n ** 40n];
  assert.deepEqual(
    itemsOf(encodeCbor(value)).map((item) => [...item]),
    value.map((item) => [...encodeCbor(item)]),
  );
});

test('headOf() reads an argument of 1, 2, 4 and 8 bytes', () => {
  // RFC 8949, Appendix A: 24, 1000, 1000000, 1000000000000.
  const rows = [
    ['1818', 24, 2],
    ['1903e8', 1000, 3],
    ['1a000f4240', 1_000_000, 5],
    ['1b000000e8d4a51000', 1_000_000_000_000, 9],
  ] as const;
  for (const [hex, argument, next] of rows) {
    assert.deepEqual(headOf(Buffer.from(hex, 'hex'), 0), { major: 0, argument, next });
  }
});

for (const [what, hex] of [
  ['nothing', ''],
  ['a number', '01'],
  ['an array that ends too early', '8201'],
  ['an item that ends too early', '8143aa'],
  ['bytes behind the array', '810101'],
  ['an array of indefinite length', '9f01ff'],
  ['an array of 2^32 items', '9b0000000100000000'],
  ['seventeen levels', '81'.repeat(18) + '01'],
] as const) {
  test(`itemsOf() refuses ${what}`, () => {
    assert.throws(() => itemsOf(Buffer.from(hex, 'hex')));
  });
}
