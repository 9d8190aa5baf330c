import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EPOCH_MS, PAY, money, readOwn, signCertificate } from '@coinbox/protocol';
import type { Money, OfflineLimits, Result } from '@coinbox/protocol';
import { exampleId } from '@coinbox/protocol/testing';
import type { Payment } from './payment.ts';
import { checkPurse, offlinePartOf, purseOf } from './purse.ts';
import type { Purse } from './purse.ts';
import { checkOffer, makePay, takeAccept, takeReceipt, takeRefund, takeVoid } from './step.ts';
import {
  NOW,
  PAID,
  REST,
  kit,
  kitAccept,
  kitOffer,
  kitReceipt,
  kitRefund,
  kitSigning,
  kitVoid,
} from './testing/kit.ts';

const EPOCH = Math.floor(NOW / EPOCH_MS);
const limits: OfflineLimits = {
  perPayment: money(2_500n),
  cumulative: money(5_000n),
  count: 2,
  epochs: 6,
  status: 3,
};
const { body } = kit.payer.certificate;
const certificate = signCertificate({ ...body, offline: limits }, kit.authority.signer, 'example');
const full: Purse = { epoch: EPOCH, available: PAID, spent: money(0n), count: 0, credits: [] };
const offer = kitOffer({ parameters: 1 });
const codeOf = (result: Result<unknown>): string => (result.ok ? 'yes' : result.rejection.code);
const ok = <T>(result: Result<T>): T => {
  assert.ok(result.ok, codeOf(result));
  return result.value;
};

const rows: readonly (readonly [string, string, Partial<Purse>, Money?])[] = [
  ['has enough', 'yes', {}],
  ['has less', 'insufficient-funds', { available: money(1_999n) }],
  ['has spent as much as it may with this', 'yes', { spent: money(3_000n) }],
  ['has spent more', 'offline-limit', { spent: money(3_001n) }],
  ['pays for the last time', 'yes', { count: 1 }],
  ['has paid as often as it may', 'offline-limit', { count: 2 }],
  ['is in its last epoch', 'yes', { epoch: EPOCH - 6 }],
  ['is over', 'offline-stale', { epoch: EPOCH - 7 }],
  [
    'is asked for too much at once',
    'limit-transaction',
    { available: money(9_999n) },
    money(2_501n),
  ],
];
for (const [name, expected, over, amount = PAID] of rows) {
  test(`checkPurse(): a purse that ${name}: ${expected}`, () => {
    const purse = { ...full, ...over };
    assert.equal(
      codeOf(checkPurse(offer.body, amount, purse, { certificate, now: NOW })),
      expected,
    );
  });
}

test('checkOffer() looks at the purse where one is to pay', () => {
  const facts = { certificate, asset: 'CNY/2', now: NOW } as const;
  assert.equal(codeOf(checkOffer(offer, PAID, { ...facts, purse: full })), 'yes');
  const online = kitOffer();
  assert.equal(codeOf(checkOffer(online, PAID, { ...facts, purse: full })), 'offline-unavailable');
  const bare = { ...facts, certificate: kit.payer.certificate, purse: full };
  assert.equal(codeOf(checkOffer(offer, PAID, bare)), 'offline-limit');
});

const signing = { ...kitSigning, certificate };
const paid = (purse = full, sequence = 0): Payment =>
  makePay(offer, PAID, { sequence }, { ...signing, purse }).payment;
/** Accepted, and 7.66 given back by the terminal. */
const refunded = (payment = paid(), refund = kitRefund()): Payment =>
  ok(takeRefund(ok(takeAccept(payment, kitAccept(payment))), refund));

test('makePay() says out of which purse it pays', () => {
  const credits = [exampleId('refund', 'refund')];
  const purse = { ...full, spent: money(500n), count: 1, credits };
  const { offline } = readOwn(PAY, paid(purse).messages.pay).body;
  const part = { parameters: 1, epoch: EPOCH, spent: money(2_500n), count: 2, credits };
  assert.deepEqual(offline, part);
  assert.deepEqual(offlinePartOf(offer.body, PAID, purse), part);
});

test('takeRefund() gives money back at once that was paid out of the float', () => {
  const payment = refunded();
  assert.deepEqual([payment.stage, payment.refunded], ['refunded', REST]);
  const receipted = ok(takeReceipt(payment, kitReceipt(kitRefund().hash)));
  assert.ok(receipted.messages.receipt);
  assert.deepEqual([receipted.stage, receipted.refunded], ['refunded', REST]);
  const online = makePay(kitOffer(), PAID, { sequence: 0 }, kitSigning).payment;
  const accepted = ok(takeAccept(online, kitAccept(online)));
  assert.equal(ok(takeRefund(accepted, kitRefund())).stage, 'done');
});

test('purseOf() is what was loaded, less what was paid, and what came back', () => {
  const heard = { epoch: EPOCH, loaded: money(10_000n) };
  assert.deepEqual(purseOf(heard, []), { ...full, available: heard.loaded });
  // 100.00 − 20.00; − 20.00 + 7.66 that the issuer has not seen; a payment that was voided.
  const voided = ok(takeVoid(paid(full, 2), kitVoid(offer)));
  const purse = purseOf(heard, [paid(), refunded(paid(full, 1)), voided]);
  assert.deepEqual(purse, {
    epoch: EPOCH,
    available: money(6_766n),
    spent: money(6_000n),
    count: 3,
    credits: [exampleId('refund', 'refund')],
  });
  const seen = ok(takeReceipt(refunded(), kitReceipt(kitRefund().hash)));
  assert.deepEqual(purseOf(heard, [seen]).credits, []);
  assert.equal(purseOf(heard, [seen]).available, 8_766n);
});

test('purseOf() counts anew after a contact, and forgets no payment', () => {
  const later = purseOf({ epoch: EPOCH + 1, loaded: money(3_000n) }, [paid()]);
  assert.deepEqual([later.available, later.spent, later.count], [1_000n, 0n, 0]);
  assert.equal(purseOf({ epoch: EPOCH, loaded: money(1n) }, [paid()]).available, 0n);
});

test('purseOf() counts no refund that a PAY has no room to name', () => {
  const refunds = [1, 2, 3, 4, 5].map((n) => kitRefund({ refund: exampleId('refund', `${n}`) }));
  const payments = refunds.map((refund, at) => refunded(paid(full, at), refund));
  const purse = purseOf({ epoch: EPOCH, loaded: money(10_000n) }, payments);
  // 100.00 − 5 × 20.00 + 4 × 7.66
  assert.equal(purse.available, 3_064n);
  assert.deepEqual(
    purse.credits,
    refunds.slice(1).map((refund) => refund.body.refund),
  );
});
