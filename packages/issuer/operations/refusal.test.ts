import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { REFUSAL } from '@coinbox/protocol';
import type { Refusal } from '@coinbox/protocol';
import { decodeMemo } from '../memo.ts';
import { assertPosted, assertRejected, assertSameAgain } from '../testing/assertions.ts';
import { createPaidSession } from '../testing/session.ts';
import type { PaidSession } from '../testing/session.ts';

function refusalOf(s: PaidSession, change: Partial<Refusal> = {}) {
  const { holding } = s.terminal;
  const bill = s.bill(9_999n);
  return holding.sign(REFUSAL, {
    sequence: holding.next(),
    session: s.session,
    terminal: holding.wallet,
    bill: bill.body.bill,
    billHash: bill.hash,
    code: 'bill-over-ceiling',
    ...change,
  });
}

describe('refusal()', () => {
  test('keeps the very bytes, moves nothing, and answers alike for ever', async () => {
    const s = await createPaidSession();
    const message = refusalOf(s);
    const { content, receipt } = await assertPosted(s, message.bytes);
    assert.deepEqual([content.amount, content.code], [0n, undefined]);
    const memo = decodeMemo((await s.issuer.ledger.entry(content.index))?.memo as Uint8Array);
    assert.deepEqual(Buffer.from(memo.request), Buffer.from(message.bytes));
    assert.deepEqual([memo.code, memo.bill], ['bill-over-ceiling', message.body.bill]);
    await assertSameAgain(s, message.bytes, receipt);
  });

  test('rejects a REFUSAL in the name of another terminal: key-wrong-role', async () => {
    const s = await createPaidSession();
    const forged = refusalOf(s, { terminal: s.newId('wallet') });
    await assertRejected(s, forged.bytes, 403, 'key-wrong-role');
  });

  test('rejects a code that is none: malformed-value', async () => {
    const s = await createPaidSession();
    await assertRejected(s, refusalOf(s, { code: 'no-mood' }).bytes, 400, 'malformed-value');
  });
});
