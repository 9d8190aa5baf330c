import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromHex, toHex } from '@coinbox/protocol';
import { requestInMemo } from './memo.ts';

const read = (hex: string): string | undefined => {
  const found = requestInMemo(fromHex(hex) as Uint8Array);
  return found && toHex(found);
};

/** what, memo in hexadecimal, request. CBOR: 0x82 array of two, 0x40 + n a string of n bytes. */
const rows: readonly [string, string, string | undefined][] = [
  ['a short request', '82' + '41a0' + '42d284', 'd284'],
  ['no request', '82' + '41a0' + '40', undefined],
  ['a request of 24 bytes', '82' + '41a0' + '5818' + 'ab'.repeat(24), 'ab'.repeat(24)],
  ['a request of 5,000 bytes', '82' + '41a0' + '591388' + 'cd'.repeat(5000), 'cd'.repeat(5000)],
  ['another array', '83' + '41a0' + '41ff' + '41ff', undefined],
  ['bytes after it', '82' + '41a0' + '42d284' + '00', undefined],
  ['an end too early', '82' + '41a0' + '43d284', undefined],
  ['a text', '82' + '41a0' + '6161', undefined],
  ['a length of four bytes', '82' + '41a0' + '5a00000001ff', undefined],
];

for (const [what, memo, request] of rows) {
  test(`requestInMemo() reads a memo with ${what}`, () => {
    assert.equal(read(memo), request);
  });
}
