import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { rational, rationalText } from './rational.ts';
import { compilePlan, componentRates } from './tariff.ts';
import { euros, tariffOf } from './test-kit.ts';

const flat = [{ type: 'FLAT', price: 1 }];
const planOf = (...restrictions: object[]) =>
  tariffOf(euros(restrictions.map((one) => ({ price_components: flat, restrictions: one })))).plan;

describe('compilePlan()', () => {
  test('needs no zone without a restriction in local time', () => {
    const plan = planOf({ min_kwh: 1, max_duration: 60 });
    assert.equal(plan.zone, undefined);
    assert.deepEqual(plan.energyMarks.map(rationalText), ['1000']);
    assert.deepEqual(plan.durationMarks.map(rationalText), ['60000']);
  });

  test('collects the minutes at which something may change, midnight where a day ends', () => {
    const both = { start_time: '22:00', end_time: '06:00' };
    assert.deepEqual(planOf(both).marks, [360, 1_320]);
    assert.deepEqual(planOf({ start_time: '08:00' }).marks, [0, 480]);
    assert.deepEqual(planOf({ end_time: '08:00' }).marks, [0, 480]);
    assert.deepEqual(planOf({ start_date: '2025-06-02' }, both).marks, [0, 360, 1_320]);
    assert.deepEqual(planOf({ day_of_week: ['MONDAY'] }).marks, [0]);
  });

  test('has no candidate for what no element prices', () => {
    const { candidates } = compilePlan([], undefined);
    assert.deepEqual(candidates.ENERGY, []);
  });
});

describe('componentRates()', () => {
  const taxes = [
    { name: 'GST', percentage: rational(5n) },
    { name: 'PST', percentage: rational(7n) },
  ];
  const rates = (included: boolean) => {
    const { netRate, taxRate } = componentRates(rational(112n, 100n), 1_000n, 2, taxes, included);
    return [rationalText(netRate), rationalText(taxRate)];
  };

  test('adds percentages up on the net price', () => {
    assert.deepEqual(rates(false), ['0.112', '0.01344']);
  });

  test('takes them out of a price that includes them', () => {
    assert.deepEqual(rates(true), ['0.1', '0.012']);
  });
});
