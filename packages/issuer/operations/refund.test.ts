import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Refund, RejectionCode, Signed } from '@coinbox/protocol';
import {
  assertPosted,
  assertRefused,
  assertRejected,
  assertSameAgain,
} from '../testing/assertions.ts';
import { createPaidSession } from '../testing/session.ts';
import type { PaidSession } from '../testing/session.ts';

const refundOf = (s: PaidSession, amount: bigint, change: Partial<Refund> = {}): Signed<Refund> =>
  s.messages.refund(s.terminal, s.payer.wallet, [s.payment], amount, change);

type Row = {
  readonly name: string;
  readonly code: RejectionCode;
  readonly status: number;
  readonly make: (s: PaidSession) => Promise<Uint8Array> | Uint8Array;
};

const rejections: readonly Row[] = [
  {
    name: 'a REFUND of another terminal',
    code: 'key-wrong-role',
    status: 403,
    async make(s) {
      const other = await s.openTerminal(s.provider);
      const { body } = refundOf(s, 10n);
      return s.messages.refund(other, s.payer.wallet, [s.payment], 10n, { ...body }).bytes;
    },
  },
  {
    name: 'another REFUND under an id that was used',
    code: 'id-reused',
    status: 422,
    async make(s) {
      const first = refundOf(s, 10n);
      await assertPosted(s, first.bytes);
      return refundOf(s, 11n, { refund: first.body.refund, upload: 2 }).bytes;
    },
  },
  {
    name: 'an upload number that was used',
    code: 'counter-conflict',
    status: 409,
    async make(s) {
      await assertPosted(s, s.settle(s.bill(320n)).bytes);
      return refundOf(s, 10n, { upload: 1 }).bytes;
    },
  },
  {
    name: 'an upload number that leaves one out',
    code: 'counter-gap',
    status: 409,
    make: (s) => refundOf(s, 10n, { upload: 3 }).bytes,
  },
  {
    name: 'a REFUND of an unknown payment',
    code: 'payment-unknown',
    status: 404,
    make: (s) => refundOf(s, 10n, { payments: [s.newId('payment')] }).bytes,
  },
  {
    name: 'a REFUND of a payment into another terminal',
    code: 'payment-unknown',
    status: 404,
    async make(s) {
      const other = await s.openTerminal(s.provider);
      return s.messages.refund(other, s.payer.wallet, [s.payment], 10n).bytes;
    },
  },
  {
    name: 'a REFUND to a wallet that has not paid',
    code: 'refund-destination',
    status: 422,
    async make(s) {
      return refundOf(s, 10n, { payer: (await s.openPayer(0n)).wallet }).bytes;
    },
  },
  {
    name: 'a REFUND to one payer of what two have paid',
    code: 'refund-destination',
    status: 422,
    async make(s) {
      const second = await s.payAgain(100n, await s.openPayer(100n));
      return refundOf(s, 10n, { payments: [s.payment, second] }).bytes;
    },
  },
  {
    name: 'a REFUND in another currency',
    code: 'currency-mismatch',
    status: 422,
    make: (s) => refundOf(s, 10n, { asset: 'EUR/2' }).bytes,
  },
  {
    name: 'a REFUND out of a frozen holding wallet',
    code: 'wallet-frozen',
    status: 403,
    async make(s) {
      await s.freeze(s.terminal.holding);
      return refundOf(s, 10n).bytes;
    },
  },
];

describe('refund()', () => {
  for (const { name, code, status, make } of rejections) {
    test(`rejects ${name}: ${code}`, async () => {
      const s = await createPaidSession();
      await assertRejected(s, await make(s), status, code);
    });
  }

  test('gives money back to the wallet that paid', async () => {
    const s = await createPaidSession();
    const refund = refundOf(s, 180n);
    const { content, receipt } = await assertPosted(s, refund.bytes);
    assert.deepEqual(
      [content.amount, content.from, content.to],
      [180n, s.terminal.holding.wallet, s.payer.wallet],
    );
    assert.deepEqual(await s.balanceOf(s.payer), { balance: 9_680n, held: 0n });
    await assertSameAgain(s, refund.bytes, receipt);
  });

  test('gives nothing back twice: one minor unit over the rest is refused for good', async () => {
    const s = await createPaidSession();
    await assertPosted(s, s.settle(s.bill(320n)).bytes);
    s.terminal.upload = 1;
    await assertRefused(s, refundOf(s, 181n).bytes, 422, 'refund-exceeds-unspent');
    s.terminal.upload = 2;
    await assertPosted(s, refundOf(s, 180n).bytes);
    s.terminal.upload = 3;
    await assertRefused(s, refundOf(s, 1n).bytes, 422, 'refund-exceeds-unspent');
    assert.deepEqual(await s.balanceOf(s.terminal.holding), { balance: 0n, held: 0n });
  });

  test('spreads over the payments of a session', async () => {
    const s = await createPaidSession();
    const second = await s.payAgain(100n);
    await assertPosted(s, refundOf(s, 600n, { payments: [s.payment, second] }).bytes);
    assert.equal((await s.balanceOf(s.payer)).balance, 10_000n);
  });

  test('reaches a payer that is frozen: freezing keeps money in, not out', async () => {
    const s = await createPaidSession();
    await s.freeze(s.payer);
    await assertPosted(s, refundOf(s, 500n).bytes);
  });

  test('and a SETTLE at once over one hold: exactly one of them wins', async () => {
    for (const settleFirst of [true, false]) {
      const s = await createPaidSession();
      const settle = s.settle(s.bill(400n), { upload: settleFirst ? 1 : 2 }).bytes;
      const refund = refundOf(s, 400n, { upload: settleFirst ? 2 : 1 }).bytes;
      const order = settleFirst ? [settle, refund] : [refund, settle];
      const answers = await Promise.all(order.map((bytes) => s.issuer.submit(bytes)));
      assert.deepEqual(
        answers.map((one) => one.ok && [one.value.status, one.value.code]),
        [
          ['posted', undefined],
          ['refused', settleFirst ? 'refund-exceeds-unspent' : 'backing-insufficient'],
        ],
      );
      const { difference, holding } = await s.issuer.summary();
      assert.deepEqual([difference, holding], ['0', '100']);
    }
  });

  test('and a SETTLE at once under one upload number: exactly one of them wins', async () => {
    const s = await createPaidSession();
    const order = [s.settle(s.bill(400n)).bytes, refundOf(s, 50n).bytes];
    const answers = await Promise.all(order.map((bytes) => s.issuer.submit(bytes)));
    assert.deepEqual(
      answers.map((one) => (one.ok ? one.value.status : one.rejection.code)),
      ['posted', 'counter-conflict'],
    );
  });
});
