import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PARTS, REFUSAL, VOID, read, textOf } from './shapes.ts';
import type { Value } from './encoding.ts';

const id = new Uint8Array(16);
const hash = new Uint8Array(32).fill(255);
const fields = (change: (map: Map<Value, Value>) => void = () => undefined): Map<Value, Value> => {
  const map = new Map<Value, Value>([1, 7, id, hash, id].map((part, at) => [at + 1, part]));
  change(map);
  return map;
};

test('read() gives every field of a map as text', () => {
  assert.deepEqual(read(VOID, fields()), {
    v: '1',
    sequence: '7',
    offer: 'off_00000000000000000000000000',
    offerHash: 'ff'.repeat(32),
    terminal: 'wal_00000000000000000000000000',
  });
  const parts: Value = [hash, new Uint8Array(0)];
  assert.deepEqual(read(PARTS, parts), { facts: 'ff'.repeat(32), request: '' });
});

const wrong: readonly (readonly [string, (map: Map<Value, Value>) => void])[] = [
  ['a field is missing', (map) => map.delete(3)],
  ['a field is unknown', (map) => map.set(6, 1)],
  ['the version is another', (map) => map.set(1, 2)],
  ['an id has another length', (map) => map.set(3, new Uint8Array(15))],
  ['a hash has another length', (map) => map.set(4, id)],
  ['a number is negative', (map) => map.set(2, -1)],
  ['a number is no integer', (map) => map.set(2, 1.5)],
  ['a number is text', (map) => map.set(2, '7')],
  ['bytes are a number', (map) => map.set(3, 7)],
];
for (const [what, change] of wrong) {
  test(`read() throws where ${what}`, () => {
    assert.throws(() => read(VOID, fields(change)));
  });
}

test('read() throws at what is no map', () => {
  assert.throws(() => read(REFUSAL, 7));
});

test('textOf() knows amounts past 2^53', () => {
  assert.equal(textOf('n', 2n ** 63n), '9223372036854775808');
});
