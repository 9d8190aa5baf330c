import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { rational } from './rational.ts';
import { settle } from './settle.ts';
import type { Tariff } from './tariff.ts';
import { euros, priceOf, tariffOf } from './test-kit.ts';

const HOUR = 3_600_000;

describe('limits', () => {
  test('a maximum shrinks all lines in proportion', () => {
    const prices = [
      { type: 'FLAT', price: 4, vat: 20 },
      { type: 'ENERGY', price: 0.5, vat: 10 },
    ];
    const tariff = tariffOf(
      euros([{ price_components: prices }], { max_price: { before_taxes: 6, after_taxes: 6.65 } }),
    );
    const periods = [{ start: 0, end: HOUR, energyWh: 10_000n }];
    const { lines, limit, taxes } = priceOf(tariff, { periods });
    assert.equal(limit, 'MAX_PRICE');
    // 4.00 + 0.80 and 5.00 + 0.50: net 9.00 shrinks to two thirds, tax 1.30 to a half
    assert.deepEqual(
      lines.map(({ net, tax }) => [net, tax]),
      [
        [267n, 40n],
        [333n, 25n],
      ],
    );
    assert.deepEqual(
      taxes.map(({ amount }) => amount),
      [40n, 25n],
    );
  });

  test('what a minimum adds is a line of its own', () => {
    const min_price = { before_taxes: 2, after_taxes: 2.2 };
    const tariff = tariffOf(euros([{ type: 'ENERGY', price: 1, vat: 10 }], { min_price }));
    const { lines } = priceOf(tariff, { periods: [{ start: 0, end: HOUR, energyWh: 500n }] });
    assert.deepEqual(
      lines.map(({ dimension, unitPrice, net, tax }) => [dimension, unitPrice, net, tax]),
      [
        ['ENERGY', '1', 50n, 5n],
        ['MIN_PRICE', '1.5', 150n, 15n],
      ],
    );
  });
});

/** Net and tax of the total for one part of 1,000 net and 100 tax, before rounding. */
function limited(min_price?: object, max_price?: object): [bigint, bigint] {
  const tariff: Tariff = tariffOf(euros([{ type: 'FLAT', price: 1 }], { min_price, max_price }));
  const { net, gross } = settle([{ net: rational(1_000n), tax: rational(100n) }], tariff, true);
  return [net, gross];
}

describe('settle()', () => {
  const rows: [string, object | undefined, object | undefined, bigint, bigint][] = [
    ['no limit', undefined, undefined, 1_000n, 1_100n],
    ['a minimum below', { before_taxes: 5, after_taxes: 6 }, undefined, 1_000n, 1_100n],
    [
      'a minimum above in net only',
      { before_taxes: 10.5, after_taxes: 11 },
      undefined,
      1_050n,
      1_100n,
    ],
    [
      'a minimum above in gross only',
      { before_taxes: 9, after_taxes: 12 },
      undefined,
      1_000n,
      1_200n,
    ],
    ['a minimum of net alone', { before_taxes: 20 }, undefined, 2_000n, 2_200n],
    ['a minimum of gross alone', { after_taxes: 22 }, undefined, 2_000n, 2_200n],
    ['a maximum of net alone', undefined, { before_taxes: 5 }, 500n, 550n],
    ['a maximum of gross alone', undefined, { after_taxes: 5.5 }, 500n, 550n],
    ['a maximum below in net only', undefined, { before_taxes: 8, after_taxes: 12 }, 800n, 1_100n],
    ['a maximum of nothing', undefined, { before_taxes: 0, after_taxes: 0 }, 0n, 0n],
    ['both, of which the maximum binds', { before_taxes: 2 }, { before_taxes: 5 }, 500n, 550n],
  ];
  for (const [title, min, max, net, gross] of rows) {
    test(`applies ${title}`, () => assert.deepEqual(limited(min, max), [net, gross]));
  }

  test('rounds nothing to nothing', () => {
    const tariff = tariffOf(euros([{ type: 'FLAT', price: 1 }]));
    const { net, gross, shares } = settle([], tariff, false);
    assert.deepEqual([net, gross, shares], [0n, 0n, []]);
  });

  test('never gives a line more tax than it costs when taxes are included', () => {
    const tariff = tariffOf(euros([{ type: 'FLAT', price: 1 }], { tax_included: 'YES' }));
    const part = { net: rational(1n, 10n), tax: rational(3n, 10n) };
    const { shares } = settle([part, part, part, part], tariff, true);
    for (const { net, tax } of shares) assert.ok(net >= 0n && tax >= 0n);
  });
});
