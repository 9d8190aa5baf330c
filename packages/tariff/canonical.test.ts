import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { canonicalTariff } from './index.ts';
import { euros, tariffOf } from './test-kit.ts';

const energy = { type: 'ENERGY', price: 0.25, vat: 10.0, step_size: 1 };

describe('canonicalTariff()', () => {
  test('is the same for all ways of writing one tariff', () => {
    const texts = [
      euros([energy]),
      JSON.stringify(euros([energy])),
      JSON.stringify(euros([energy])).replace('0.25', '0.2500'),
      euros([{ step_size: '1', vat: '10', price: '25e-2', type: 'ENERGY' }]),
      euros([{ type: 'ENERGY', price: 0.25, taxes: [{ name: 'VAT', percentage: 10 }] }]),
      euros([{ ...energy, price_per: 1_000 }], { rounding: {}, tax_included: 'NO' }),
      euros([{ price_components: [energy], restrictions: { day_of_week: [] } }]),
      euros([energy], { currency: 'EUR/2', min_price: null }),
    ].map((json) => canonicalTariff(tariffOf(json)));
    assert.deepEqual(
      texts,
      texts.map(() => texts[0]),
    );
  });

  test('is JSON with sorted keys, without white space, with decimals as texts', () => {
    assert.equal(
      canonicalTariff(tariffOf(euros([energy], { id: '7' }))),
      '{"currency":"EUR/2","elements":[{"price_components":[{"price":"0.25","step_size":"1",' +
        '"taxes":[{"name":"VAT","percentage":"10"}],"type":"ENERGY"}]}],"id":"7",' +
        '"rounding":{"at":"TOTAL","mode":"HALF_UP"},"tax_included":"NO",' +
        '"time_zone":"Europe/Amsterdam"}',
    );
  });

  test('differs as soon as a word or a price differs', () => {
    const texts = [
      euros([energy]),
      euros([{ ...energy, price: 0.26 }]),
      euros([{ ...energy, step_size: 2 }]),
      euros([energy], { rounding: { mode: 'DOWN' } }),
      euros([energy], { tariff_alt_url: 'https://example.org/' }),
      euros([{ price_components: [energy], restrictions: { max_kwh: 5 } }]),
    ].map((json) => canonicalTariff(tariffOf(json)));
    assert.equal(new Set(texts).size, texts.length);
  });

  test('keeps a field named __proto__ a field', () => {
    const text = JSON.stringify(euros([energy])).replace('{', '{"__proto__":{"currency":"CNY"},');
    const tariff = tariffOf(text);
    assert.equal(tariff.asset, 'EUR/2');
    assert.match(canonicalTariff(tariff), /^\{"__proto__":\{"currency":"CNY"\}/);
  });
});
