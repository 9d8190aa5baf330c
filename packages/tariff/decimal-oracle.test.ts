import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { oraclePrice } from './decimal-oracle.ts';
import type { OracleElement, OracleTariff } from './decimal-oracle.ts';
import { parseTariff, priceReadings } from './index.ts';
import type { MeterReading } from './index.ts';
import { valueOf } from './test-kit.ts';

/** `COINBOX_PAIRS=100000 node --test packages/tariff/decimal-oracle.test.ts` is the long run. */
const PAIRS = Number(process.env.COINBOX_PAIRS ?? 2_000);

const price = fc.integer({ min: 0, max: 999 }).map((cents) => (cents / 100).toFixed(2));
const component = fc.record({
  type: fc.constantFrom(
    'FLAT' as const,
    'ENERGY' as const,
    'TIME' as const,
    'PARKING_TIME' as const,
  ),
  price,
  vat: fc.constantFrom(0, 7, 13, 20),
  step_size: fc.constantFrom(0, 1, 60, 100, 900),
});
const hour = fc.integer({ min: 0, max: 23 }).map((at) => `${String(at).padStart(2, '0')}:00`);
const days = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY'];
const window = fc
  .tuple(hour, hour)
  .filter(([from, to]) => from !== to)
  .map(([start_time, end_time]) => ({ start_time, end_time }));
const energy = fc.integer({ min: 1, max: 40 }).map((kwh) => ({ max_kwh: kwh }));
const restrictions = fc.oneof(
  window,
  energy,
  fc.subarray(days, { minLength: 1 }).map((day_of_week) => ({ day_of_week })),
  fc.integer({ min: 1, max: 30 }).map((kwh) => ({ min_kwh: kwh })),
  fc.integer({ min: 1, max: 300 }).map((minutes) => ({ min_duration: minutes * 60 })),
  fc.integer({ min: 1, max: 300 }).map((minutes) => ({ max_duration: minutes * 60 })),
  fc.tuple(window, energy).map(([a, b]) => ({ ...a, ...b })),
);
const components = fc.uniqueArray(component, {
  minLength: 1,
  maxLength: 3,
  selector: ({ type }) => type,
});
const element: fc.Arbitrary<OracleElement> = fc.oneof(
  fc.record({ price_components: components, restrictions }),
  fc.record({ price_components: components }),
);
const tariffs: fc.Arbitrary<OracleTariff> = fc.record({
  currency: fc.constant('CNY' as const),
  time_zone: fc.constant('Asia/Shanghai' as const),
  tax_included: fc.constantFrom('YES' as const, 'NO' as const),
  rounding: fc.record({
    mode: fc.constantFrom('HALF_UP' as const, 'HALF_EVEN' as const),
    at: fc.constant('TOTAL' as const),
  }),
  elements: fc.array(element, { minLength: 1, maxLength: 5 }),
});

const step = fc.record({
  seconds: fc.integer({ min: 1, max: 4 * 3600 }),
  wh: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 30_000 })),
  phase: fc.constantFrom('active' as const, 'idle' as const),
});
const readings: fc.Arbitrary<MeterReading[]> = fc
  .tuple(fc.integer({ min: 0, max: 14 * 86_400 }), fc.array(step, { minLength: 1, maxLength: 5 }))
  .map(([start, steps]) => {
    let at = Date.UTC(2026, 5, 1) + start * 1000;
    let energyWh = 0n;
    const list: MeterReading[] = [];
    for (const { seconds, wh, phase } of steps) {
      list.push({ at, phase, energyWh });
      at += seconds * 1000;
      energyWh += BigInt(phase === 'idle' ? 0 : wh);
    }
    return [...list, { at, phase: 'idle', energyWh }];
  });

describe('priceReadings()', () => {
  test(`agrees with decimals on ${PAIRS} tariffs and sessions`, () => {
    fc.assert(
      fc.property(tariffs, readings, (document, session) => {
        const tariff = valueOf(parseTariff(document));
        const { net, gross } = valueOf(priceReadings(tariff, session, { explain: false }));
        assert.deepEqual(
          { net: net.toString(), gross: gross.toString() },
          oraclePrice(document, session),
        );
      }),
      { numRuns: PAIRS },
    );
  });
});
