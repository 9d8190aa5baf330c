import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assertPosted } from '../testing/assertions.ts';
import { createPaidSession } from '../testing/session.ts';

describe('getSummary()', () => {
  test('adds up: what is outstanding is what all wallets hold', async () => {
    const s = await createPaidSession();
    await assertPosted(s, s.settle(s.bill(320n)).bytes);
    const { as_of_index, ...summary } = await s.issuer.summary();
    assert.deepEqual(summary, {
      asset: 'CNY/2',
      outstanding: '10000',
      payers: '9500',
      holding: '180',
      settlement: '0',
      providers: '320',
      difference: '0',
      payments: 1,
      settlements: 1,
      refunds: 0,
    });
    assert.equal(as_of_index, (await s.issuer.ledger.head()).index);
  });

  test('rejects a query: parameter-unknown', async () => {
    const s = await createPaidSession();
    const asked = await s.issuer.call('getSummary', { query: { at: '1' }, person: 'maker' });
    assert.equal(!asked.ok && asked.rejection.code, 'parameter-unknown');
  });
});
