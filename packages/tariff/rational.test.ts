import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Decimal } from 'decimal.js';
import fc from 'fast-check';
import { add, ceilToMultiple, compare, divide, floor, multiply } from './rational.ts';
import { parseDecimal, rational, rationalText, reduce, subtract } from './rational.ts';

const fraction = fc
  .tuple(fc.bigInt(-(10n ** 12n), 10n ** 12n), fc.bigInt(1n, 10n ** 6n))
  .map(([n, d]) => rational(n, d));

describe('rational', () => {
  test('parseDecimal() reads decimals exactly, with and without an exponent', () => {
    const rows: [string, bigint, bigint][] = [
      ['0.25', 25n, 100n],
      ['-3', -3n, 1n],
      ['1.50', 15n, 10n],
      ['1e-3', 1n, 1_000n],
      ['2.5E+2', 250n, 1n],
      ['0.000', 0n, 1n],
      ['999999999999999999', 999_999_999_999_999_999n, 1n],
    ];
    for (const [text, n, d] of rows) assert.deepEqual(parseDecimal(text), { n, d }, text);
  });

  test('parseDecimal() refuses what is not a decimal within 18 digits each side', () => {
    const bad = ['', ' 1', '+1', '1.', '.5', '0x10', '１', 'NaN', '1e99', '1e18', '1e-19', '1_0'];
    for (const text of bad) assert.equal(parseDecimal(text), undefined, text);
  });

  test('rationalText() writes the shortest decimal, or a fraction in lowest terms', () => {
    assert.equal(rationalText(rational(20n, 80n)), '0.25');
    assert.equal(rationalText(rational(-1n, 8n)), '-0.125');
    assert.equal(rationalText(rational(122n, 120n)), '61/60');
    assert.equal(rationalText(rational(1_000n, 10n)), '100');
    assert.equal(rationalText(rational(1n, 10n ** 15n)), '0.000000000000001');
  });

  test('arithmetic agrees with decimal.js', () => {
    const D = Decimal.clone({ precision: 60 });
    const value = (r: { n: bigint; d: bigint }) => new D(r.n.toString()).div(r.d.toString());
    const near = (a: Decimal, b: Decimal) =>
      a.minus(b).abs().lte(b.abs().mul('1e-40').plus('1e-40'));
    fc.assert(
      fc.property(fraction, fraction, (a, b) => {
        assert.ok(near(value(add(a, b)), value(a).plus(value(b))));
        assert.ok(near(value(subtract(a, b)), value(a).minus(value(b))));
        assert.ok(near(value(multiply(a, b)), value(a).mul(value(b))));
        assert.equal(compare(a, b), value(a).cmp(value(b)));
        assert.equal(floor(a).toString(), value(a).floor().toFixed());
        assert.equal(compare(reduce(a), a), 0);
        if (b.n > 0n) assert.ok(near(value(divide(a, b)), value(a).div(value(b))));
      }),
    );
  });

  test('ceilToMultiple() gives the least multiple that is not below', () => {
    const positive = fraction.filter(({ n }) => n >= 0n);
    fc.assert(
      fc.property(positive, fc.bigInt(1n, 1_000n), (a, step) => {
        const up = ceilToMultiple(a, step);
        assert.equal(floor(up) % step, 0n);
        assert.ok(compare(up, a) >= 0);
        assert.ok(compare(subtract(up, rational(step)), a) < 0);
      }),
    );
  });

  test('a text read back is the same value', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 10n ** 17n), fc.integer({ min: 0, max: 17 }), (n, places) => {
        const value = rational(n, 10n ** BigInt(places));
        const again = parseDecimal(rationalText(value));
        assert.ok(again !== undefined && compare(again, value) === 0);
      }),
    );
  });
});
