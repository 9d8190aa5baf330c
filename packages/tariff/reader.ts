import type { Json } from './json.ts';
import { isList } from './json.ts';
import type { Rational } from './rational.ts';
import { floor, parseDecimal, rational, rationalText, ZERO } from './rational.ts';
import type { Rejection, RejectionCode } from './rejections.ts';

/** The fields of one JSON object, and where in the tariff it stands. */
export interface Fields {
  readonly path: string;
  readonly values: { readonly [name: string]: Json };
  readonly notes: Notes;
}

/**
 * Keeps the first rejection while a tariff is read, so that reading needs no branch a field.
 * A reader that notes a rejection gives back a harmless value, and the caller checks once at
 * the end.
 */
export interface Notes {
  rejection?: Rejection;
}

/** Notes a rejection of one field, unless an earlier one stands. */
export function note(fields: Fields, code: RejectionCode, name: string): void {
  const detail = fields.path === '' ? name : `${fields.path}.${name}`;
  fields.notes.rejection ??= { code, detail };
}

/** The value of a field, when the object has it. */
export function field(fields: Fields, name: string): Json | undefined {
  return Object.hasOwn(fields.values, name) ? fields.values[name] : undefined;
}

/** A field that must be one of a few words, or absent. */
export function readWord<Word extends string>(
  fields: Fields,
  name: string,
  words: readonly Word[],
  code: RejectionCode = 'tariff-field-invalid',
): Word | undefined {
  const value = field(fields, name);
  if (value === undefined) return undefined;
  const word = words.find((candidate) => candidate === value);
  if (word === undefined) note(fields, code, name);
  return word;
}

/** A text field of at most `max` characters, or absent. */
export function readText(fields: Fields, name: string, max: number): string | undefined {
  const value = field(fields, name);
  if (value === undefined) return undefined;
  if (typeof value === 'string' && value.length > 0 && value.length <= max) return value;
  note(fields, 'tariff-field-invalid', name);
  return undefined;
}

/** A decimal that is not negative, or absent. */
export function readDecimal(fields: Fields, name: string): Rational | undefined {
  const value = field(fields, name);
  if (value === undefined) return undefined;
  const decimal = typeof value === 'string' ? parseDecimal(value) : undefined;
  if (decimal === undefined) note(fields, 'tariff-number', name);
  else if (decimal.n < 0n) note(fields, 'tariff-number-negative', name);
  else return decimal;
  return ZERO;
}

/** A whole number from `min` to 10^9, or absent. */
export function readWhole(fields: Fields, name: string, min: bigint): bigint | undefined {
  const value = readDecimal(fields, name);
  if (value === undefined) return undefined;
  const whole = floor(value);
  if (value.d === 1n && whole >= min && whole <= 1_000_000_000n) return whole;
  note(fields, 'tariff-number', name);
  return min;
}

/** An amount of money that is a whole number of minor units, or absent. */
export function readMinor(fields: Fields, name: string, exponent: number): bigint | undefined {
  const value = readDecimal(fields, name);
  if (value === undefined) return undefined;
  const minor = rational(value.n * 10n ** BigInt(exponent), value.d);
  const whole = floor(minor);
  if (whole * minor.d === minor.n && whole < 1n << 63n) return whole;
  note(fields, 'tariff-number', name);
  return 0n;
}

/** A field that must be an object, or absent. */
export function readFields(fields: Fields, name: string): Fields | undefined {
  const value = field(fields, name);
  return value === undefined ? undefined : fieldsOf(fields, name, value);
}

/** A field that must be a list of objects; absent counts as empty. */
export function readList(fields: Fields, name: string, max: number): Fields[] {
  const value = field(fields, name);
  if (value === undefined) return [];
  if (!isList(value)) {
    note(fields, 'tariff-field-invalid', name);
    return [];
  }
  if (value.length > max) {
    note(fields, 'tariff-too-large', name);
    return [];
  }
  return value
    .map((item, index) => fieldsOf(fields, `${name}[${index}]`, item))
    .filter((item) => item !== undefined);
}

function fieldsOf(parent: Fields, name: string, value: Json): Fields | undefined {
  if (value === null || typeof value !== 'object' || isList(value)) {
    note(parent, 'tariff-field-invalid', name);
    return undefined;
  }
  const path = parent.path === '' ? name : `${parent.path}.${name}`;
  return { path, values: value, notes: parent.notes };
}

/** Notes a rejection when the object has a field that is not among `known`. */
export function refuseUnknown(fields: Fields, known: readonly string[], code: RejectionCode): void {
  for (const name of Object.keys(fields.values)) {
    if (!known.includes(name)) note(fields, code, name.slice(0, 40));
  }
}

/** The fields that are not undefined; for `exactOptionalPropertyTypes`. */
export function present<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> };
}

/** Decimals as the canonical text has them; absent stays absent. */
export function decimalText(value: Rational | undefined): string | undefined {
  return value === undefined ? undefined : rationalText(value);
}
