import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { money } from '@coinbox/protocol';
import type { RejectionCode } from '@coinbox/protocol';
import {
  assertPosted,
  assertRefused,
  assertRejected,
  assertSameAgain,
} from '../testing/assertions.ts';
import { expect } from '../testing/fixture.ts';
import { createPaidSession } from '../testing/session.ts';
import type { PaidSession } from '../testing/session.ts';

type Row = {
  readonly name: string;
  readonly code: RejectionCode;
  readonly status: number;
  readonly make: (s: PaidSession) => Promise<Uint8Array> | Uint8Array;
};

/** A SETTLE that fits, but for what its DRAW says. */
const withDraw = (s: PaidSession, change: Parameters<PaidSession['messages']['draw']>[2]) => {
  const bill = s.bill(320n);
  const draw = s.messages.draw(s.terminal, bill, change);
  return s.messages.settle(s.terminal, bill, [s.payment], {}, draw).bytes;
};

const mismatch = { code: 'settlement-bill-mismatch', status: 422 } as const;
const drawMismatch = { code: 'settlement-draw-mismatch', status: 422 } as const;
const conflict = { code: 'mapping-conflict', status: 409 } as const;

const rejections: readonly Row[] = [
  {
    name: 'a SETTLE of another settlement wallet',
    code: 'key-wrong-role',
    status: 403,
    async make(s) {
      const other = await s.openTerminal(s.provider);
      const { body } = s.settle(s.bill(320n));
      return s.messages.settle(other, s.bill(320n), [s.payment], { ...body }).bytes;
    },
  },
  {
    name: 'a SETTLE for a terminal that the wallet does not belong to',
    code: 'key-wrong-role',
    status: 403,
    async make(s) {
      const other = await s.openTerminal(s.provider);
      return s.settle(s.bill(320n), { terminal: other.holding.wallet }).bytes;
    },
  },
  {
    name: 'another SETTLE under an id that was posted',
    code: 'id-reused',
    status: 422,
    async make(s) {
      const bill = s.bill(320n);
      await assertPosted(s, s.settle(bill).bytes);
      return s.settle(bill, { upload: 2 }).bytes;
    },
  },
  {
    name: 'an upload number that was used, with other content',
    code: 'counter-conflict',
    status: 409,
    async make(s) {
      await assertPosted(s, s.settle(s.bill(320n)).bytes);
      return s.settle(s.bill(10n), { upload: 1 }).bytes;
    },
  },
  {
    name: 'an upload number that leaves one out',
    code: 'counter-gap',
    status: 409,
    make: (s) => s.settle(s.bill(320n), { upload: 2 }).bytes,
  },
  {
    name: 'a SETTLE in another currency',
    code: 'currency-mismatch',
    status: 422,
    make: (s) => s.settle(s.bill(320n), { asset: 'EUR/2' }).bytes,
  },
  {
    name: 'a DRAW that the provider has signed',
    ...drawMismatch,
    make(s) {
      const bill = s.bill(320n);
      return s.settle(bill, { draw: bill.bytes }).bytes;
    },
  },
  {
    name: 'a DRAW in the name of this terminal that another one has signed',
    ...drawMismatch,
    async make(s) {
      const other = await s.openTerminal(s.provider);
      const bill = s.bill(320n);
      const [terminal, settlementWallet] = [s.terminal.holding, s.terminal.settlement].map(
        ({ wallet }) => wallet,
      );
      const draw = s.messages.draw(other, bill, { terminal, settlementWallet });
      return s.messages.settle(s.terminal, bill, [s.payment], {}, draw).bytes;
    },
  },
  {
    name: 'a DRAW of one minor unit less',
    ...drawMismatch,
    make: (s) => withDraw(s, { amount: money(319n) }),
  },
  {
    name: 'a DRAW with another id',
    ...drawMismatch,
    make: (s) => withDraw(s, { draw: s.newId('settlement') }),
  },
  {
    name: 'a DRAW for another settlement wallet',
    ...drawMismatch,
    make: (s) => withDraw(s, { settlementWallet: s.newId('wallet') }),
  },
  {
    name: 'a DRAW for another session',
    ...drawMismatch,
    make: (s) => withDraw(s, { session: s.newId('session') }),
  },
  {
    name: 'a DRAW for another bill hash',
    ...drawMismatch,
    make: (s) => withDraw(s, { billHash: new Uint8Array(32) }),
  },
  {
    name: 'a SETTLE without its BILL',
    code: 'settlement-bill-missing',
    status: 422,
    make: (s) => s.settle(s.bill(320n), { bill: undefined as never }).bytes,
  },
  {
    name: 'a BILL that a holding wallet has signed',
    ...mismatch,
    make(s) {
      const bill = s.messages.bill(s.terminal.holding, s.terminal, s.session, 320n);
      return s.settle(bill).bytes;
    },
  },
  {
    name: 'another BILL than the one that was drawn for',
    ...mismatch,
    make: (s) => s.settle(s.bill(320n), { bill: s.bill(320n).bytes }).bytes,
  },
  {
    name: 'one minor unit more than the BILL says',
    ...mismatch,
    make(s) {
      const bill = s.bill(320n);
      const more = { ...bill, body: { ...bill.body, amount: money(321n) } };
      return s.settle(more).bytes;
    },
  },
  {
    name: 'one minor unit less than the BILL says',
    ...mismatch,
    make(s) {
      const bill = s.bill(320n);
      const less = { ...bill, body: { ...bill.body, amount: money(319n) } };
      return s.settle(less).bytes;
    },
  },
  {
    name: 'a BILL in another currency',
    ...mismatch,
    make: (s) => s.settle(s.bill(320n, { asset: 'EUR/2' })).bytes,
  },
  {
    name: 'a BILL for another terminal',
    ...mismatch,
    make: (s) => s.settle(s.bill(320n, { terminal: s.newId('wallet') })).bytes,
  },
  {
    name: 'a BILL under an id that does not follow from it',
    ...mismatch,
    make(s) {
      const settlement = s.newId('settlement');
      const bill = s.bill(320n);
      const draw = s.messages.draw(s.terminal, bill, { draw: settlement });
      return s.messages.settle(s.terminal, bill, [s.payment], { settlement }, draw).bytes;
    },
  },
  {
    name: 'a BILL that is settled already, under a new id',
    code: 'bill-already-settled',
    status: 409,
    async make(s) {
      const bill = s.bill(320n);
      await assertPosted(s, s.settle(bill).bytes);
      const settlement = s.newId('settlement');
      const draw = s.messages.draw(s.terminal, bill, { draw: settlement });
      const change = { settlement, upload: 2 };
      return s.messages.settle(s.terminal, bill, [s.payment], change, draw).bytes;
    },
  },
  {
    name: 'an interim BILL',
    code: 'bill-not-final',
    status: 409,
    make: (s) => s.settle(s.bill(320n, { final: false })).bytes,
  },
  {
    name: 'a SETTLE that names no payment',
    code: 'payment-unknown',
    status: 404,
    make: (s) => s.settle(s.bill(320n), { payments: [] }).bytes,
  },
  {
    name: 'a SETTLE of a payment that is not known',
    code: 'payment-unknown',
    status: 404,
    make: (s) => s.settle(s.bill(320n), { payments: [s.newId('payment')] }).bytes,
  },
  {
    name: 'a SETTLE of a payment that was refused',
    code: 'payment-unknown',
    status: 404,
    async make(s) {
      const pay = s.messages.pay(s.payer, s.messages.offer(s.terminal, s.provider), 99_999n);
      await assertRefused(s, pay.bytes, 422, 'insufficient-funds');
      return s.settle(s.bill(320n), { payments: [s.messages.paymentIdOf(pay)] }).bytes;
    },
  },
  {
    name: 'a SETTLE of a payment into another terminal',
    code: 'payment-unknown',
    status: 404,
    async make(s) {
      const other = await s.openTerminal(s.provider);
      const bill = s.messages.bill(s.provider, other, s.session, 320n);
      return s.messages.settle(other, bill, [s.payment]).bytes;
    },
  },
  {
    name: 'a SETTLE that names a payment twice',
    code: 'payment-unknown',
    status: 404,
    make: (s) => s.settle(s.bill(320n), { payments: [s.payment, s.payment] }).bytes,
  },
  {
    name: 'a BILL of a provider that the terminal is not mapped to',
    code: 'bill-wrong-provider',
    status: 403,
    async make(s) {
      const stranger = await s.openWallet('provider');
      return s.settle(s.messages.bill(stranger, s.terminal, s.session, 320n)).bytes;
    },
  },
  {
    name: 'a BILL in the name of the mapped provider that another one has signed',
    code: 'bill-wrong-provider',
    status: 403,
    async make(s) {
      const stranger = await s.openWallet('provider');
      const named = { provider: s.provider.wallet };
      return s.settle(s.messages.bill(stranger, s.terminal, s.session, 320n, named)).bytes;
    },
  },
  {
    name: 'a BILL that names another provider than the one that signed it',
    code: 'bill-wrong-provider',
    status: 403,
    make: (s) => s.settle(s.bill(320n, { provider: s.newId('wallet') })).bytes,
  },
  {
    name: 'a provider in the request that is not the mapped one',
    ...conflict,
    make: (s) => s.settle(s.bill(320n), { provider: s.newId('wallet') }).bytes,
  },
  {
    name: 'a payer in the request that has not paid',
    ...conflict,
    make: (s) => s.settle(s.bill(320n), { payer: s.newId('wallet') }).bytes,
  },
  {
    name: 'payments that are pinned to different providers',
    ...conflict,
    async make(s) {
      await s.map(s.terminal, await s.openWallet('provider'));
      const offer = s.messages.offer(s.terminal, s.provider, { mappingVersion: 2 });
      const second = s.messages.pay(s.payer, offer, 100n);
      await assertPosted(s, second.bytes);
      const payments = [s.payment, s.messages.paymentIdOf(second)];
      return s.settle(s.bill(320n), { payments }).bytes;
    },
  },
  {
    name: 'a SETTLE while the holding wallet is frozen',
    code: 'wallet-frozen',
    status: 403,
    async make(s) {
      await s.freeze(s.terminal.holding);
      return s.settle(s.bill(320n)).bytes;
    },
  },
];

describe('settle()', () => {
  for (const { name, code, status, make } of rejections) {
    test(`rejects ${name}: ${code}`, async () => {
      const s = await createPaidSession();
      const bytes = await make(s);
      await assertRejected(s, bytes, status, code);
    });
  }

  test('moves the billed amount through the settlement wallet to the mapped provider', async () => {
    const s = await createPaidSession();
    const settle = s.settle(s.bill(320n));
    const { content, receipt } = await assertPosted(s, settle.bytes);
    assert.deepEqual(
      [content.amount, content.from, content.to, content.mappingVersion],
      [320n, s.terminal.holding.wallet, s.provider.wallet, 1],
    );
    assert.deepEqual(await s.balanceOf(s.provider), { balance: 320n, held: 0n });
    assert.deepEqual(await s.balanceOf(s.terminal.holding), { balance: 180n, held: 180n });
    assert.deepEqual(await s.balanceOf(s.terminal.settlement), { balance: 0n, held: 0n });
    await assertSameAgain(s, settle.bytes, receipt);
  });

  test('takes payer and provider in the request where they are the right ones', async () => {
    const s = await createPaidSession();
    const named = { payer: s.payer.wallet, provider: s.provider.wallet };
    await assertPosted(s, s.settle(s.bill(320n), named).bytes);
  });

  test('draws on several payments in their order', async () => {
    const s = await createPaidSession();
    const second = await s.payAgain(100n);
    const settle = s.messages.settle(s.terminal, s.bill(560n), [s.payment, second]);
    await assertPosted(s, settle.bytes);
    assert.equal((await s.issuer.ledger.hold(s.payment))?.remaining, 0n);
    assert.equal((await s.issuer.ledger.hold(second))?.remaining, 40n);
  });

  test('settles to the provider that was mapped when the payment was made', async () => {
    const s = await createPaidSession();
    const newcomer = await s.openWallet('provider');
    await s.map(s.terminal, newcomer);
    const { content } = await assertPosted(s, s.settle(s.bill(320n)).bytes);
    assert.deepEqual([content.to, content.mappingVersion], [s.provider.wallet, 1]);
    assert.equal((await s.balanceOf(newcomer)).balance, 0n);
  });

  test('refuses for good more than the payments hold, and suspends the terminal', async () => {
    const s = await createPaidSession();
    const settle = s.settle(s.bill(501n));
    const receipt = await assertRefused(s, settle.bytes, 409, 'backing-insufficient');
    assert.equal(receipt.amount, 501n);
    assert.equal((await s.balanceOf(s.provider)).balance, 0n);
    assert.equal(s.issuer.registry.wallet(s.terminal.holding.wallet)?.suspended, true);
    const again = expect(await s.issuer.submit(settle.bytes));
    assert.deepEqual([again.status, again.replayed], ['refused', true]);
    assert.equal(await s.issuer.ledger.series(`upload/${s.terminal.holding.wallet}`), 1);
  });

  test('gives the money of a payment that was voided to nobody', async () => {
    const s = await createPaidSession();
    const offer = s.messages.offer(s.terminal, s.provider);
    const pay = s.messages.pay(s.payer, offer, 100n);
    await assertPosted(s, pay.bytes);
    await assertPosted(s, s.messages.voidOf(s.terminal, offer).bytes);
    const payments = [s.messages.paymentIdOf(pay)];
    const settle = s.settle(s.bill(100n), { payments });
    await assertRefused(s, settle.bytes, 409, 'backing-insufficient');
  });

  test('uses up no upload number when it rejects', async () => {
    const s = await createPaidSession();
    await assertRejected(s, s.settle(s.bill(320n), { payments: [] }).bytes, 404, 'payment-unknown');
    await assertPosted(s, s.settle(s.bill(320n), { upload: 1 }).bytes);
    await assertPosted(s, s.settle(s.bill(30n), { upload: 2 }).bytes);
  });
});
