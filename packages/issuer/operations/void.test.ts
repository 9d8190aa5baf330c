import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  assertPosted,
  assertRefused,
  assertRejected,
  assertSameAgain,
} from '../testing/assertions.ts';
import { createPaidSession } from '../testing/session.ts';

describe('voidOffer()', () => {
  test('uses up an offer that nobody has paid, and answers alike for ever', async () => {
    const s = await createPaidSession();
    const offer = s.messages.offer(s.terminal, s.provider);
    const voided = s.messages.voidOf(s.terminal, offer);
    const { content, receipt } = await assertPosted(s, voided.bytes);
    assert.deepEqual([content.amount, content.to], [0n, undefined]);
    await assertSameAgain(s, voided.bytes, receipt);
    const late = s.messages.pay(s.payer, offer, 10n);
    await assertRefused(s, late.bytes, 409, 'offer-voided');
    await assertSameAgain(s, voided.bytes, receipt);
  });

  test('gives the payer back what was paid on the offer', async () => {
    const s = await createPaidSession();
    const offer = s.messages.offer(s.terminal, s.provider);
    await assertPosted(s, s.messages.pay(s.payer, offer, 100n).bytes);
    const voided = s.messages.voidOf(s.terminal, offer);
    const { content, receipt } = await assertPosted(s, voided.bytes);
    assert.deepEqual([content.amount, content.to], [100n, s.payer.wallet]);
    assert.equal((await s.balanceOf(s.payer)).balance, 9_500n);
    await assertSameAgain(s, voided.bytes, receipt);
  });

  test('of another terminal does not touch the offer', async () => {
    const s = await createPaidSession();
    const offer = s.messages.offer(s.terminal, s.provider);
    const other = await s.openTerminal(s.provider);
    await assertPosted(s, s.messages.voidOf(other, offer).bytes);
    await assertPosted(s, s.messages.pay(s.payer, offer, 10n).bytes);
  });

  test('rejects a VOID in the name of another terminal: key-wrong-role', async () => {
    const s = await createPaidSession();
    const offer = s.messages.offer(s.terminal, s.provider);
    const other = await s.openTerminal(s.provider);
    const forged = s.messages.voidOf(other, offer, { terminal: s.terminal.holding.wallet });
    await assertRejected(s, forged.bytes, 403, 'key-wrong-role');
  });

  test('rejects another VOID of an offer that is void: id-reused', async () => {
    const s = await createPaidSession();
    const offer = s.messages.offer(s.terminal, s.provider);
    await assertPosted(s, s.messages.voidOf(s.terminal, offer).bytes);
    await assertRejected(s, s.messages.voidOf(s.terminal, offer).bytes, 422, 'id-reused');
  });

  test('rejects the VOID of an offer whose money was drawn: session-closed', async () => {
    const s = await createPaidSession();
    const offer = s.messages.offer(s.terminal, s.provider);
    const pay = s.messages.pay(s.payer, offer, 100n);
    await assertPosted(s, pay.bytes);
    const payments = [s.messages.paymentIdOf(pay)];
    await assertPosted(s, s.settle(s.bill(1n), { payments }).bytes);
    await assertRejected(s, s.messages.voidOf(s.terminal, offer).bytes, 409, 'session-closed');
  });

  test('and a PAY at once leave the payer whole, whoever comes first', async () => {
    for (const payFirst of [true, false]) {
      const s = await createPaidSession();
      const offer = s.messages.offer(s.terminal, s.provider);
      const pay = s.messages.pay(s.payer, offer, 100n).bytes;
      const voided = s.messages.voidOf(s.terminal, offer).bytes;
      const order = payFirst ? [pay, voided] : [voided, pay];
      const answers = await Promise.all(order.map((bytes) => s.issuer.submit(bytes)));
      assert.ok(answers.every((one) => one.ok));
      assert.equal((await s.balanceOf(s.payer)).balance, 9_500n);
    }
  });
});
