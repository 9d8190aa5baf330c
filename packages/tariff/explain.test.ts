import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { euros, priceOf, tariffOf } from './test-kit.ts';

const at = Date.parse;

describe('trace', () => {
  const tariff = tariffOf(
    euros([
      {
        price_components: [{ type: 'ENERGY', price: 0.2 }],
        restrictions: { start_time: '22:00', end_time: '06:00' },
      },
      { price_components: [{ type: 'ENERGY', price: 0.25 }], restrictions: { max_kwh: 4 } },
      { type: 'PARKING_TIME', price: 2 },
      { type: 'ENERGY', price: 0.3 },
    ]),
  );
  // 20:00 to 23:00 in Amsterdam at 3 kW
  const start = at('2025-06-02T18:00:00Z');
  const { trace } = priceOf(tariff, {
    periods: [{ start, end: start + 3 * 3_600_000, energyWh: 9_000n }],
  });
  const energy = trace.filter(({ dimension }) => dimension === 'ENERGY');

  test('says which element priced which part', () => {
    assert.deepEqual(
      energy.map(({ element, quantity, from, to }) => [element, quantity, from, to]),
      [
        [1, '4000', start, at('2025-06-02T19:20:00Z')],
        [3, '2000', at('2025-06-02T19:20:00Z'), at('2025-06-02T20:00:00Z')],
        [0, '3000', at('2025-06-02T20:00:00Z'), at('2025-06-02T21:00:00Z')],
      ],
    );
  });

  test('says why each element before it did not', () => {
    assert.deepEqual(energy[1]?.skipped, [
      { element: 0, because: 'start_time' },
      { element: 1, because: 'max_kwh' },
      { element: 2, because: 'dimension' },
    ]);
    assert.deepEqual(energy[2]?.skipped, []);
  });

  test('keeps what a gap parts as two entries', () => {
    const hours = [0, 2].map((hour) => ({
      start: start + hour * 3_600_000,
      end: start + (hour + 1) * 3_600_000,
      parked: true,
    }));
    const parked = priceOf(tariff, { periods: hours }).trace;
    assert.deepEqual(
      parked.map(({ from, to, element }) => [from, to, element]),
      hours.map((period) => [period.start, period.end, 2]),
    );
  });

  test('shows what is free, in one entry when nothing changes', () => {
    const time = trace.filter(({ dimension }) => dimension === 'TIME');
    assert.equal(time.length, 1);
    assert.equal(time[0]?.element, null);
    assert.equal(time[0]?.quantity, '10800');
    assert.equal(time[0]?.skipped.length, 4);
  });
});
