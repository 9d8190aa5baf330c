import assert from 'node:assert/strict';
import { test } from 'node:test';
import { messageOf, walletOf } from './fixtures.ts';
import { createFlights } from './flights.ts';

const peer = walletOf(1);
const message = messageOf(peer, 1);

test('a message is due at once, then after 1, 2, 4, 8 and 16 intervals, and so on', () => {
  const flights = createFlights(100);
  const sentAt: number[] = [];
  for (let now = 0; now <= 8000; now += 10) {
    if (flights.collect([message], now).length > 0) sentAt.push(now);
  }
  assert.deepEqual(sentAt, [0, 100, 300, 700, 1500, 3100, 4700, 6300, 7900]);
});

test('a sign of life makes what was repeated due at once, and the interval short again', () => {
  const flights = createFlights(100);
  flights.collect([message], 0);
  flights.alive(peer);
  assert.equal(flights.collect([message], 10).length, 0);
  flights.collect([message], 100);
  flights.alive(peer);
  assert.ok((flights.dueAt() ?? Infinity) <= 110);
  assert.equal(flights.collect([message], 110)[0]?.intervalMs, 100);
});

test('an acknowledged message, and one that has left the outbox, are never due', () => {
  const flights = createFlights(100);
  flights.collect([message], 0);
  assert.equal(flights.dueAt(), 100);
  assert.equal(flights.landed(peer, message.hash), false);
  assert.equal(flights.dueAt(), undefined);
  flights.collect([message], 0);
  flights.collect([], 50);
  assert.equal(flights.dueAt(), undefined);
});

test('looking at one peer leaves the messages of others as they are', () => {
  const flights = createFlights(100);
  const second = walletOf(2);
  flights.collect([message, messageOf(second, 2)], 0);
  assert.deepEqual(flights.collect([messageOf(second, 3)], 10, second).length, 1);
  assert.equal(flights.dueAt(), 100);
});
