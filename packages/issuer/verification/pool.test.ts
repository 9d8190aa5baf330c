import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { Fault, softwareSigner } from '@coinbox/protocol';
import { createVerifierPool } from './pool.ts';
import type { Check } from './present.ts';
import { verifyChecks } from './verifier.ts';

const signers = [
  softwareSigner('EdDSA', new Uint8Array(32).fill(1)),
  softwareSigner('ES256', new Uint8Array(32).fill(2)),
];

/** Check number `n`: every third does not hold. */
function checkOf(n: number): Check {
  const signer = signers[n % 2] as (typeof signers)[0];
  const message = Uint8Array.of(n & 255, n >> 8);
  const signature = signer.sign(n % 3 === 0 ? Uint8Array.of(0, 0, 0) : message);
  return { key: signer.publicKey, message, signature };
}

describe('createVerifierPool()', () => {
  const pool = createVerifierPool(2);
  after(() => pool.close());

  test('answers each of many messages with its own checks, as one thread would', async () => {
    const messages = Array.from({ length: 300 }, (_, n) =>
      Array.from({ length: n % 4 }, (_, i) => checkOf(n + i)),
    );
    const answers = await Promise.all(messages.map((checks) => pool.verify(checks)));
    assert.deepEqual(answers, messages.map(verifyChecks));
    assert.equal(answers.flat().filter((valid) => valid).length > 0, true);
    assert.equal(answers.flat().filter((valid) => !valid).length > 0, true);
  });

  test('takes more after a batch has come back', async () => {
    for (let n = 1; n < 3; n++) assert.deepEqual(await pool.verify([checkOf(n)]), [true]);
  });

  test('after its end nothing is verified, and who waited is told: closed', async () => {
    const short = createVerifierPool(1);
    const waiting = Array.from({ length: 200 }, (_, n) => short.verify([checkOf(n)]));
    const told = Promise.allSettled(waiting);
    await short.close();
    const isClosed = (cause: unknown): boolean => cause instanceof Fault && cause.code === 'closed';
    for (const one of await told) assert.ok(one.status === 'fulfilled' || isClosed(one.reason));
    await assert.rejects(short.verify([checkOf(1)]), isClosed);
  });
});
