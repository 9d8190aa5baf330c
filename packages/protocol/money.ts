import { accept, assert, reject } from './result.ts';
import type { Result } from './result.ts';

/**
 * An amount of money: whole minor units of one asset, 0 ≤ amount ≤ 2^63−1. This file is the only
 * place that makes one. JSON carries it as a decimal string, CBOR as an unsigned integer.
 */
export type Money = bigint & { readonly __money: unique symbol };

/** 2^63−1: the largest amount, and the largest balance, of an account. */
export const MAX_MONEY = 9_223_372_036_854_775_807n as Money;

export const NO_MONEY = 0n as Money;

/** Money from an integer that is known to be in range; anything else is a bug of the caller. */
export function money(minorUnits: bigint): Money {
  assert(minorUnits >= 0n && minorUnits <= MAX_MONEY, `amount out of range: ${minorUnits}`);
  return minorUnits as Money;
}

/**
 * Money from another party's integer. Rejects: amount-negative, amount-zero, amount-out-of-range.
 */
export function checkAmount(minorUnits: bigint): Result<Money> {
  if (minorUnits < 0n) return reject('amount-negative');
  if (minorUnits === 0n) return reject('amount-zero');
  if (minorUnits > MAX_MONEY) return reject('amount-out-of-range');
  return accept(minorUnits as Money);
}

/**
 * Money from a decimal string of minor units, as JSON carries it: ASCII digits, no sign, no leading
 * zero.
 * Rejects: amount-syntax, amount-negative, amount-zero, amount-out-of-range.
 */
export function parseAmount(text: unknown): Result<Money> {
  if (typeof text !== 'string') return reject('amount-syntax', 'an amount is a string of digits');
  if (/^-[1-9][0-9]*$/.test(text)) return reject('amount-negative');
  if (!/^(0|[1-9][0-9]*)$/.test(text)) return reject('amount-syntax');
  if (text.length > 19) return reject('amount-out-of-range');
  return checkAmount(BigInt(text));
}

/** a + b. Rejects amount-overflow past 2^63−1. */
export function addMoney(a: Money, b: Money): Result<Money> {
  const sum = a + b;
  return sum > MAX_MONEY ? reject('amount-overflow') : accept(sum as Money);
}

/** a − b where the caller has checked that b ≤ a. */
export const subtractMoney = (a: Money, b: Money): Money => money(a - b);

/** The sum of a list. Rejects amount-overflow past 2^63−1. */
export function sumMoney(amounts: Iterable<Money>): Result<Money> {
  let sum = 0n;
  for (const amount of amounts) sum += amount;
  return sum > MAX_MONEY ? reject('amount-overflow') : accept(sum as Money);
}
