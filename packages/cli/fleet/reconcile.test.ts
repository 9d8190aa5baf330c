import assert from 'node:assert/strict';
import { test } from 'node:test';
import { differenceOf, isSettled } from './reconcile.ts';
import type { SessionBooks } from './reconcile.ts';

const paid: SessionBooks = {
  line: 2,
  expected: 550n,
  bill: 550n,
  journal: {
    held: 5_000n,
    billed: 550n,
    returned: 4_450n,
    settled: 550n,
    refunded: 4_450n,
    stage: 'closed',
    lastRefusal: null,
  },
  settled: 550n,
  refunded: 4_450n,
  returned: 4_450n,
};

test('a session whose books agree has no difference', () => {
  assert.equal(isSettled(paid), true);
  assert.equal(differenceOf(paid), 0n);
});

const wrong: readonly [name: string, books: SessionBooks][] = [
  ['the provider billed one more', { ...paid, bill: 551n }],
  ['the tariff gives one less', { ...paid, expected: 549n }],
  ['the issuer settled one more', { ...paid, settled: 551n }],
  ['the issuer refunded one less', { ...paid, refunded: 4_449n }],
  ['the payer has no receipt', { ...paid, returned: 0n }],
];
for (const [name, books] of wrong) {
  test(`a difference is found where ${name}`, () => {
    assert.notEqual(differenceOf(books), 0n);
  });
}
