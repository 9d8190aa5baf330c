import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Decimal } from 'decimal.js';
import fc from 'fast-check';
import type { Period, Price, Session } from './index.ts';
import { priceSession } from './index.ts';
import { compare, parseDecimal, rational } from './rational.ts';
import { euros, priceOf, rejectionOf, tariffOf } from './test-kit.ts';

const D = Decimal.clone({ precision: 60, rounding: Decimal.ROUND_HALF_UP });
const START = Date.parse('2025-03-29T00:00:00Z');
const HOUR = 3_600_000;

const cents = fc.integer({ min: 0, max: 500 }).map((n) => (n / 100).toFixed(2));
const rate = fc.constantFrom('0', '5.2', '7', '10', '19', '20', '33.3');
const time = fc.integer({ min: 0, max: 1_439 });
const clock = (minute: number) =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

const component = fc.record({
  type: fc.constantFrom('FLAT', 'ENERGY', 'TIME', 'PARKING_TIME', 'VOLUME', 'CYCLE'),
  price: cents,
  vat: rate,
  step_size: fc.constantFrom(0, 1, 60, 500),
});
const days = ['MONDAY', 'SATURDAY', 'SUNDAY'];
const restrictions = fc
  .record(
    {
      start_time: time.map(clock),
      end_time: time.map(clock),
      day_of_week: fc.subarray(days, { minLength: 1 }),
      min_kwh: fc.integer({ min: 0, max: 10 }),
      max_kwh: fc.integer({ min: 11, max: 40 }),
      min_power: fc.integer({ min: 0, max: 10 }),
      min_duration: fc.integer({ min: 0, max: 5_000 }),
      max_duration: fc.integer({ min: 5_001, max: 90_000 }),
    },
    { requiredKeys: [] },
  )
  .map((value): object => value);
const element = fc.record({
  price_components: fc.uniqueArray(component, { minLength: 1, selector: ({ type }) => type }),
  restrictions: fc.option(restrictions, { nil: undefined }),
});
const limit = fc
  .tuple(fc.integer({ min: 0, max: 3_000 }), fc.integer({ min: 0, max: 900 }))
  .map(([net, tax]) => ({
    before_taxes: (net / 100).toFixed(2),
    after_taxes: ((net + tax) / 100).toFixed(2),
  }));
const tariffJson = fc
  .record({
    elements: fc.array(element, { minLength: 1, maxLength: 5 }),
    tax_included: fc.constantFrom('YES', 'NO'),
    rounding: fc.record({
      mode: fc.constantFrom('HALF_UP', 'HALF_EVEN', 'DOWN'),
      at: fc.constantFrom('TOTAL', 'LINE'),
    }),
    bound: fc.constantFrom('min_price', 'max_price', 'none'),
    limit,
  })
  .map(({ elements, bound, limit: amount, ...rest }) =>
    euros(elements, { ...rest, [bound]: amount }),
  );

/** Periods one after the other, each of up to 20 h, so that 23 h and 25 h days are met. */
const session = fc
  .array(
    fc.record({
      gap: fc.integer({ min: 0, max: HOUR }),
      length: fc.integer({ min: 0, max: 20 * HOUR }),
      energyWh: fc.bigInt(0n, 30_000n),
      volumeMl: fc.bigInt(0n, 5_000n),
      cycles: fc.bigInt(0n, 2n),
      parked: fc.boolean(),
    }),
    { maxLength: 5 },
  )
  .map((parts): Session => {
    let at = START;
    const periods = parts.map(({ gap, length, ...quantities }): Period => {
      const start = at + gap;
      at = start + length;
      // Energy in no time has no power, which some tariffs here ask for.
      return { start, end: at, ...quantities, ...(length === 0 ? { powerKw: '7' } : {}) };
    });
    return { periods };
  });

const sum = (amounts: readonly bigint[]) => amounts.reduce((all, amount) => all + amount, 0n);

function exactOf(text: string) {
  const [n = '0', d] = text.split('/');
  return d === undefined ? parseDecimal(n)! : rational(BigInt(n), BigInt(d));
}

function same(a: Price, b: Price): void {
  assert.deepEqual([a.net, a.tax, a.gross, a.exact], [b.net, b.tax, b.gross, b.exact]);
}

describe('priceSession()', () => {
  test('lines add up to the totals, and no amount is negative', () => {
    fc.assert(
      fc.property(tariffJson, session, (json, used) => {
        const price = priceOf(tariffOf(json), used);
        assert.equal(price.net + price.tax, price.gross);
        assert.equal(sum(price.lines.map(({ net }) => net)), price.net);
        assert.equal(sum(price.lines.map(({ tax }) => tax)), price.tax);
        assert.equal(sum(price.lines.map(({ gross }) => gross)), price.gross);
        assert.equal(sum(price.taxes.map(({ amount }) => amount)), price.tax);
        for (const { net, tax, gross } of price.lines) {
          assert.ok(net >= 0n && tax >= 0n && gross === net + tax);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('a total is within the bounds of its limits, in net and in gross', () => {
    fc.assert(
      fc.property(tariffJson, session, (json, used) => {
        const tariff = tariffOf(json);
        const price = priceOf(tariff, used);
        const served = used.periods.some(
          ({ start, end, energyWh, volumeMl, cycles }) =>
            end > start || energyWh !== 0n || volumeMl !== 0n || cycles !== 0n,
        );
        const { minPrice, maxPrice } = tariff;
        if (served && minPrice?.net !== undefined) assert.ok(price.net >= minPrice.net);
        if (served && minPrice?.gross !== undefined) assert.ok(price.gross >= minPrice.gross);
        if (maxPrice?.net !== undefined) assert.ok(price.net <= maxPrice.net);
        if (maxPrice?.gross !== undefined) assert.ok(price.gross <= maxPrice.gross);
      }),
      { numRuns: 300 },
    );
  });

  test('a period cut at any instant costs what the whole one costs', () => {
    const cut = fc.integer({ min: 1, max: 999 });
    const unlike = fc.record({ hours: fc.integer({ min: 1, max: 60 }), cut, parked: fc.boolean() });
    fc.assert(
      fc.property(tariffJson, unlike, (json, { hours, cut: part, parked }) => {
        const tariff = tariffOf(json);
        // 1,000 parts of a whole number of Wh and ms, so that each half is exact.
        const length = hours * HOUR;
        const wh = hours * 7_000;
        const whole = { start: START, end: START + length, energyWh: BigInt(wh), parked };
        const middle = START + (length / 1_000) * part;
        const head = BigInt((wh / 1_000) * part);
        const halves = [
          { ...whole, end: middle, energyWh: head },
          { ...whole, start: middle, energyWh: BigInt(wh) - head },
        ];
        same(priceOf(tariff, { periods: [whole] }), priceOf(tariff, { periods: halves }));
      }),
      { numRuns: 500 },
    );
  });

  test('an element after one that always matches, or that repeats one, is idle', () => {
    fc.assert(
      fc.property(tariffJson, session, fc.nat(), (json, used, at) => {
        const { elements } = json as { elements: { restrictions?: object }[] };
        const repeated = [...elements, elements[at % elements.length]!];
        const first = priceOf(tariffOf(json), used);
        same(first, priceOf(tariffOf({ ...json, elements: repeated }), used));
        const { restrictions: _none, ...always } = elements[at % elements.length]!;
        const measured = (list: object[]) =>
          priceOf(tariffOf({ ...json, elements: list }), used)
            .lines.filter((line) => line.element === 0)
            .map((line) => line.measured);
        assert.deepEqual(measured([always, ...elements]), measured([always]));
      }),
      { numRuns: 200 },
    );
  });

  test('the trace covers each measured quantity exactly once', () => {
    fc.assert(
      fc.property(tariffJson, session, (json, used) => {
        const { trace } = priceOf(tariffOf(json), used);
        const total = sum(used.periods.map(({ energyWh }) => energyWh as bigint));
        const parts = trace.filter(({ dimension }) => dimension === 'ENERGY');
        const traced = parts.reduce((all, { quantity }) => {
          const { n, d } = exactOf(quantity);
          return { n: all.n * d + n * all.d, d: all.d * d };
        }, rational(0n));
        assert.equal(compare(traced, rational(total)), 0);
      }),
      { numRuns: 200 },
    );
  });

  test('the price does not depend on whether it is explained', () => {
    fc.assert(
      fc.property(tariffJson, session, (json, used) => {
        const tariff = tariffOf(json);
        const silent = priceSession(tariff, used, { explain: false });
        assert.ok(silent.ok);
        assert.deepEqual({ ...priceOf(tariff, used), exact: null, trace: [] }, silent.value);
      }),
      { numRuns: 100 },
    );
  });

  test('more energy never costs less', () => {
    const json = fc.record({ a: cents, b: cents, vat: rate });
    const wh = fc.bigInt(0n, 50_000n);
    fc.assert(
      fc.property(json, wh, wh, ({ a, b, vat }, used, more) => {
        const energy = (price: string) => ({ type: 'ENERGY', price, vat });
        const tariff = tariffOf(
          euros([{ price_components: [energy(a)], restrictions: { max_kwh: 10 } }, energy(b)]),
        );
        const at = (energyWh: bigint) =>
          priceOf(tariff, { periods: [{ start: 0, end: HOUR, energyWh }] }).gross;
        assert.ok(at(used) <= at(used + more));
      }),
    );
  });

  test('simple tariffs agree with decimal.js', () => {
    const prices = fc.record({ flat: cents, energy: cents, hour: cents, a: rate, b: rate });
    const wh = fc.integer({ min: 0, max: 90_000 });
    const ms = fc.integer({ min: 0, max: 10 * HOUR });
    fc.assert(
      fc.property(prices, wh, ms, ({ flat, energy, hour, a, b }, used, length) => {
        const tariff = tariffOf(
          euros([
            {
              price_components: [
                { type: 'FLAT', price: flat, vat: a, step_size: 1 },
                { type: 'ENERGY', price: energy, vat: b, step_size: 100 },
                { type: 'TIME', price: hour, vat: a, step_size: 60 },
              ],
            },
          ]),
        );
        const periods = [{ start: START, end: START + length, energyWh: BigInt(used) }];
        const price = priceOf(tariff, { periods });
        const served = length > 0 || used > 0;
        const parts = [
          [new D(served ? flat : 0), a],
          [new D(used).div(100).ceil().div(10).mul(energy), b],
          [new D(length).div(60_000).ceil().div(60).mul(hour), a],
        ] as const;
        const net = parts.reduce((all, [part]) => all.plus(part), new D(0));
        const gross = parts.reduce(
          (all, [part, vat]) => all.plus(part.mul(new D(vat).div(100).plus(1))),
          new D(0),
        );
        // 40 places bring decimal.js' own thirds back to where they came from.
        const minor = (amount: Decimal) => amount.mul(100).toDecimalPlaces(40).round().toFixed(0);
        assert.equal(price.net.toString(), minor(net));
        assert.equal(price.gross.toString(), minor(gross));
      }),
      { numRuns: 500 },
    );
  });

  test('prices up to 2^63-1 minor units are exact, and one more is refused', () => {
    const tariff = tariffOf(euros([{ type: 'ITEM', price: '0.01', step_size: 1 }]));
    const vend = (count: bigint) => ({ periods: [{ start: 0, end: 0, items: { A1: count } }] });
    assert.equal(priceOf(tariff, vend((1n << 63n) - 1n)).gross, (1n << 63n) - 1n);
    const two = euros([{ type: 'ITEM', price: '0.02', step_size: 1 }]);
    const over = priceSession(tariffOf(two), vend(1n << 62n));
    assert.equal(rejectionOf(over).code, 'session-amount-overflow');
  });

  test('a price for one article goes before the price for all', () => {
    const tariff = tariffOf(
      euros([
        {
          price_components: [
            { type: 'ITEM', price: 1 },
            { type: 'ITEM', price: 2, sku: 'B2' },
          ],
        },
      ]),
    );
    const items = { A1: 1n, B2: '3' };
    const { lines } = priceOf(tariff, { periods: [{ start: 0, end: 0, items }] });
    assert.deepEqual(
      lines.map(({ sku, unitPrice, quantity, gross }) => [sku, unitPrice, quantity, gross]),
      [
        ['A1', '1', '1', 100n],
        ['B2', '2', '3', 600n],
      ],
    );
  });
});
