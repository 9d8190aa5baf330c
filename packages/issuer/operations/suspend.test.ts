import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assertPosted, assertRejected } from '../testing/assertions.ts';
import { createPaidSession } from '../testing/session.ts';
import type { PaidSession } from '../testing/session.ts';

/** A terminal whose store was restored: it has uploaded 1 and 2, and begins at 1 again. */
async function restored(): Promise<PaidSession> {
  const s = await createPaidSession();
  await assertPosted(s, s.settle(s.bill(20n), { upload: 1 }).bytes);
  await assertPosted(s, s.settle(s.bill(30n), { upload: 2 }).bytes);
  return s;
}

const isSuspended = (s: PaidSession) =>
  s.issuer.registry.wallet(s.terminal.holding.wallet)?.suspended;

describe('an upload that is behind', () => {
  test('is rejected as counter-rollback and suspends the terminal, on record', async () => {
    const s = await restored();
    const before = await s.issuer.ledger.head();
    const answer = await s.issuer.submit(s.settle(s.bill(40n), { upload: 1 }).bytes);
    assert.equal(!answer.ok && answer.rejection.code, 'counter-rollback');
    assert.equal(isSuspended(s), true);
    const entry = await s.issuer.ledger.entry(before.index + 1);
    assert.deepEqual([entry?.code, entry?.steps.length], ['suspend', 0]);
    assert.equal(await s.issuer.ledger.series(`upload/${s.terminal.holding.wallet}`), 2);
  });

  test('suspends when it is a REFUND too', async () => {
    const s = await restored();
    const refund = s.messages.refund(s.terminal, s.payer.wallet, [s.payment], 1n, { upload: 1 });
    const answer = await s.issuer.submit(refund.bytes);
    assert.equal(!answer.ok && answer.rejection.code, 'counter-rollback');
    assert.equal(isSuspended(s), true);
  });

  test('leaves one entry, however often it comes', async () => {
    const s = await restored();
    await s.issuer.submit(s.settle(s.bill(40n), { upload: 1 }).bytes);
    const later = s.settle(s.bill(41n), { upload: 1 }).bytes;
    await assertRejected(s, later, 403, 'terminal-suspended');
    const refund = s.messages.refund(s.terminal, s.payer.wallet, [s.payment], 1n, { upload: 1 });
    await assertRejected(s, refund.bytes, 409, 'counter-rollback');
  });
});

describe('a suspended terminal', () => {
  async function suspended(): Promise<PaidSession> {
    const s = await restored();
    await s.issuer.submit(s.settle(s.bill(40n), { upload: 1 }).bytes);
    return s;
  }

  test('takes no payment', async () => {
    const s = await suspended();
    const pay = s.messages.pay(s.payer, s.messages.offer(s.terminal, s.provider), 10n);
    await assertRejected(s, pay.bytes, 409, 'terminal-not-accepting');
  });

  test('settles nothing, but hears again what became of a SETTLE', async () => {
    const s = await createPaidSession();
    const settled = s.settle(s.bill(20n), { upload: 1 });
    const { receipt } = await assertPosted(s, settled.bytes);
    await assertPosted(s, s.settle(s.bill(20n), { upload: 2 }).bytes);
    await s.issuer.submit(s.settle(s.bill(40n), { upload: 1 }).bytes);
    await assertRejected(s, s.settle(s.bill(40n), { upload: 3 }).bytes, 403, 'terminal-suspended');
    const again = await s.issuer.submit(settled.bytes);
    assert.deepEqual(again.ok && Buffer.from(again.value.receipt), Buffer.from(receipt));
  });

  test('may still give money back', async () => {
    const s = await suspended();
    const refund = s.messages.refund(s.terminal, s.payer.wallet, [s.payment], 450n, { upload: 3 });
    await assertPosted(s, refund.bytes);
    assert.equal((await s.balanceOf(s.payer)).balance, 9_950n);
  });

  test('is in service again when its holding wallet is unfrozen', async () => {
    const s = await suspended();
    await s.unfreeze(s.terminal.holding);
    assert.equal(isSuspended(s), false);
    await assertPosted(s, s.settle(s.bill(40n), { upload: 3 }).bytes);
  });
});
