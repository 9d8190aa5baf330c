import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseTariff } from '@coinbox/tariff';
import { perMinute, priceRows } from './prices.ts';

/** price of an hour, of a minute */
const hours: readonly [string, string][] = [
  ['3', '0.05'],
  ['3.0', '0.05'],
  ['4', '0.0667'],
  ['60', '1.00'],
  ['0.9', '0.015'],
  ['0', '0.00'],
  ['7500.6', '125.01'],
];

for (const [hour, minute] of hours) {
  test(`perMinute() makes ${minute} a minute of ${hour} an hour`, () => {
    assert.equal(perMinute(hour), minute);
  });
}

test('priceRows() shows kWh before minute before session, with when each holds', () => {
  const tariff = parseTariff(
    JSON.stringify({
      currency: 'CNY',
      tax_included: 'YES',
      time_zone: 'Asia/Shanghai',
      elements: [
        { price_components: [{ type: 'FLAT', price: 1, vat: 13, step_size: 1 }] },
        {
          price_components: [{ type: 'ENERGY', price: 0.75, vat: 13, step_size: 1 }],
          restrictions: { start_time: '23:00', end_time: '07:00' },
        },
        { price_components: [{ type: 'ENERGY', price: 1.15, vat: 13, step_size: 1 }] },
        {
          price_components: [{ type: 'TIME', price: 3, vat: 13, step_size: 60 }],
          restrictions: { min_duration: 14400, min_kwh: 1 },
        },
      ],
    }),
  );
  assert.ok(tariff.ok);
  assert.deepEqual(
    priceRows(tariff.value).map(({ price, unit, when }) => [price, unit, when]),
    [
      ['0.75', 'kWh', [{ kind: 'hours', from: '23:00', to: '07:00' }]],
      ['1.15', 'kWh', [{ kind: 'otherwise' }]],
      ['0.05', 'min', [{ kind: 'after', minutes: 240 }, { kind: 'other' }]],
      ['1', 'session', []],
    ],
  );
});
