import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { exponentOf, parseAsset } from './currency.ts';
import { rejectionOf, valueOf } from './test-kit.ts';

describe('parseAsset()', () => {
  test('gives a currency its scale by ISO 4217', () => {
    const rows = { EUR: 2, CNY: 2, JPY: 0, KRW: 0, KWD: 3, CLF: 4 };
    for (const [currency, exponent] of Object.entries(rows)) {
      assert.equal(valueOf(parseAsset(currency)), `${currency}/${exponent}`);
    }
  });

  test('keeps a scale that is written', () => {
    assert.equal(valueOf(parseAsset('EUR/4')), 'EUR/4');
    assert.equal(exponentOf('EUR/4'), 4);
  });

  test('rejects what is no currency', () => {
    for (const text of ['', 'eur', 'EURO', 'EUR/', 'EUR/9', 'EUR/12', 'F C', 'EUR/-1']) {
      assert.equal(rejectionOf(parseAsset(text)).code, 'tariff-currency', text);
    }
  });
});
