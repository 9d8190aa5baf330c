import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Session } from './index.ts';
import { priceSession } from './index.ts';
import { euros, priceOf, rejectionOf, tariffOf } from './test-kit.ts';

const MINUTE = 60_000;
const time = { type: 'TIME', price: 1, step_size: 600 };
const parking = { type: 'PARKING_TIME', price: 2, step_size: 900 };

/** Periods of so many minutes one after the other; negative ones are parked. */
function minutes(...lengths: number[]): Session {
  let at = 0;
  const periods = lengths.map((length) => {
    const start = at;
    at += Math.abs(length) * MINUTE;
    return { start, end: at, parked: length < 0 };
  });
  return { periods };
}

function billed(components: object[], session: Session): Record<string, string> {
  const { lines } = priceOf(tariffOf(euros([{ price_components: components }])), session);
  return Object.fromEntries(lines.map((line) => [line.dimension, line.billed]));
}

describe('steps', () => {
  test('round a total up once, not each period', () => {
    assert.deepEqual(billed([time], minutes(7, 7, 7)), { TIME: '1800' });
  });

  test('leave charging alone when parking was priced, wherever it stands', () => {
    assert.deepEqual(billed([time, parking], minutes(21, -16)), {
      TIME: '1260',
      PARKING_TIME: '1800',
    });
    assert.deepEqual(billed([time, parking], minutes(10, -16, 11)), {
      TIME: '1260',
      PARKING_TIME: '1800',
    });
  });

  test('round charging up when parking has no price', () => {
    assert.deepEqual(billed([time], minutes(21, -16)), { TIME: '1800' });
  });

  test('of a reservation are its own', () => {
    const reserved = { price_components: [time], restrictions: { reservation: 'RESERVATION' } };
    const tariff = tariffOf(euros([reserved, time]));
    const session = {
      reservation: { start: 0, end: 4 * MINUTE },
      periods: [{ start: 5 * MINUTE, end: 12 * MINUTE }],
    };
    assert.deepEqual(
      priceOf(tariff, session).lines.map((line) => [line.phase, line.billed]),
      [
        ['RESERVATION', '600'],
        ['SESSION', '600'],
      ],
    );
  });

  test('of articles are counted by article', () => {
    const item = { type: 'ITEM', price: 1, step_size: 6 };
    const tariff = tariffOf(euros([item]));
    const items = { A1: 1n, B2: 7n };
    const { lines } = priceOf(tariff, { periods: [{ start: 0, end: 0, items }] });
    assert.deepEqual(
      lines.map((line) => line.billed),
      ['6', '12'],
    );
  });

  test('FLAT is one, whatever its step', () => {
    const tariff = tariffOf(euros([{ type: 'FLAT', price: 1, step_size: 500 }]));
    assert.equal(priceOf(tariff, { periods: [{ start: 0, end: 1 }] }).gross, 100n);
  });
});

describe('measureUsage()', () => {
  test('lets a FLAT tariff sell articles it does not name', () => {
    const items = { A1: 2n };
    const tariff = tariffOf(euros([{ type: 'FLAT', price: 3 }]));
    assert.equal(priceOf(tariff, { periods: [{ start: 0, end: 0, items }] }).gross, 300n);
  });

  test('bounds the segments of all periods together', () => {
    const night = { price_components: [time], restrictions: { start_time: '22:00' } };
    const tariff = tariffOf(euros([night, time]));
    const year = 365 * 24 * 60;
    assert.ok(priceSession(tariff, minutes(year, year, year)).ok);
    const long = priceSession(tariff, minutes(...Array.from({ length: 30 }, () => year)));
    assert.equal(rejectionOf(long).code, 'session-too-long');
  });
});
