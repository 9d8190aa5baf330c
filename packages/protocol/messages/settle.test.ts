import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { fromHex, toHex } from '../bytes.ts';
import { idFromBytes, idToBytes } from '../ids.ts';
import { settlementIdOf } from './settle.ts';

describe('settlementIdOf()', () => {
  const bytes = (text: string) => fromHex(text) as Uint8Array;
  const bill = idFromBytes('bill', bytes('0123456789ab00112233445566778899'));
  const session = idFromBytes('session', bytes('0123456789aaffeeddccbbaa99887766'));

  it('is the time of the bill and 80 bits of the SHA-256 of bill and session', () => {
    const content = Buffer.concat([idToBytes(bill), idToBytes(session)]);
    const digest = createHash('sha256').update(content).digest('hex');
    assert.equal(
      toHex(idToBytes(settlementIdOf(bill, session))),
      `0123456789ab${digest.slice(0, 20)}`,
    );
  });

  it('is another for another session', () => {
    const other = idFromBytes('session', bytes('0123456789aaffeeddccbbaa99887767'));
    assert.notEqual(settlementIdOf(bill, other), settlementIdOf(bill, session));
  });
});
