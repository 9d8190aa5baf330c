import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createSalts } from './salts.ts';

describe('createSalts()', () => {
  it('gives the beginning of the HMAC that node:crypto gives', () => {
    const secret = new Uint8Array(32).map((_, i) => i * 7);
    const saltOf = createSalts(secret);
    fc.assert(
      fc.property(fc.maxSafeNat(), (index) => {
        const bytes = Buffer.alloc(8);
        bytes.writeBigUInt64BE(BigInt(index));
        const hmac = createHmac('sha256', secret).update('coinbox/salt/').update(bytes).digest();
        assert.deepEqual(saltOf(index), new Uint8Array(hmac.subarray(0, 16)));
      }),
    );
  });

  it('takes a secret of 32 bytes', () => {
    assert.throws(() => createSalts(new Uint8Array(31)), /bug/);
  });
});
