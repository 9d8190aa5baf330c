import assert from 'node:assert/strict';
import { test } from 'node:test';
import { softwareSigner } from '@coinbox/protocol';
import type { Check } from './present.ts';
import { createInlineVerifier, verifyChecks } from './verifier.ts';

const message = Uint8Array.of(1, 2, 3);
const signer = softwareSigner('EdDSA', new Uint8Array(32).fill(7));
const good: Check = { key: signer.publicKey, message, signature: signer.sign(message) };
const bad: Check = { ...good, message: Uint8Array.of(1, 2, 4) };

const rows: readonly (readonly [string, readonly Check[], readonly boolean[]])[] = [
  ['no check has no answer', [], []],
  ['good ones hold', [good, good], [true, true]],
  ['a bad one inside fails alone', [good, bad, good], [true, false, true]],
  ['behind a bad first one nothing holds', [bad, good, good], [false, false, false]],
];
for (const [title, checks, valid] of rows) {
  test(`verifyChecks(): ${title}`, async () => {
    assert.deepEqual(verifyChecks(checks), valid);
    assert.deepEqual(await createInlineVerifier().verify(checks), valid);
  });
}
