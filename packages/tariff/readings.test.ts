import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Reading } from './index.ts';
import { sessionFromReadings } from './index.ts';
import { euros, priceOf, rejectionOf, tariffOf, valueOf } from './test-kit.ts';

describe('sessionFromReadings()', () => {
  test('takes the differences of registers, and the state of the earlier reading', () => {
    const session = valueOf(
      sessionFromReadings([
        { at: 0, energyWh: 1_000n, currentA: '16' },
        { at: 60_000, energyWh: '1500.5', parked: true },
        { at: 90_000 },
      ]),
    );
    assert.deepEqual(session.periods, [
      { start: 0, end: 60_000, currentA: '16', energyWh: '500.5' },
      { start: 60_000, end: 90_000, parked: true },
    ]);
  });

  test('hands items out at the reading that counts them', () => {
    const session = valueOf(
      sessionFromReadings([
        { at: 0 },
        { at: 5, items: { A1: 1n } },
        { at: 9, items: { A1: 1n, B2: 2n } },
      ]),
    );
    const vends = session.periods.filter(({ items }) => items !== undefined);
    assert.deepEqual(
      vends.map(({ start, items }) => [start, items]),
      [
        [5, { A1: '1' }],
        [9, { B2: '2' }],
      ],
    );
  });

  test('rejects an empty chain, time that runs backwards and numbers that are not exact', () => {
    const rows: [Reading[], string][] = [
      [[], 'session-invalid'],
      [[{ at: 5 }, { at: 4 }], 'session-end-before-start'],
      [[{ at: 0, energyWh: 5 as never }], 'session-quantity'],
      [
        [
          { at: 0, items: { A1: 2n } },
          { at: 1, items: { A1: 1n } },
        ],
        'session-register-backwards',
      ],
      [Array.from({ length: 10_000 }, (_none, at) => ({ at })), 'session-too-many-periods'],
    ];
    for (const [readings, code] of rows) {
      assert.equal(rejectionOf(sessionFromReadings(readings)).code, code);
    }
  });

  test('readings in between change nothing when the power is constant', () => {
    const tariff = tariffOf(
      euros([
        { price_components: [{ type: 'ENERGY', price: 0.2 }], restrictions: { max_kwh: 10 } },
        { type: 'ENERGY', price: 0.3, vat: 19 },
      ]),
    );
    const between = fc.uniqueArray(fc.integer({ min: 1, max: 999 }), { maxLength: 20 });
    const reading = (minute: number) => ({ at: minute * 60_000, energyWh: BigInt(minute * 25) });
    fc.assert(
      fc.property(between, (minutes) => {
        const chain = [0, ...minutes.sort((a, b) => a - b), 1_000].map(reading);
        const price = priceOf(tariff, valueOf(sessionFromReadings(chain)));
        // 10 kWh at 0.20 and 15 kWh at 0.30 with 19 %
        assert.deepEqual([price.net, price.gross], [650n, 736n]);
      }),
      { numRuns: 50 },
    );
  });
});
