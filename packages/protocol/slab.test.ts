import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { takeBytes } from './slab.ts';

describe('takeBytes()', () => {
  it('gives as many zero bytes as asked for, of any length', () => {
    for (const length of [0, 1, 64, 65, 4096, 4097, 100_000]) {
      assert.deepEqual(takeBytes(length), new Uint8Array(length));
    }
  });

  it('never gives the same bytes twice', () => {
    const lengths = Array.from({ length: 500 }, (_, i) => (i * 37) % 300);
    const taken = lengths.map((length, i) => takeBytes(length).fill(i % 256));
    taken.forEach((bytes, i) => {
      assert.deepEqual(bytes, new Uint8Array(lengths[i] as number).fill(i % 256));
    });
  });
});
