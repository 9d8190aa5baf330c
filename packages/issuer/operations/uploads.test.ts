import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { money } from '@coinbox/protocol';
import type { PaymentId, WalletId } from '@coinbox/protocol';
import fc from 'fast-check';
import { checkUpload, paymentsOf, sharesOf } from './uploads.ts';
import type { PaymentFacts } from './uploads.ts';

const payment = (at: number, terminal = 'wal_T'): PaymentFacts => ({
  payment: `pay_${at}` as PaymentId,
  payer: 'wal_P' as WalletId,
  terminal: terminal as WalletId,
  mappingVersion: 1,
  isOffline: false,
  holds: [],
});

const hold = (at: number, remaining: bigint) => ({ hold: `pay_${at}`, remaining });

describe('checkUpload()', () => {
  const rows: readonly (readonly [number, number, string | undefined])[] = [
    [1, 0, undefined],
    [2, 1, undefined],
    [2, 2, 'counter-conflict'],
    [1, 2, 'counter-rollback'],
    [2, 0, 'counter-gap'],
    [9, 2, 'counter-gap'],
  ];
  for (const [upload, last, code] of rows) {
    test(`says ${code ?? 'nothing'} to ${upload} after ${last}`, () => {
      assert.equal(checkUpload(upload, last)?.rejection.code, code);
    });
  }
});

describe('sharesOf()', () => {
  const holds = fc.array(fc.bigInt({ min: 0n, max: 50n }), { minLength: 1, maxLength: 8 });

  test('takes all of the amount and never more than a hold has, if there is enough', () => {
    fc.assert(
      fc.property(holds, fc.bigInt({ min: 1n, max: 400n }), (remaining, wanted) => {
        const all = remaining.map((rest, at) => hold(at, rest));
        const shares = sharesOf(money(wanted), all);
        const sum = shares.reduce((total, { amount }) => total + amount, 0n);
        const there = remaining.reduce((total, rest) => total + rest, 0n);
        assert.equal(sum, wanted);
        assert.ok(shares.every(({ amount }) => amount > 0n));
        const fits = shares.every(
          (share) => share.amount <= (all.find((one) => one.hold === share.hold)?.remaining ?? 0n),
        );
        assert.equal(fits, wanted <= there);
      }),
    );
  });

  test('empties the payments in their order', () => {
    const shares = sharesOf(money(25n), [hold(1, 10n), hold(2, 0n), hold(3, 30n)]);
    assert.deepEqual(shares, [
      { hold: 'pay_1', amount: 10n },
      { hold: 'pay_3', amount: 15n },
    ]);
  });
});

describe('paymentsOf()', () => {
  const [one, two] = [payment(1), payment(2)];
  const terminal = 'wal_T' as WalletId;
  const of = (found: readonly (PaymentFacts | undefined)[], ids = found.map((f) => f?.payment)) =>
    paymentsOf(terminal, ids as PaymentId[], found);

  test('gives all payments of the terminal', () => {
    assert.deepEqual(of([one, two]), [one, two]);
  });
  test('gives none where there is none', () => assert.equal(of([]), undefined));
  test('gives none where one is unknown', () => assert.equal(of([one, undefined]), undefined));
  test('gives none where one comes twice', () => assert.equal(of([one, one]), undefined));
  test("gives none where one is another terminal's", () => {
    assert.equal(of([one, payment(3, 'wal_U')]), undefined);
  });
});
