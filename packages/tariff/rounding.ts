import type { Rational } from './rational.ts';
import { compare, floor, rational, subtract } from './rational.ts';
import type { Rounding } from './tariff.ts';

/** The integer for a value that is not negative, by the mode a tariff pins. */
export function roundBy(mode: Rounding['mode'], value: Rational): bigint {
  const whole = floor(value);
  if (mode === 'DOWN') return whole;
  const twice = 2n * (value.n - whole * value.d);
  if (twice === value.d) return mode === 'HALF_UP' || whole % 2n === 1n ? whole + 1n : whole;
  return twice > value.d ? whole + 1n : whole;
}

/**
 * Shares `total` out in whole units, as near to `parts` as can be, so that the shares add up to
 * it (largest remainder; of equal remainders the earlier part goes first, and a part of nothing
 * last). No share is negative and, when `caps` are given, none is above its cap. `total` must be
 * between 0 and the sum of the caps; it should be the sum of the parts, rounded.
 */
export function shareOut(
  total: bigint,
  parts: readonly Rational[],
  caps?: readonly bigint[],
): bigint[] {
  if (parts.length === 1) return [total];
  const shares = parts.map(floor);
  const cap = (index: number): bigint => caps?.[index] ?? total;
  let left = total;
  for (const [index, share] of shares.entries()) {
    if (share > cap(index)) shares[index] = cap(index);
    left -= shares[index]!;
  }
  if (left === 0n) return shares;
  const order = parts
    .map((part, index) => ({
      index,
      none: part.n === 0n ? 1 : 0,
      rest: subtract(part, rational(floor(part))),
    }))
    .sort((a, b) => a.none - b.none || compare(b.rest, a.rest) || a.index - b.index);
  const step = left > 0n ? 1n : -1n;
  if (step < 0n) order.reverse();
  while (left !== 0n) {
    for (const { index } of order) {
      const share = shares[index]! + step;
      if (left === 0n || share < 0n || share > cap(index)) continue;
      shares[index] = share;
      left -= step;
    }
  }
  return shares;
}
