import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAcknowledgements } from './acknowledgements.ts';
import { walletOf } from './fixtures.ts';

const [first, second] = [walletOf(1), walletOf(2)];
const hashOf = (number: number): Uint8Array => new Uint8Array(32).fill(number);

test('acknowledgements are taken 16 at a time, in order, and once', () => {
  const waiting = createAcknowledgements();
  for (let number = 0; number < 20; number++) waiting.add(first, hashOf(number));
  const taken = [waiting.take(first), waiting.take(first), waiting.take(first)];
  assert.deepEqual(
    taken.map((some) => some.map((hash) => hash[0])),
    [Array.from({ length: 16 }, (_, at) => at), [16, 17, 18, 19], []],
  );
});

test('takeAll() gives everything, by peer, in portions of 16', () => {
  const waiting = createAcknowledgements();
  for (let number = 0; number < 18; number++) waiting.add(first, hashOf(number));
  waiting.add(second, hashOf(99));
  const portions = [...waiting.takeAll()].map(([peer, some]) => [peer, some.length]);
  assert.deepEqual(portions, [
    [first, 16],
    [first, 2],
    [second, 1],
  ]);
  assert.deepEqual([...waiting.takeAll()], []);
});

test('at most 1,024 wait for one peer', () => {
  const waiting = createAcknowledgements();
  for (let number = 0; number < 2000; number++) waiting.add(first, hashOf(number));
  const portions = [...waiting.takeAll()];
  assert.equal(portions.length, 64);
});
