import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { chanceOfMiss, createNumberList, createVisited } from './visited.ts';

describe('createNumberList()', () => {
  it('keeps what it was given, beyond its first capacity', () => {
    const list = createNumberList(2);
    for (let value = 0; value < 100; value++) list.push(value * 3);
    list.push(0xffffffff);
    assert.equal(list.length, 101);
    assert.equal(list.at(0), 0);
    assert.equal(list.at(99), 297);
    assert.equal(list.at(100), 0xffffffff);
  });
});

describe('createVisited()', () => {
  it('numbers states in the order in which they come, and knows them again', () => {
    const visited = createVisited();
    assert.equal(visited.add(Int32Array.of(1, 2)), 0);
    assert.equal(visited.add(Int32Array.of(2, 1)), 1);
    assert.equal(visited.add(Int32Array.of(1, 2)), 0);
    assert.equal(visited.size, 2);
  });

  it('says the same as a map of the words themselves', () => {
    const states = fc.array(fc.tuple(fc.integer(), fc.integer(), fc.nat(3)), { maxLength: 200 });
    fc.assert(
      fc.property(states, (list) => {
        const visited = createVisited();
        const known = new Map<string, number>();
        for (const words of list) {
          const key = words.join();
          if (!known.has(key)) known.set(key, known.size);
          assert.equal(visited.add(Int32Array.from(words)), known.get(key));
        }
      }),
      { numRuns: 50 },
    );
  });

  it('tells apart a hundred thousand states that differ in few bits, while it grows', () => {
    const visited = createVisited();
    const words = new Int32Array(3);
    for (let round = 0; round < 2; round++) {
      for (let number = 0; number < 100_000; number++) {
        words[0] = number & 15;
        words[1] = (number >> 4) & 255;
        words[2] = (number >> 12) << 20;
        assert.equal(visited.add(words), number);
      }
    }
    assert.equal(visited.size, 100_000);
  });
});

describe('chanceOfMiss()', () => {
  it('is one in 2^64 for two states, and grows with the pairs', () => {
    assert.equal(chanceOfMiss(2), 2 ** -64);
    assert.equal(chanceOfMiss(1), 0);
    assert.ok(chanceOfMiss(4_000_000) < 1e-6);
  });
});
