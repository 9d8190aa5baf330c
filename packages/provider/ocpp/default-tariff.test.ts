import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseTariff } from '@coinbox/tariff';
import { ocppTariffOf } from './default-tariff.ts';

const component = { type: 'ENERGY', price: 2, step_size: 1 };
const read = (components: readonly object[], more: object = {}) => {
  const document = {
    currency: 'EUR',
    tax_included: 'NO',
    elements: [{ price_components: components }],
    ...more,
  };
  const tariff = parseTariff(JSON.stringify(document));
  assert.ok(tariff.ok);
  return ocppTariffOf(tariff.value);
};

describe('ocppTariffOf()', () => {
  it('has energy a kWh, time a minute, and a fee, without tax', () => {
    const found = read([
      { type: 'FLAT', price: 0.5, step_size: 1, vat: 20 },
      { type: 'ENERGY', price: 0.25, step_size: 1, vat: 10 },
      { type: 'TIME', price: 3, step_size: 1 },
      { type: 'PARKING_TIME', price: 6, step_size: 1 },
    ]);
    const { tariffId, ...parts } = found ?? { tariffId: '' };
    assert.match(tariffId, /^[0-9a-f]{32}$/);
    assert.deepEqual(parts, {
      currency: 'EUR',
      fixedFee: { prices: [{ priceFixed: 0.5 }], taxRates: [{ type: 'VAT', tax: 20 }] },
      energy: { prices: [{ priceKwh: 0.25 }], taxRates: [{ type: 'VAT', tax: 10 }] },
      chargingTime: { prices: [{ priceMinute: 0.05 }] },
      idleTime: { prices: [{ priceMinute: 0.1 }] },
    });
  });

  it('takes the tax out of prices that have it within', () => {
    const found = read([{ ...component, price: 2.26, vat: 13 }], { tax_included: 'YES' });
    assert.deepEqual(found?.energy, {
      prices: [{ priceKwh: 2 }],
      taxRates: [{ type: 'VAT', tax: 13 }],
    });
  });

  const others: readonly (readonly [string, readonly object[], object])[] = [
    ['a step', [{ ...component, step_size: 100 }], {}],
    ['another unit', [{ ...component, price_per: 100 }], {}],
    ['a dimension that OCPP has not', [{ ...component, type: 'CYCLE' }], {}],
    ['a largest price', [component], { max_price: { before_taxes: 5 } }],
    [
      'two elements',
      [component],
      { elements: [{ price_components: [component] }, { price_components: [component] }] },
    ],
    [
      'a restriction',
      [component],
      { elements: [{ price_components: [component], restrictions: { max_kwh: 2 } }] },
    ],
  ];
  for (const [title, components, more] of others) {
    it(`shows nothing rather than what is not billed: ${title}`, () => {
      assert.equal(read(components, more), undefined);
    });
  }
});
