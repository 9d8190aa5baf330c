import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromBase64url, toBase64url } from './base64url.ts';

/** RFC 4648 §10, and bytes that use the two letters of base64url. */
const rows: readonly [readonly number[], string][] = [
  [[], ''],
  [[0x66], 'Zg'],
  [[0x66, 0x6f], 'Zm8'],
  [[0x66, 0x6f, 0x6f], 'Zm9v'],
  [[0xfb, 0xff], '-_8'],
];

for (const [bytes, text] of rows) {
  test(`base64url of ${bytes.length} bytes is '${text}', both ways`, () => {
    assert.equal(toBase64url(Uint8Array.from(bytes)), text);
    assert.deepEqual([...fromBase64url(text)], bytes);
  });
}

test('fromBase64url() gives nothing for what is no base64url', () => {
  assert.equal(fromBase64url('a').length, 0);
  assert.equal(fromBase64url('*').length, 0);
});
