import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { PAY, equalBytes, money, openMessage, toHex } from '@coinbox/protocol';
import type { Money, Result } from '@coinbox/protocol';
import { exampleBytes, exampleId, exampleMessages, exampleTime } from '@coinbox/protocol/testing';
import type { Payment } from './payment.ts';
import {
  checkOffer,
  makePay,
  takeAccept,
  takeBill,
  takeReceipt,
  takeRefund,
  takeVoid,
} from './step.ts';
import type { PayerFacts } from './step.ts';
import {
  NOW,
  PAID,
  REST,
  kit,
  kitAccept,
  kitBill,
  kitBook,
  kitOffer,
  kitPayer,
  kitPayment,
  kitReceipt,
  kitRefund,
  kitRefusedPay,
  kitSigning,
  kitTerminal,
  kitVoid,
} from './testing/kit.ts';

const codeOf = (result: Result<unknown>): string => (result.ok ? 'yes' : result.rejection.code);
const { certificate } = kit.payer;
const facts: PayerFacts = { certificate, asset: 'CNY/2', now: NOW };
const offer = kitOffer();
const other = exampleId('wallet', 'other');

const checks: readonly [string, Money, Partial<PayerFacts>, Parameters<typeof kitOffer>, string][] =
  [
    ['fits', PAID, {}, [], 'yes'],
    ['is of another terminal than its key', PAID, {}, [{ terminal: other }], 'key-wrong-role'],
    ['is in another currency', PAID, {}, [{ asset: 'EUR/2' }], 'currency-mismatch'],
    ['ends now', PAID, { now: exampleTime(300_000) }, [], 'yes'],
    ['has expired', PAID, { now: exampleTime(300_001) }, [], 'offer-expired'],
    ['asks for the least', money(100n), {}, [], 'yes'],
    ['asks for more', money(99n), {}, [], 'offer-mismatch'],
    ['takes the most', money(20_000n), {}, [], 'yes'],
    ['takes no more', money(20_001n), {}, [], 'offer-mismatch'],
    ['has the tariff that was shown', PAID, { tariffHash: exampleBytes('tariff') }, [], 'yes'],
    ['has another tariff', PAID, { tariffHash: exampleBytes('x') }, [], 'tariff-invalid'],
    ['is at the limit', money(50_000n), {}, [{ most: money(50_001n) }], 'yes'],
    ['is over the limit', money(50_001n), {}, [{ most: money(50_001n) }], 'limit-transaction'],
    ['takes all there is', PAID, { spendable: PAID }, [], 'yes'],
    ['takes more than there is', PAID, { spendable: money(1999n) }, [], 'insufficient-funds'],
  ];
for (const [name, amount, over, made, expected] of checks) {
  test(`checkOffer(): the offer ${name}: ${expected}`, () => {
    assert.equal(codeOf(checkOffer(kitOffer(...made), amount, { ...facts, ...over })), expected);
  });
}

test('makePay() binds the PAY to the offer, and to the message that was signed before', () => {
  const first = makePay(offer, PAID, { sequence: 0 }, kitSigning);
  const second = makePay(kitOffer({ sequence: 9 }), PAID, first.counters, kitSigning);
  const bodies = [first, second].map(({ payment }) => {
    const pay = openMessage(PAY, payment.messages.pay, kitBook(), NOW);
    assert.ok(pay.ok);
    return pay.value.body;
  });
  assert.deepEqual(bodies[0], {
    sequence: 1,
    offerHash: offer.hash,
    payer: kitPayer,
    terminal: kitTerminal,
    amount: PAID,
    asset: 'CNY/2',
    mappingVersion: 3,
    at: NOW,
  });
  assert.deepEqual([bodies[1]?.sequence, bodies[1]?.previous], [2, first.payment.payHash]);
  assert.deepEqual(second.counters, { sequence: 2, previous: second.payment.payHash });
  assert.equal(first.payment.stage, 'debited');
});

const debited = kitPayment();
const must = (result: Result<Payment>): Payment => {
  assert.ok(result.ok, codeOf(result));
  return result.value;
};
const done = must(takeAccept(debited, kitAccept(debited)));
const recredited = must(takeVoid(debited, kitVoid(offer)));
const refund = kitRefund();
const withRefund = must(takeRefund(done, refund));
const refunded = must(takeReceipt(withRefund, kitReceipt(refund.hash)));

/** The stage that a payment is in afterwards, or the code of the rejection. */
const told = (result: Result<Payment>): string =>
  result.ok ? result.value.stage : result.rejection.code;

const steps: readonly [string, Result<Payment>, string][] = [
  ['debited: ACCEPT', takeAccept(debited, kitAccept(debited)), 'done'],
  [
    'debited: ACCEPT of another PAY',
    takeAccept(debited, kitAccept({ payHash: exampleBytes('x') })),
    'offer-mismatch',
  ],
  [
    'debited: ACCEPT of another offer',
    takeAccept(debited, kitAccept(debited, { offer: exampleId('offer', 'x') })),
    'offer-mismatch',
  ],
  [
    'debited: ACCEPT of less',
    takeAccept(debited, kitAccept(debited, { held: money(1999n) })),
    'offer-mismatch',
  ],
  [
    'debited: ACCEPT by another key',
    takeAccept(debited, kitAccept(debited, {}, kit.provider)),
    'offer-mismatch',
  ],
  ['done: ACCEPT again', takeAccept(done, kitAccept(debited)), 'done'],
  ['recredited: ACCEPT', takeAccept(recredited, kitAccept(debited)), 'offer-voided'],
  ['refunded: ACCEPT again', takeAccept(refunded, kitAccept(debited)), 'refunded'],
  ['debited: VOID', takeVoid(debited, kitVoid(offer)), 'recredited'],
  [
    'debited: VOID of another offer',
    takeVoid(debited, kitVoid(kitOffer({ sequence: 2 }))),
    'offer-mismatch',
  ],
  [
    'debited: VOID by another key',
    takeVoid(debited, kitVoid(offer, {}, kit.provider)),
    'offer-mismatch',
  ],
  [
    'debited: VOID for another terminal',
    takeVoid(debited, kitVoid(offer, { terminal: other })),
    'offer-mismatch',
  ],
  ['recredited: VOID again', takeVoid(recredited, kitVoid(offer)), 'recredited'],
  ['done: late VOID', takeVoid(done, kitVoid(offer)), 'offer-taken'],
  ['refunded: late VOID', takeVoid(refunded, kitVoid(offer)), 'offer-taken'],
  ['debited: refused by the issuer', takeReceipt(debited, kitRefusedPay(debited)), 'recredited'],
  ['recredited: refused as well', takeReceipt(recredited, kitRefusedPay(debited)), 'recredited'],
  ['done: refused by the issuer', takeReceipt(done, kitRefusedPay(debited)), 'offer-taken'],
  [
    'debited: posted by the issuer',
    takeReceipt(debited, kitReceipt(debited.payHash, { subjectTyp: PAY.typ, amount: PAID })),
    'debited',
  ],
  ['debited: REFUND', takeRefund(debited, refund), 'offer-mismatch'],
  ['done: REFUND alone', takeRefund(done, refund), 'done'],
  ['done: REFUND by another key', takeRefund(done, kitRefund({}, kit.provider)), 'offer-mismatch'],
  ['done: REFUND to another', takeRefund(done, kitRefund({ payer: other })), 'offer-mismatch'],
  [
    'done: REFUND of another session',
    takeRefund(done, kitRefund({ session: exampleId('session', 'x') })),
    'offer-mismatch',
  ],
  ['done: RECEIPT before the REFUND', takeReceipt(done, kitReceipt(refund.hash)), 'done'],
  ['done: RECEIPT of the REFUND', takeReceipt(withRefund, kitReceipt(refund.hash)), 'refunded'],
  [
    'done: RECEIPT of something else',
    takeReceipt(withRefund, kitReceipt(exampleBytes('x'))),
    'done',
  ],
  [
    'done: RECEIPT of another amount',
    takeReceipt(withRefund, kitReceipt(refund.hash, { amount: money(1n) })),
    'done',
  ],
  [
    'done: RECEIPT that refuses the REFUND',
    takeReceipt(withRefund, kitReceipt(refund.hash, { result: 'refused' })),
    'done',
  ],
  ['refunded: RECEIPT again', takeReceipt(refunded, kitReceipt(refund.hash)), 'refunded'],
  ['done: BILL', takeBill(done, kitBill()), 'done'],
  ['done: BILL by another', takeBill(done, kitBill({}, kit.holding)), 'bill-wrong-provider'],
  [
    'done: BILL of another session',
    takeBill(done, kitBill({ session: exampleId('session', 'x') })),
    'offer-mismatch',
  ],
];
for (const [name, result, expected] of steps) {
  test(`step ${name}: ${expected}`, () => assert.equal(told(result), expected));
}

test('a step keeps the message that it rests on, and the amount that came back', () => {
  assert.deepEqual(recredited.messages.void, kitVoid(offer).bytes);
  assert.deepEqual(done.messages.accept, kitAccept(debited).bytes);
  assert.deepEqual([refunded.refunded, refunded.session], [REST, done.session]);
  assert.ok(must(takeBill(done, kitBill())).messages.bill);
});

type Event = (payment: Payment) => Result<Payment>;
const events: Readonly<Record<string, Event>> = {
  accept: (payment) => takeAccept(payment, kitAccept(debited)),
  void: (payment) => takeVoid(payment, kitVoid(offer)),
  refused: (payment) => takeReceipt(payment, kitRefusedPay(debited)),
  refund: (payment) => takeRefund(payment, refund),
  receipt: (payment) => takeReceipt(payment, kitReceipt(refund.hash)),
  bill: (payment) => takeBill(payment, kitBill()),
};
const follows: Readonly<Record<Payment['stage'], readonly Payment['stage'][]>> = {
  debited: ['debited', 'done', 'recredited'],
  done: ['done', 'refunded'],
  recredited: ['recredited'],
  refunded: ['refunded'],
};

test('in any order of events a payment is never both done and recredited', () => {
  const reached = new Set<string>();
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...Object.keys(events)), { maxLength: 12 }), (order) => {
      let payment = debited;
      for (const name of order) {
        const next = events[name]!(payment);
        if (!next.ok) continue;
        assert.ok(follows[payment.stage].includes(next.value.stage));
        payment = next.value;
        reached.add(payment.stage);
      }
      const { accept, void: voided } = payment.messages;
      assert.ok(!(accept && voided));
      assert.ok(!(payment.stage === 'recredited' && accept));
      assert.equal(payment.stage === 'refunded', payment.refunded !== undefined);
      assert.ok(equalBytes(payment.messages.pay, debited.messages.pay));
    }),
    { numRuns: 500 },
  );
  assert.deepEqual([...reached].sort(), ['debited', 'done', 'recredited', 'refunded']);
});

test('the hashes in spec/14-payer.md are those of the example', () => {
  const page = readFileSync(new URL('../../spec/14-payer.md', import.meta.url), 'utf8');
  const messages = exampleMessages();
  for (const name of ['offer', 'pay', 'accept', 'refund'] as const) {
    assert.ok(page.includes(`\`${toHex(messages[name].hash).slice(0, 16)}…\``), name);
  }
});
