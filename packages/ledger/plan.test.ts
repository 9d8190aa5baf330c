import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Instant } from '@coinbox/protocol';
import { group, open, openIssuance, transfer, wordsOf } from './conformance/groups.ts';
import { GENESIS, entryHash } from './entry.ts';
import { planBatch } from './plan.ts';
import type { View } from './view.ts';

const nothing: View = {
  account: () => undefined,
  hold: () => undefined,
  claim: () => undefined,
  series: () => 0,
  recorded: () => undefined,
};
const at = 1_767_225_600_000 as Instant;

describe('planBatch()', () => {
  const accounts = group('accounts', [openIssuance('i'), open('a'), open('b')]);
  const pay = (n: number) => group(`pay-${n}`, [transfer('i', 'a', 2n), transfer('a', 'b', 1n)]);

  test('writes an account once, however many groups of the batch change it', () => {
    const plan = planBatch(nothing, GENESIS, at, [accounts, pay(1), pay(2), pay(3)]);
    const balances = [...plan.accounts.values()].map(({ id, balance }) => [id, balance]);
    assert.deepEqual(Object.fromEntries(balances), { i: -6n, a: 3n, b: 3n });
    assert.equal(balances.length, 3);
  });

  test('chains the entries of a batch to the head it was given', () => {
    const head = { index: 7, hash: new Uint8Array(32).fill(7) };
    const plan = planBatch(nothing, head, at, [accounts, pay(1), pay(2)]);
    const chain = plan.entries.map(({ entry }) => entry);
    assert.deepEqual(
      chain.map(({ index }) => index),
      [8, 9, 10],
    );
    assert.deepEqual(
      chain.map(({ previousHash }) => previousHash),
      [head.hash, chain[0]?.hash, chain[1]?.hash],
    );
    for (const entry of chain) assert.deepEqual(entry.hash, entryHash(entry));
    assert.deepEqual(plan.head, { index: 10, hash: chain[2]?.hash });
    assert.deepEqual(
      chain.map(({ commitEnd }) => commitEnd),
      [10, 10, 10],
    );
  });

  test('has for each entry the accounts that it changed, as they are then', () => {
    const over = group('over', [transfer('i', 'a', 5n), transfer('a', 'b', 99n)]);
    const plan = planBatch(nothing, GENESIS, at, [accounts, over, pay(1), group('b', [open('b')])]);
    assert.deepEqual(
      plan.entries.map(({ touched }) => touched.map(({ id, balance }) => [id, balance])),
      [
        [
          ['i', 0n],
          ['a', 0n],
          ['b', 0n],
        ],
        [],
        [
          ['i', -2n],
          ['a', 1n],
          ['b', 1n],
        ],
        [],
      ],
    );
  });

  test('plans nothing for groups that leave no trace', () => {
    const plan = planBatch(nothing, GENESIS, at, [pay(1), group('none', [])]);
    const words = plan.results.map(wordsOf);
    assert.deepEqual(words, ['rejected account-unknown', 'rejected group-empty']);
    assert.deepEqual([plan.entries.length, plan.accounts.size], [0, 0]);
    assert.deepEqual(plan.head, GENESIS);
  });
});
