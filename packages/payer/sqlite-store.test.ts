import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPayerStore } from './sqlite-store.ts';
import { temporaryFolder } from './testing/folder.ts';
import { kitPayer, kitPayment } from './testing/kit.ts';
import { storeConformance } from './testing/store-conformance.ts';

for (const { name, check } of storeConformance) {
  test(`the SQLite store ${name}`, async (t) => {
    const store = openPayerStore(temporaryFolder(t));
    await check(store);
    store.close();
  });
}

test('what was begun is there when the store is opened again', async (t) => {
  const folder = temporaryFolder(t);
  const payment = kitPayment();
  const before = openPayerStore(folder);
  await before.begin(kitPayer, payment, { sequence: 1, previous: payment.payHash });
  before.close();
  const store = openPayerStore(folder);
  assert.deepEqual(store.payments(kitPayer), [payment]);
  assert.equal(store.counters(kitPayer).sequence, 1);
  store.close();
});
