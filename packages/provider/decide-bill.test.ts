import assert from 'node:assert/strict';
import { test } from 'node:test';
import { money } from '@coinbox/protocol';
import { exampleBytes, exampleId, exampleTime } from '@coinbox/protocol/testing';
import { onAcknowledged, onReceipt, onRefusal } from './decide-bill.ts';
import type { BillOutcome } from './decide-bill.ts';
import type { BillRecord } from './state.ts';
import { kit, kitBill, kitProvider, kitReceipt, kitRefusal } from './testing/kit.ts';

/** An outcome in one word, or the code of the refusal, or what the bill has become. */
const told = (outcome: BillOutcome): string => {
  if (outcome.kind === 'refused') return outcome.rejection.code;
  if (outcome.kind !== 'changed') return outcome.kind;
  const { state, code } = outcome.bill;
  return code ? `${state}: ${code}` : state;
};

const bill = kitBill();
const other = exampleId('wallet', 'other');
const settled = kitBill({ state: 'settled', receiptIndex: 77, settledAt: exampleTime(9_000_000) });
const refused = kitBill({ state: 'refused', code: 'bill-expired' });

const receive = (
  known: BillRecord | undefined,
  over: Parameters<typeof kitReceipt>[1] = {},
): BillOutcome => onReceipt(known, kitReceipt(bill, over), kitProvider);
const refusal = { result: 'refused', code: 'backing-insufficient' } as const;
const strange = { ...refusal, from: other } as const;
const ofPay = { subjectTyp: 'coinbox.pay' } as const;
const parked = { result: 'parked', code: 'settlement-parked' } as const;

const receipts: readonly [string, BillOutcome, string][] = [
  ['posted', receive(bill), 'settled'],
  ['posted, again', receive(settled), 'unchanged'],
  ['posted at another place', receive(settled, { index: 78 }), 'bill-already-settled'],
  ['of no bill of ours', receive(undefined), 'settlement-bill-missing'],
  ['of a PAY', receive(bill, ofPay), 'settlement-bill-mismatch'],
  ['of a PAY, and no bill', receive(undefined, ofPay), 'settlement-bill-mismatch'],
  ['from another terminal', receive(bill, { from: other }), 'settlement-bill-mismatch'],
  ['to another wallet', receive(bill, { to: other }), 'settlement-bill-mismatch'],
  ['of another amount', receive(bill, { amount: money(1233n) }), 'settlement-bill-mismatch'],
  ['refused', receive(bill, refusal), 'refused: backing-insufficient'],
  ['refused, from another terminal', receive(bill, strange), 'settlement-bill-mismatch'],
  ['refused, of a settled bill', receive(settled, refusal), 'bill-already-settled'],
  ['parked', receive(bill, parked), 'sent: settlement-parked'],
  ['parked, again', receive(kitBill({ code: 'settlement-parked' }), parked), 'unchanged'],
  ['parked, of a settled bill', receive(settled, parked), 'bill-already-settled'],
  ['posted after it was parked', receive(kitBill({ code: 'settlement-parked' })), 'settled'],
  ['posted after a refusal', receive(refused), 'settled'],
];
for (const [name, outcome, expected] of receipts) {
  test(`a RECEIPT ${name}: ${expected}`, () => assert.equal(told(outcome), expected));
}

test('a settled bill keeps place and time of its receipt', () => {
  const outcome = receive(bill);
  assert.ok(outcome.kind === 'changed');
  const { receiptIndex, settledAt } = outcome.bill;
  assert.deepEqual([receiptIndex, settledAt], [77, exampleTime(9_000_000)]);
});

const refuse = (
  of: BillRecord | undefined,
  over: Parameters<typeof kitRefusal>[1] = {},
  by = kit.holding,
): BillOutcome => onRefusal(of, kitRefusal(bill, over, by));
const refusals: readonly [string, BillOutcome, string][] = [
  ['of a bill', refuse(bill), 'refused: bill-over-ceiling'],
  ['again', refuse(refused), 'unchanged'],
  ['of no bill of ours', refuse(undefined), 'bill-no-session'],
  ['of other bytes', refuse(bill, { billHash: exampleBytes('x') }), 'bill-no-session'],
  [
    'of another session',
    refuse(bill, { session: exampleId('session', 'other') }),
    'bill-no-session',
  ],
  ['by another wallet', refuse(bill, {}, kit.settlement), 'key-wrong-role'],
  ['of a settled bill', refuse(settled), 'bill-already-settled'],
];
for (const [name, outcome, expected] of refusals) {
  test(`a REFUSAL ${name}: ${expected}`, () => assert.equal(told(outcome), expected));
}

test('a bill of nothing is done with its acknowledgement; any other waits for its money', () => {
  assert.equal(told(onAcknowledged(kitBill({ amount: money(0n) }))), 'void');
  assert.equal(told(onAcknowledged(kitBill({ amount: money(0n), state: 'refused' }))), 'unchanged');
  assert.equal(told(onAcknowledged(bill)), 'unchanged');
});
