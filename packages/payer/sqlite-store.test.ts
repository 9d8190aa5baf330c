import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPayerStore } from './sqlite-store.ts';
import { temporaryFolder } from './testing/folder.ts';
import { kitPayer, kitPayment } from './testing/kit.ts';
import { storeConformance } from './testing/store-conformance.ts';

for (const { name, check } of storeConformance) {
  test(`the SQLite store ${name}`, (t) => {
    const store = openPayerStore(temporaryFolder(t));
    check(store);
    store.close();
  });
}

test('what was begun is there when the store is opened again', (t) => {
  const folder = temporaryFolder(t);
  const payment = kitPayment();
  const before = openPayerStore(folder);
  before.begin(kitPayer, payment, { sequence: 1, previous: payment.payHash });
  before.close();
  const store = openPayerStore(folder);
  assert.deepEqual(store.payments(kitPayer), [payment]);
  assert.equal(store.counters(kitPayer).sequence, 1);
  store.close();
});
