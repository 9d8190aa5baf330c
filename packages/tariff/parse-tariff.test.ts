import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseTariff } from './index.ts';
import { euros, rejectionOf, tariffOf, valueOf } from './test-kit.ts';

const energy = { type: 'ENERGY', price: 0.25, vat: 10.0, step_size: 1 };

/** A tariff as a charge point operator sends it by OCPI, with fields that have no price in them. */
const OCPI = `{
  "country_code": "DE", "party_id": "ALL", "id": "16", "currency": "EUR",
  "type": "REGULAR", "tax_included": "NO", "preauthorize_amount": 30.00,
  "tariff_alt_text": [{ "language": "en", "text": "Fees of 1.50 may apply." }],
  "max_price": { "before_taxes": 10.00, "after_taxes": 11.00 },
  "elements": [{
    "price_components": [
      { "type": "FLAT", "price": 0.50, "vat": 20.0, "step_size": 1 },
      { "type": "ENERGY", "price": 0.250, "vat": 10.0, "step_size": 1 }
    ],
    "restrictions": { "day_of_week": ["SUNDAY", "MONDAY"], "min_kwh": null }
  }],
  "energy_mix": {
    "is_green_energy": true, "energy_sources": [{ "source": "WIND", "percentage": 40.5 }]
  },
  "end_date_time": "2030-06-30T23:59:59Z", "last_updated": "2025-01-01T00:00:00Z"
}`;

describe('parseTariff()', () => {
  test('reads an OCPI 2.3.0 tariff as it is, and keeps what has no part in the price', () => {
    const tariff = valueOf(parseTariff(OCPI, { timeZone: 'Europe/Berlin' }));
    assert.equal(tariff.asset, 'EUR/2');
    assert.equal(tariff.timeZone, 'Europe/Berlin');
    assert.deepEqual(tariff.maxPrice, { net: 1_000n, gross: 1_100n });
    assert.deepEqual(tariff.rounding, { mode: 'HALF_UP', at: 'TOTAL' });
    assert.equal(tariff.elements[0]?.restrictions?.days, 0b1000001);
    assert.equal(tariff.document['id'], '16');
    assert.equal(tariff.document['preauthorize_amount'], '30');
    assert.deepEqual(tariff.document['tariff_alt_text'], [
      { language: 'en', text: 'Fees of 1.50 may apply.' },
    ]);
  });

  test('reads the limits of OCPI 2.2.1', () => {
    const tariff = tariffOf(euros([energy], { min_price: { excl_vat: 0.5, incl_vat: 0.55 } }));
    assert.deepEqual(tariff.minPrice, { net: 50n, gross: 55n });
  });

  test('takes numbers of a text digit by digit, not by way of binary floating point', () => {
    const text = JSON.stringify(euros([energy])).replace('0.25', '0.123456789012345678');
    assert.equal(tariffOf(text).elements[0]?.components[0]?.priceText, '0.123456789012345678');
  });

  test('takes numbers of a value by their shortest decimal, and texts as they are', () => {
    for (const price of [0.1, '0.1', '0.10', '1e-1']) {
      const tariff = tariffOf(euros([{ ...energy, price }]));
      assert.equal(tariff.elements[0]?.components[0]?.priceText, '0.1');
    }
  });

  test('takes the scale of a currency from the asset, the document or ISO 4217', () => {
    assert.equal(tariffOf(euros([energy], { currency: 'JPY' })).asset, 'JPY/0');
    assert.equal(tariffOf(euros([energy], { currency: 'KWD' })).asset, 'KWD/3');
    assert.equal(tariffOf(euros([energy], { currency: 'EUR/4' })).asset, 'EUR/4');
    assert.equal(valueOf(parseTariff(euros([energy]), { asset: 'EUR/4' })).asset, 'EUR/4');
  });

  test('lets the document’s own time zone go before the one it is given', () => {
    const given = parseTariff(euros([energy]), { timeZone: 'Asia/Shanghai' });
    assert.equal(valueOf(given).timeZone, 'Europe/Amsterdam');
  });

  test('reads our own fields', () => {
    const tariff = tariffOf(
      euros([energy], {
        rounding: { mode: 'DOWN', at: 'LINE' },
        suggested_funding: 25,
        on_no_bill: 'HOLD',
        on_overbill: 'PAY_UNDISPUTED',
      }),
    );
    assert.deepEqual(tariff.rounding, { mode: 'DOWN', at: 'LINE' });
    assert.equal(tariff.suggestedFunding, 2_500n);
    assert.equal(tariff.onNoBill, 'HOLD');
    assert.equal(tariff.onOverbill, 'PAY_UNDISPUTED');
  });

  test('says where the first fault is', () => {
    const elements = [energy, { price_components: [energy], restrictions: { min_soc: 1 } }];
    const { detail } = rejectionOf(parseTariff(euros(elements)));
    assert.equal(detail, 'elements[1].restrictions.min_soc');
  });
});
