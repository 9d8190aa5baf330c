/** An exact fraction `n/d` with `d > 0`. It need not be in lowest terms. */
export interface Rational {
  readonly n: bigint;
  readonly d: bigint;
}

/** Above this a sum is brought to lowest terms, so that long sums stay small. */
const REDUCE_ABOVE = 1n << 96n;

const LARGEST_SAFE = BigInt(Number.MAX_SAFE_INTEGER);

/** 0. */
export const ZERO: Rational = { n: 0n, d: 1n };

/** 1. */
export const ONE: Rational = { n: 1n, d: 1n };

/** `n/d` as it stands; `d` must be positive. */
export function rational(n: bigint, d: bigint = 1n): Rational {
  return { n, d };
}

/** a + b. */
export function add(a: Rational, b: Rational): Rational {
  if (a.d === b.d) return { n: a.n + b.n, d: a.d };
  const sum = { n: a.n * b.d + b.n * a.d, d: a.d * b.d };
  return sum.d > REDUCE_ABOVE ? reduce(sum) : sum;
}

/** a − b. */
export function subtract(a: Rational, b: Rational): Rational {
  return add(a, { n: -b.n, d: b.d });
}

/** a · b. */
export function multiply(a: Rational, b: Rational): Rational {
  return { n: a.n * b.n, d: a.d * b.d };
}

/** a ÷ b for b > 0. */
export function divide(a: Rational, b: Rational): Rational {
  return { n: a.n * b.d, d: a.d * b.n };
}

/** Negative, zero or positive, as a is less than, equal to or more than b. */
export function compare(a: Rational, b: Rational): number {
  const left = a.n * b.d;
  const right = b.n * a.d;
  return left < right ? -1 : left > right ? 1 : 0;
}

/** The greatest integer not above `a`. */
export function floor(a: Rational): bigint {
  const quotient = a.n / a.d;
  return a.n < 0n && quotient * a.d !== a.n ? quotient - 1n : quotient;
}

/** The least multiple of `step` (a positive integer) that is not below `a` (not negative). */
export function ceilToMultiple(a: Rational, step: bigint): Rational {
  const unit = step * a.d;
  return { n: ((a.n + unit - 1n) / unit) * step, d: 1n };
}

/** The same value in lowest terms. */
export function reduce(a: Rational): Rational {
  const divisor = greatestDivisor(a.n < 0n ? -a.n : a.n, a.d);
  return divisor === 1n ? a : { n: a.n / divisor, d: a.d / divisor };
}

/** Euclid's algorithm for a ≥ 0 and b > 0. */
function greatestDivisor(a: bigint, b: bigint): bigint {
  let [x, y] = [a, b];
  while (y > LARGEST_SAFE) [x, y] = [y, x % y];
  if (y === 0n) return x;
  // Remainders of safe integers are exact, and a number is far cheaper than a bigint.
  let [u, v] = [Number(y), Number(x % y)];
  while (v !== 0) [u, v] = [v, u % v];
  return BigInt(u);
}

const DECIMAL = /^(-?)(\d{1,40})(?:\.(\d{1,40}))?(?:[eE]([+-]?\d{1,3}))?$/;

/** Digits before and after the point that a decimal may have. */
const MAX_DIGITS = 18;

/**
 * Reads a decimal such as `0.25`, `-3` or `1e-3` exactly. At most 18 digits stand on each side of
 * the point once the exponent is resolved; anything else gives `undefined`.
 */
export function parseDecimal(text: string): Rational | undefined {
  const match = DECIMAL.exec(text);
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = '', exponentText = '0'] = match;
  const exponent = Number(exponentText);
  if (Math.abs(exponent) > 2 * MAX_DIGITS) return undefined;
  const digits = BigInt(whole + fraction);
  const places = fraction.length - exponent;
  let n = places < 0 ? digits * 10n ** BigInt(-places) : digits;
  let left = places < 0 ? 0 : places;
  while (left > 0 && n % 10n === 0n) {
    n /= 10n;
    left -= 1;
  }
  const d = 10n ** BigInt(left);
  if (left > MAX_DIGITS || n / d >= 10n ** BigInt(MAX_DIGITS)) return undefined;
  return { n: sign === '-' ? -n : n, d };
}

/** Most values have no more places than this; they are written without a search for factors. */
const COMMON_PLACES = 9;
const COMMON_SCALE = 10n ** BigInt(COMMON_PLACES);

/** The value as a finite decimal in shortest form, or as a fraction `n/d` in lowest terms. */
export function rationalText(value: Rational): string {
  if (value.d === 1n) return value.n.toString();
  const scaled = value.n * COMMON_SCALE;
  if (scaled % value.d === 0n) return decimalText(scaled / value.d, COMMON_PLACES);
  const { n, d } = reduce(value);
  const places = decimalPlaces(d);
  return places === undefined ? `${n}/${d}` : decimalText((n * 10n ** BigInt(places)) / d, places);
}

/** `scaled` ÷ 10^places without zeros at the end. */
function decimalText(scaled: bigint, places: number): string {
  const digits = (scaled < 0n ? -scaled : scaled).toString().padStart(places + 1, '0');
  let end = digits.length;
  while (end > digits.length - places && digits[end - 1] === '0') end -= 1;
  const whole = digits.slice(0, digits.length - places);
  const fraction = digits.slice(digits.length - places, end);
  return `${scaled < 0n ? '-' : ''}${whole}${fraction === '' ? '' : '.'}${fraction}`;
}

/** How many decimal places 1/d has; `undefined` when it has no end. */
function decimalPlaces(d: bigint): number | undefined {
  let rest = d;
  let twos = 0;
  let fives = 0;
  for (; rest % 2n === 0n; rest /= 2n) twos += 1;
  for (; rest % 5n === 0n; rest /= 5n) fives += 1;
  return rest === 1n ? Math.max(twos, fives) : undefined;
}
