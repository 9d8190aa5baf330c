import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  ASSETS,
  assetOfCurrency,
  currencyOf,
  exponentOf,
  formatMajor,
  parseAsset,
} from './asset.ts';

/** ISO 4217: currencies of each number of decimals. */
const known = ['CNY/2', 'EUR/2', 'USD/2', 'JPY/0', 'KRW/0', 'KWD/3', 'CLF/4'];

describe('parseAsset()', () => {
  for (const asset of known) {
    it(`takes ${asset}`, () => {
      assert.deepEqual(parseAsset(asset), { ok: true, value: asset });
    });
  }

  const unknown: readonly unknown[] = [
    'XXY/2',
    'cny/2',
    'CNY',
    'CNY/',
    'CNY/02',
    ' CNY/2',
    'XAU/0',
  ];
  for (const text of [...unknown, 'CNY/2\n', 'ＣＮＹ/2', '__proto__/2', '', 2, null, ['CNY/2']]) {
    it(`answers currency-unknown to ${JSON.stringify(text)} (row 25)`, () => {
      assert.deepEqual(parseAsset(text), { ok: false, rejection: { code: 'currency-unknown' } });
    });
  }

  for (const [text, detail] of [
    ['JPY/2', 'JPY has 0 decimals'],
    ['CNY/0', 'CNY has 2 decimals'],
    ['KWD/2', 'KWD has 3 decimals'],
  ] as const) {
    it(`answers currency-exponent to ${text} (row 27)`, () => {
      const rejection = { code: 'currency-exponent', detail };
      assert.deepEqual(parseAsset(text), { ok: false, rejection });
    });
  }
});

describe('ASSETS', () => {
  it('are what parseAsset() takes, each once, sorted', () => {
    assert.ok(ASSETS.length > 150);
    assert.equal(new Set(ASSETS).size, ASSETS.length);
    assert.deepEqual([...ASSETS].sort(), ASSETS);
    for (const asset of ASSETS) {
      assert.ok(parseAsset(asset).ok, asset);
      const found = assetOfCurrency(currencyOf(asset));
      assert.deepEqual(found, { ok: true, value: asset });
    }
  });

  it('have the decimals that the platform knows, where it knows them', () => {
    // CLDR counts decimals in daily use, so that these differ from ISO 4217.
    const differs = new Set(
      'AFN ALL COP IDR IQD IRR KPW LAK LBP MGA MMK MRU PKR RSD SLE SOS STN SYP TZS UZS YER'
        .split(' ')
        .concat(
          'BIF CLF CRC CZK DJF GNF GYD HUF JPY KMF MNT MUR NOK SEK TMT TWD UYW UYI'.split(' '),
        ),
    );
    for (const asset of ASSETS) {
      const currency = currencyOf(asset);
      if (differs.has(currency)) continue;
      const format = new Intl.NumberFormat('en', { style: 'currency', currency });
      assert.equal(exponentOf(asset), format.resolvedOptions().maximumFractionDigits, asset);
    }
  });
});

describe('assetOfCurrency()', () => {
  it('answers currency-unknown to what is none', () => {
    for (const code of ['XXY', 'cny', '', 'constructor']) {
      const rejection = { code: 'currency-unknown' };
      assert.deepEqual(assetOfCurrency(code), { ok: false, rejection });
    }
  });
});

describe('formatMajor()', () => {
  const rows: readonly (readonly [bigint, string, string])[] = [
    [1234n, 'CNY/2', '12.34'],
    [5n, 'CNY/2', '0.05'],
    [0n, 'CNY/2', '0.00'],
    [-5n, 'CNY/2', '-0.05'],
    [1234n, 'JPY/0', '1234'],
    [-1n, 'JPY/0', '-1'],
    [1n, 'KWD/3', '0.001'],
    [9223372036854775807n, 'CNY/2', '92233720368547758.07'],
  ];
  for (const [amount, asset, text] of rows) {
    it(`writes ${amount} of ${asset} as ${text}`, () => {
      assert.equal(formatMajor(amount, asset as 'CNY/2'), text);
    });
  }
});
