import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createOutboxIndex } from './outbox.ts';
import type { OutboxRow } from './outbox.ts';

const row = (n: number, over: Partial<OutboxRow> = {}): OutboxRow => ({
  n,
  place: 0,
  target: 'upload',
  upload: 0,
  hash: Uint8Array.of(n, over.place ?? 0),
  provider: null,
  ...over,
});
const numbers = (rows: readonly OutboxRow[]): number[][] => rows.map(({ n, place }) => [n, place]);

test('rows come in the order of the journal, by event, then by place', () => {
  const rows = [row(5, { upload: 1 }), row(9, { upload: 2 }), row(3, { place: 1 }), row(3), row(2)];
  const index = createOutboxIndex(rows);
  assert.deepEqual(numbers(index.first('upload', 9)), [
    [2, 0],
    [3, 0],
    [3, 1],
    [5, 0],
    [9, 0],
  ]);
  assert.deepEqual(numbers(index.first('upload', 2)), [
    [2, 0],
    [3, 0],
  ]);
});

test('each target has its own rows', () => {
  const index = createOutboxIndex([row(1)]);
  index.add(row(2, { target: 'provider' }));
  assert.deepEqual(numbers(index.first('upload', 9)), [[1, 0]]);
  assert.deepEqual(numbers(index.first('provider', 9)), [[2, 0]]);
  assert.deepEqual(index.first('issuer', 9), []);
});

test('a removed row is gone from its target only; what is new comes last', () => {
  const hash = Uint8Array.of(1);
  const index = createOutboxIndex([row(1, { hash }), row(1, { hash, target: 'provider' }), row(2)]);
  index.remove('upload', Uint8Array.of(1));
  index.remove('upload', Uint8Array.of(99));
  index.add(row(3));
  assert.deepEqual(numbers(index.first('upload', 9)), [
    [2, 0],
    [3, 0],
  ]);
  assert.deepEqual(numbers(index.first('provider', 9)), [[1, 0]]);
});
