import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NO_MONEY, REJECTIONS, money } from '@coinbox/protocol';
import type { RejectionCode } from '@coinbox/protocol';
import type { Account } from './account.ts';
import { draw, group, hold, transfer } from './conformance/groups.ts';
import { burnsId, decide } from './decide.ts';
import type { View } from './view.ts';

// The rows of the rejection table are in conformance/rejections.ts, which runs decide() in every
// engine.

const account = (id: string, balance: bigint): Account =>
  Object.freeze({
    id,
    asset: 'CNY/2',
    mayOverdraw: false,
    frozen: false,
    balance,
    held: NO_MONEY,
  });

const accounts = new Map([account('a', 10n), account('b', 0n)].map((one) => [one.id, one]));
const view: View = {
  account: (id) => accounts.get(id),
  hold: () => undefined,
  claim: () => undefined,
  series: () => 0,
  recorded: () => undefined,
};

describe('decide()', () => {
  test('answers with each changed account and hold once, as it is after the last step', () => {
    const steps = [hold('h', 'a', 6n), draw('h', 'b', 5n), transfer('b', 'a', 2n)];
    const decision = decide(view, group('1', steps));
    assert.ok(decision.kind === 'posted');
    assert.deepEqual(
      [...decision.changes.accounts.values()],
      [
        { ...account('a', 7n), held: 1n },
        { ...account('b', 3n), held: 0n },
      ],
    );
    const remaining = money(1n);
    assert.deepEqual([...decision.changes.holds.values()], [{ id: 'h', account: 'a', remaining }]);
  });

  test('leaves the view alone and answers the same again', () => {
    const one = group('1', [transfer('a', 'b', 4n)]);
    assert.deepEqual(decide(view, one), decide(view, one));
    assert.equal(accounts.get('a')?.balance, 10n);
  });

  test('burns the id for refusals that depend on what others do, and for no other', () => {
    const own: RejectionCode[] = [
      'group-empty',
      'group-too-large',
      'parameter-invalid',
      'id-reused',
      'sequence-passed',
      'sequence-gap',
      'claim-taken',
      'account-unknown',
      'account-exists',
      'hold-unknown',
      'hold-exists',
      'account-same',
      'currency-mismatch',
      'currency-unknown',
      'currency-exponent',
      'amount-zero',
      'amount-negative',
      'amount-out-of-range',
      'account-frozen',
      'hold-exceeded',
      'insufficient-funds',
      'amount-overflow',
      'overloaded',
    ];
    assert.deepEqual(own.filter(burnsId), [
      'claim-taken',
      'hold-exceeded',
      'insufficient-funds',
      'amount-overflow',
    ]);
    assert.ok(own.every((code) => code in REJECTIONS));
  });
});
