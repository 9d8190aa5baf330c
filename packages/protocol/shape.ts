import { parseAsset } from './asset.ts';
import type { Asset } from './asset.ts';
import type { CborMap, CborValue } from './cbor.ts';
import { ID_BYTES, idFromBytes, idToBytes } from './ids.ts';
import type { Id, IdKind } from './ids.ts';
import { MAX_MONEY, checkAmount, money } from './money.ts';
import type { Money } from './money.ts';
import { accept, reject } from './result.ts';
import type { Rejected, Result } from './result.ts';
import { isInstant } from './time.ts';
import type { Instant } from './time.ts';

/** How one kind of value stands in CBOR: strict in both directions. */
export interface Shape<T> {
  encode(value: T): CborValue;
  decode(value: CborValue): Result<T>;
}

const shape = <T>(
  encode: (value: T) => CborValue,
  decode: (value: CborValue) => Result<T>,
): Shape<T> => ({ encode, decode });

const wrongType = (wanted: string): Rejected => reject('malformed-type', `expected ${wanted}`);

/** A whole number from `least` to `most` (both at most 2^53−1). */
export const integer = (least: number, most = Number.MAX_SAFE_INTEGER): Shape<number> =>
  shape(
    (value) => value,
    (value) => {
      if (typeof value === 'bigint') return reject('malformed-value', 'integer out of range');
      if (typeof value !== 'number') return wrongType('an integer');
      return value >= least && value <= most
        ? accept(value)
        : reject('malformed-value', 'integer out of range');
    },
  );

/** A reading of a counter: 0 to 2^63−1 whole units. */
export const count: Shape<bigint> = shape(
  (value) => value,
  (value) => {
    if (typeof value !== 'number' && typeof value !== 'bigint') return wrongType('an integer');
    const whole = BigInt(value);
    return whole >= 0n && whole <= MAX_MONEY
      ? accept(whole)
      : reject('malformed-value', 'count out of range');
  },
);

/** Milliseconds since 1970. */
export const instant: Shape<Instant> = shape(
  (value) => value,
  (value) => (isInstant(value) ? accept(value) : wrongType('an instant in milliseconds')),
);

/** An amount of at least one minor unit. */
export const amount: Shape<Money> = shape(
  (value) => value,
  (value) => {
    if (typeof value !== 'number' && typeof value !== 'bigint') return wrongType('an amount');
    return checkAmount(BigInt(value));
  },
);

/** An amount that may be nothing. */
export const amountOrNone: Shape<Money> = shape(
  (value) => value,
  (value) => (value === 0 ? accept(money(0n)) : amount.decode(value)),
);

export const asset: Shape<Asset> = shape((value) => value, parseAsset);

/** Exactly `length` bytes. */
export const bytes = (length: number): Shape<Uint8Array> =>
  shape(
    (value) => value,
    (value) => {
      if (!(value instanceof Uint8Array)) return wrongType('a byte string');
      return value.length === length
        ? accept(value)
        : reject('malformed-value', `expected ${length} bytes`);
    },
  );

/** SHA-256. */
export const hash: Shape<Uint8Array> = bytes(32);

/** 1 to `most` bytes. */
export const bytesUpTo = (most: number): Shape<Uint8Array> =>
  shape(
    (value) => value,
    (value) => {
      if (!(value instanceof Uint8Array)) return wrongType('a byte string');
      return value.length > 0 && value.length <= most
        ? accept(value)
        : reject('malformed-value', `expected 1 to ${most} bytes`);
    },
  );

/** A signed message inside another, as bytes. */
export const embedded: Shape<Uint8Array> = shape(
  (value) => value,
  (value) => (value instanceof Uint8Array ? accept(value) : wrongType('a byte string')),
);

/** Text of at most `most` UTF-16 units. What it may hold beyond that is for the reader to check. */
export const text = (most: number): Shape<string> =>
  shape(
    (value) => value,
    (value) => {
      if (typeof value !== 'string') return wrongType('a text');
      return value.length <= most ? accept(value) : reject('malformed-value', 'text too long');
    },
  );

export const id = <K extends IdKind>(kind: K): Shape<Id<K>> =>
  shape(
    (value) => idToBytes(value),
    (value) => {
      if (!(value instanceof Uint8Array)) return wrongType('a byte string');
      return value.length === ID_BYTES
        ? accept(idFromBytes(kind, value))
        : reject('malformed-value', `expected ${ID_BYTES} bytes`);
    },
  );

/** A word out of a fixed list, as its number on the wire. */
export function word<const W extends Record<string, number>>(words: W): Shape<keyof W & string> {
  const byNumber = new Map(Object.entries(words).map(([name, number]) => [number, name]));
  return shape(
    (value) => words[value] as number,
    (value) => {
      const name = typeof value === 'number' ? byNumber.get(value) : undefined;
      if (name !== undefined) return accept(name as keyof W & string);
      return typeof value === 'number' ? reject('malformed-value') : wrongType('an integer');
    },
  );
}

/** 1 for yes, 0 for no: the profile has no booleans. */
export const yesNo: Shape<boolean> = shape(
  (value) => (value ? 1 : 0),
  (value) => (value === 0 || value === 1 ? accept(value === 1) : wrongType('0 or 1')),
);

export const list = <T>(item: Shape<T>, most: number): Shape<readonly T[]> =>
  shape(
    (value) => value.map((one) => item.encode(one)),
    (value) => {
      if (!Array.isArray(value)) return wrongType('an array');
      if (value.length > most) return reject('malformed-value', 'list too long');
      const items: T[] = [];
      for (const one of value as readonly CborValue[]) {
        const decoded = item.decode(one);
        if (!decoded.ok) return decoded;
        items.push(decoded.value);
      }
      return accept(items);
    },
  );

/** The value that a shape stands for. */
export type ValueIn<S> = S extends Shape<infer T> ? T : never;

/** A field of a record: its integer key, its shape, and whether it may be absent. */
export type Field<T, Optional extends boolean = boolean> = {
  readonly key: number;
  readonly shape: Shape<T>;
  readonly optional: Optional;
};

export const field = <T>(key: number, of: Shape<T>): Field<T, false> => ({
  key,
  shape: of,
  optional: false,
});

export const optional = <T>(key: number, of: Shape<T>): Field<T, true> => ({
  key,
  shape: of,
  optional: true,
});

type Fields = Readonly<Record<string, Field<unknown>>>;
type Required<F> = { [K in keyof F]: F[K] extends { optional: false } ? K : never }[keyof F];
type ValueOf<F> = F extends Field<infer T> ? T : never;

/** The value that a record of fields stands for. */
type RecordOf<F> = { readonly [K in Required<F>]: ValueOf<F[K]> } & {
  readonly [K in Exclude<keyof F, Required<F>>]?: ValueOf<F[K]>;
};

type Named = readonly (readonly [name: string, Field<unknown>])[];

/** Fields in the order of their keys, as they stand in CBOR (RFC 8949 §4.2.1). */
const inOrder = (fields: Fields): Named =>
  Object.entries(fields).sort(([, { key: a }], [, { key: b }]) =>
    a < 0 === b < 0 ? Math.abs(a) - Math.abs(b) : b - a,
  );

function encodeFields(fields: Named, value: object, map: Map<number, CborValue>): CborMap {
  for (const [name, { key, shape: of }] of fields) {
    const part = (value as Record<string, unknown>)[name];
    if (part !== undefined) map.set(key, of.encode(part));
  }
  return map;
}

function decodeFields(fields: Named, map: CborMap): Result<Record<string, unknown>> {
  const parts: Record<string, unknown> = {};
  for (const [name, { key, shape: of, optional: mayLack }] of fields) {
    const found = map.get(key);
    if (found === undefined) {
      if (!mayLack) return reject('malformed-missing-field', name);
      continue;
    }
    const decoded = of.decode(found);
    if (!decoded.ok) return reject(decoded.rejection.code, `${name}: ${detailOf(decoded)}`);
    parts[name] = decoded.value;
  }
  return accept(parts);
}

const detailOf = (no: Rejected): string => no.rejection.detail ?? no.rejection.code;

/** The first key that is none of these. */
function unknownKey(map: CborMap, keys: ReadonlySet<number>): Rejected | undefined {
  for (const key of map.keys()) {
    if (!keys.has(key)) return reject('malformed-unknown-field', `key ${key}`);
  }
  return undefined;
}

/**
 * A map with exactly these keys. Rejects malformed-unknown-field and malformed-missing-field,
 * naming the field.
 */
export function record<const F extends Fields>(fields: F): Shape<RecordOf<F>> {
  const named = Object.entries(fields);
  const ordered = inOrder(fields);
  const keys = new Set(named.map(([, { key }]) => key));
  return shape(
    (value) => encodeFields(ordered, value, new Map()),
    (value) => {
      if (!(value instanceof Map)) return wrongType('a map');
      const map = value as CborMap;
      return unknownKey(map, keys) ?? (decodeFields(named, map) as Result<RecordOf<F>>);
    },
  );
}

/** The version of the protocol that this program speaks. */
export const PROTOCOL_VERSION = 1;

const versionShape: Shape<1> = shape(
  () => PROTOCOL_VERSION,
  (value) => (value === PROTOCOL_VERSION ? accept(1 as const) : reject('unsupported-version')),
);

const VERSION_KEY = 1;

/**
 * A record whose key 1 is the protocol version, checked before all other fields and kept out of the
 * value.
 */
export function versioned<const F extends Fields>(fields: F): Shape<RecordOf<F>> {
  const named = Object.entries(fields);
  const ordered = inOrder(fields);
  const keys = new Set([VERSION_KEY, ...named.map(([, { key }]) => key)]);
  return shape(
    (value) => encodeFields(ordered, value, new Map([[VERSION_KEY, PROTOCOL_VERSION]])),
    (value) => {
      if (!(value instanceof Map)) return wrongType('a map');
      const map = value as CborMap;
      const version = map.get(VERSION_KEY);
      if (version === undefined) return reject('malformed-missing-field', 'version');
      const checked = versionShape.decode(version);
      if (!checked.ok) return checked;
      return unknownKey(map, keys) ?? (decodeFields(named, map) as Result<RecordOf<F>>);
    },
  );
}
