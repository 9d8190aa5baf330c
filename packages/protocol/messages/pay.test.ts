import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { toHex } from '../bytes.ts';
import { idToBytes } from '../ids.ts';
import { exampleMessages } from '../testing.ts';
import { paymentIdOf } from './pay.ts';

describe('paymentIdOf()', () => {
  const { pay } = exampleMessages();

  it('is 48 bits of the time of the PAY and 80 of the hash of its hash', () => {
    const id = toHex(idToBytes(paymentIdOf(pay)));
    assert.equal(id.slice(0, 12), pay.body.at.toString(16).padStart(12, '0'));
    assert.equal(id.length, 32);
    assert.equal(paymentIdOf(pay), paymentIdOf({ body: pay.body, hash: pay.hash }));
  });

  it('differs where the PAY differs', () => {
    const other = { body: pay.body, hash: pay.hash.map((byte) => byte ^ 1) };
    assert.notEqual(paymentIdOf(other), paymentIdOf(pay));
  });
});
