import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Settle, Signed } from '@coinbox/protocol';
import {
  assertPosted,
  assertRefused,
  assertRejected,
  assertSameAgain,
} from '../testing/assertions.ts';
import { expect } from '../testing/fixture.ts';
import { createPaidSession } from '../testing/session.ts';
import type { PaidSession } from '../testing/session.ts';

type Parked = PaidSession & { readonly parked: Signed<Settle>; readonly receipt: Uint8Array };

async function park(amount = 320n): Promise<Parked> {
  const s = await createPaidSession();
  await s.freeze(s.provider);
  const parked = s.settle(s.bill(amount));
  const answer = expect(await s.issuer.submit(parked.bytes));
  assert.deepEqual([answer.status, answer.code], ['parked', 'settlement-parked']);
  s.terminal.upload = 1;
  return { ...s, parked, receipt: answer.receipt };
}

describe('a settlement to a frozen provider', () => {
  test('is parked: the money stays in the holding wallet', async () => {
    const s = await park();
    const { result, code, amount, to } = s.readReceipt(s.receipt);
    assert.deepEqual(
      [result, code, amount, to],
      ['parked', 'settlement-parked', 320n, s.provider.wallet],
    );
    assert.equal((await s.balanceOf(s.provider)).balance, 0n);
    assert.deepEqual(await s.balanceOf(s.terminal.holding), { balance: 500n, held: 500n });
  });

  test('gets the same receipt while the provider is frozen', async () => {
    const s = await park();
    await assertSameAgain(s, s.parked.bytes, s.receipt);
  });

  test('is posted when the same SETTLE comes after the unfreezing, and once only', async () => {
    const s = await park();
    await s.unfreeze(s.provider);
    const { receipt } = await assertPosted(s, s.parked.bytes);
    assert.equal((await s.balanceOf(s.provider)).balance, 320n);
    assert.deepEqual(await s.balanceOf(s.terminal.holding), { balance: 180n, held: 180n });
    await assertSameAgain(s, s.parked.bytes, receipt);
    await s.freeze(s.provider);
    await assertSameAgain(s, s.parked.bytes, receipt);
  });

  test('has used its upload number: the next upload goes on', async () => {
    const s = await park();
    const refund = s.messages.refund(s.terminal, s.payer.wallet, [s.payment], 180n);
    await assertPosted(s, refund.bytes);
    await s.unfreeze(s.provider);
    await assertPosted(s, s.parked.bytes);
    assert.deepEqual(await s.balanceOf(s.terminal.holding), { balance: 0n, held: 0n });
  });

  test('keeps its money from a refund that would take it', async () => {
    const s = await park();
    const refund = s.messages.refund(s.terminal, s.payer.wallet, [s.payment], 181n);
    await assertRefused(s, refund.bytes, 422, 'refund-exceeds-unspent');
  });

  test('under the same id with other content is rejected: id-reused', async () => {
    const s = await park();
    const other = s.settle(s.bill(320n), { settlement: s.parked.body.settlement });
    await assertRejected(s, other.bytes, 422, 'id-reused');
  });

  test('counts as settled for a SETTLE of its bill under a new id', async () => {
    const s = await createPaidSession();
    await s.freeze(s.provider);
    const bill = s.bill(320n);
    expect(await s.issuer.submit(s.settle(bill).bytes));
    const settlement = s.newId('settlement');
    const draw = s.messages.draw(s.terminal, bill, { draw: settlement });
    const change = { settlement, upload: 2 };
    const again = s.messages.settle(s.terminal, bill, [s.payment], change, draw);
    await assertRejected(s, again.bytes, 409, 'bill-already-settled');
  });

  test('without backing is refused for good, frozen or not', async () => {
    const s = await createPaidSession();
    await s.freeze(s.provider);
    const settle = s.settle(s.bill(501n));
    await assertRefused(s, settle.bytes, 409, 'backing-insufficient');
    await s.unfreeze(s.provider);
    await assertRefused(s, settle.bytes, 409, 'backing-insufficient');
  });

  test('closes the way for a VOID of its payment', async () => {
    const s = await createPaidSession();
    const offer = s.messages.offer(s.terminal, s.provider);
    const pay = s.messages.pay(s.payer, offer, 100n);
    await assertPosted(s, pay.bytes);
    await s.freeze(s.provider);
    const payments = [s.messages.paymentIdOf(pay)];
    expect(await s.issuer.submit(s.settle(s.bill(60n), { payments }).bytes));
    await assertRejected(s, s.messages.voidOf(s.terminal, offer).bytes, 409, 'session-closed');
  });
});
