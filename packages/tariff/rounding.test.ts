import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { add, floor, rational, ZERO } from './rational.ts';
import { roundBy, shareOut } from './rounding.ts';

describe('rounding', () => {
  test('roundBy() rounds halves as its mode says', () => {
    const rows: [bigint, bigint, bigint, bigint, bigint][] = [
      // n, d, HALF_UP, HALF_EVEN, DOWN
      [1n, 2n, 1n, 0n, 0n],
      [3n, 2n, 2n, 2n, 1n],
      [5n, 2n, 3n, 2n, 2n],
      [49n, 100n, 0n, 0n, 0n],
      [51n, 100n, 1n, 1n, 0n],
      [7n, 1n, 7n, 7n, 7n],
      [2n, 3n, 1n, 1n, 0n],
    ];
    for (const [n, d, up, even, down] of rows) {
      assert.equal(roundBy('HALF_UP', rational(n, d)), up);
      assert.equal(roundBy('HALF_EVEN', rational(n, d)), even);
      assert.equal(roundBy('DOWN', rational(n, d)), down);
    }
  });

  test('shareOut() gives what is left to the largest remainders, of equals to the earlier', () => {
    const thirds = [rational(10n, 3n), rational(10n, 3n), rational(10n, 3n)];
    assert.deepEqual(shareOut(10n, thirds), [4n, 3n, 3n]);
    assert.deepEqual(shareOut(3n, [rational(12n, 10n), rational(17n, 10n)]), [1n, 2n]);
  });

  test('shareOut() gives nothing to a part of nothing while another can take it', () => {
    assert.deepEqual(shareOut(2n, [ZERO, rational(1n)]), [0n, 2n]);
    assert.deepEqual(shareOut(0n, [rational(1n), ZERO]), [0n, 0n]);
  });

  test('shareOut() takes what is too much from the smallest remainders', () => {
    assert.deepEqual(shareOut(1n, [rational(19n, 10n), rational(11n, 10n)]), [1n, 0n]);
  });

  test('shareOut() keeps to its caps', () => {
    assert.deepEqual(shareOut(3n, [rational(3n, 2n), rational(3n, 2n)], [1n, 5n]), [1n, 2n]);
  });

  test('shares add up, are not negative, and are off by less than one', () => {
    const part = fc
      .tuple(fc.bigInt(0n, 10_000n), fc.bigInt(1n, 97n))
      .map(([n, d]) => rational(n, d));
    fc.assert(
      fc.property(fc.array(part, { minLength: 2, maxLength: 12 }), (parts) => {
        const total = roundBy('HALF_UP', parts.reduce(add, ZERO));
        const shares = shareOut(total, parts);
        assert.equal(
          shares.reduce((sum, share) => sum + share, 0n),
          total,
        );
        for (const [index, share] of shares.entries()) {
          const whole = floor(parts[index]!);
          assert.ok(share === whole || share === whole + 1n);
        }
      }),
    );
  });
});
