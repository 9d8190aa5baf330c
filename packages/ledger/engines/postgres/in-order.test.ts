import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inOrder } from './in-order.ts';

test('what was sent together is answered in its order', async () => {
  const late = new Promise<string>((resolve) => setImmediate(resolve, 'late'));
  assert.deepEqual(await inOrder(late, Promise.resolve(2)), ['late', 2]);
});

test('the first that failed is thrown, though a later one failed before it', async () => {
  const why = new Error('why');
  const late = new Promise<never>((_, reject) => setImmediate(reject, why));
  await assert.rejects(inOrder(late, Promise.reject(new Error('aborted'))), why);
});
