import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Entry } from '@coinbox/ledger';
import { money, newId } from '@coinbox/protocol';
import type { Instant, RejectionCode } from '@coinbox/protocol';
import { encodeMemo } from './memo.ts';
import { receiptOf, refusalOf, resultOf } from './receipts.ts';

const wallet = (byte: number) => newId('wallet', 0 as Instant, new Uint8Array(10).fill(byte));
const [from, to] = [wallet(1), wallet(2)];
const bill = newId('bill', 0 as Instant, new Uint8Array(10).fill(4));

function entryOf(code: string, refusal?: RejectionCode, taken?: RejectionCode): Entry {
  return {
    index: 7,
    id: 'id',
    code,
    status: refusal ? 'refused' : 'posted',
    ...(refusal && { refusal }),
    fingerprint: new Uint8Array(32),
    steps: [],
    claims: [],
    memo: encodeMemo({
      subject: new Uint8Array(32).fill(3),
      subjectTyp: `coinbox.${code === 'park' ? 'settle' : code}`,
      amount: money(5n),
      from,
      to,
      mappingVersion: 2,
      bill,
      ...(taken && { code: taken }),
      request: new Uint8Array(),
    }),
    at: 1_800_000_000_000 as Instant,
    previousHash: new Uint8Array(32),
    hash: new Uint8Array(32).fill(9),
    commitEnd: 7,
  };
}

describe('receiptOf()', () => {
  test('says what the entry says', () => {
    assert.deepEqual(receiptOf(entryOf('settle'), 'CNY/2'), {
      index: 7,
      subject: new Uint8Array(32).fill(3),
      subjectTyp: 'coinbox.settle',
      result: 'posted',
      entryHash: new Uint8Array(32).fill(9),
      amount: 5n,
      asset: 'CNY/2',
      from,
      to,
      mappingVersion: 2,
      at: 1_800_000_000_000,
      bill,
    });
  });

  const named: readonly (readonly [string, RejectionCode | undefined, boolean])[] = [
    ['settle', undefined, true],
    ['settle', 'hold-exceeded', true],
    ['park', undefined, true],
    ['refusal', undefined, false],
    ['pay', undefined, false],
  ];
  for (const [code, refusal, isNamed] of named) {
    const what = `${refusal ? 'refused' : 'posted'} ${code} group`;
    test(`names ${isNamed ? 'the' : 'no'} bill of a ${what}`, () => {
      const receipt = receiptOf(entryOf(code, refusal), 'CNY/2');
      assert.equal(receipt.bill, isNamed ? bill : undefined);
    });
  }

  test('says parked, and why', () => {
    const { result, code } = receiptOf(entryOf('park'), 'CNY/2');
    assert.deepEqual([result, code], ['parked', 'settlement-parked']);
  });

  test('says refused without parking when what should be parked has no backing', () => {
    const { result, code } = receiptOf(entryOf('park', 'hold-exceeded'), 'CNY/2');
    assert.deepEqual([result, code], ['refused', 'backing-insufficient']);
  });

  test('is of signed messages only', () => {
    const entry = { ...entryOf('issue'), memo: encodeMemo({ request: new Uint8Array() }) };
    assert.throws(() => receiptOf(entry, 'CNY/2'), /bug/);
  });
});

describe('refusalOf()', () => {
  const rows: readonly (readonly [
    string,
    RejectionCode,
    RejectionCode | undefined,
    RejectionCode,
  ])[] = [
    ['pay', 'claim-taken', 'offer-taken', 'offer-taken'],
    ['pay', 'claim-taken', 'offer-voided', 'offer-voided'],
    ['pay', 'insufficient-funds', 'offer-taken', 'insufficient-funds'],
    ['pay', 'amount-overflow', 'offer-taken', 'amount-overflow'],
    ['settle', 'hold-exceeded', undefined, 'backing-insufficient'],
    ['refund', 'hold-exceeded', undefined, 'refund-exceeds-unspent'],
    ['redeem', 'insufficient-funds', undefined, 'insufficient-funds'],
  ];
  for (const [code, refusal, taken, wanted] of rows) {
    test(`calls ${refusal} of a ${code} group ${wanted}`, () => {
      const entry = entryOf(code, refusal, taken);
      assert.equal(refusalOf(entry), wanted);
      assert.equal(resultOf(entry), 'refused');
    });
  }

  test('has nothing to say of what was posted', () => {
    assert.equal(refusalOf(entryOf('pay', undefined, 'offer-taken')), undefined);
  });
});
