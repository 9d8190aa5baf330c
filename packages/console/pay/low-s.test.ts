import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromHex, softwareSigner, textBytes, toHex, verifySignature } from '@coinbox/protocol';
import { lowS } from './low-s.ts';

const bytes = (text: string): Uint8Array => fromHex(text) as Uint8Array;
const r = '11'.repeat(32);

/** s, what becomes of it: n − 1 is 1, n / 2 (rounded down) stays. */
const rows: readonly [string, string][] = [
  ['ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550', '01'.padStart(64, '0')],
  [
    '7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8',
    '7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8',
  ],
  ['05'.padStart(64, '0'), '05'.padStart(64, '0')],
];

for (const [s, low] of rows) {
  test(`lowS() makes ${s.slice(0, 8)}… of a signature ${low.slice(0, 8)}…`, () => {
    assert.equal(toHex(lowS(bytes(r + s))), r + low);
  });
}

test('lowS() makes a signature of the other half one that Coinbox takes', () => {
  const signer = softwareSigner('ES256', new Uint8Array(32).fill(7));
  const message = textBytes('a message');
  const signature = signer.sign(message);
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  const s = BigInt(`0x${toHex(signature.subarray(32))}`);
  const high = bytes(toHex(signature.subarray(0, 32)) + (order - s).toString(16).padStart(64, '0'));
  assert.equal(verifySignature(signer.publicKey, message, high), false);
  assert.equal(verifySignature(signer.publicKey, message, lowS(high)), true);
});
