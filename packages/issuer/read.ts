// pure
import { accept, parseAmount, parseAsset, parseId, reject } from '@coinbox/protocol';
import type { AccountId } from '@coinbox/ledger';
import type { Asset, Id, IdKind, Money, PublicKey, Result } from '@coinbox/protocol';

/** Reads one value out of another party's JSON. */
export type Reader<T> = (value: unknown) => Result<T>;

type Field<T, Optional extends boolean> = { readonly read: Reader<T>; readonly optional: Optional };
type Fields = Readonly<Record<string, Field<unknown, boolean>>>;
type Needed<F> = { [K in keyof F]: F[K] extends { optional: false } ? K : never }[keyof F];
type ValueOf<F> = F extends Field<infer T, boolean> ? T : never;
export type Body<F> = { readonly [K in Needed<F>]: ValueOf<F[K]> } & {
  readonly [K in Exclude<keyof F, Needed<F>>]?: ValueOf<F[K]>;
};

export const needed = <T>(read: Reader<T>): Field<T, false> => ({ read, optional: false });
export const optional = <T>(read: Reader<T>): Field<T, true> => ({ read, optional: true });

/**
 * An object with exactly these fields. Rejects: malformed-type, malformed-unknown-field,
 * malformed-missing-field.
 */
export const object =
  <const F extends Fields>(fields: F): Reader<Body<F>> =>
  (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return reject('malformed-type', 'expected an object');
    }
    const unknown = Object.keys(value).find((name) => !Object.hasOwn(fields, name));
    if (unknown !== undefined) return reject('malformed-unknown-field', `/${unknown.slice(0, 40)}`);
    const body: Record<string, unknown> = {};
    for (const [name, field] of Object.entries(fields)) {
      const part = (value as Record<string, unknown>)[name];
      if (part === undefined && field.optional) continue;
      if (part === undefined) return reject('malformed-missing-field', `/${name}`);
      const read = field.read(part);
      if (!read.ok) return reject(read.rejection.code, `/${name} ${read.rejection.detail ?? ''}`);
      body[name] = read.value;
    }
    return accept(body as Body<F>);
  };

export const text: Reader<string> = (value) =>
  typeof value === 'string' ? accept(value) : reject('malformed-type', 'expected a text');

/** Minor units as a string of digits; a JSON number is refused. */
export const amount: Reader<Money> = parseAmount;

export const asset: Reader<Asset> = parseAsset;

export const id =
  <K extends IdKind>(kind: K): Reader<Id<K>> =>
  (value) =>
    parseId(kind, value);

/** One of a fixed list of words. Rejects: malformed-type, parameter-invalid. */
export const oneOf =
  <const W extends readonly string[]>(...words: W): Reader<W[number]> =>
  (value) => {
    if (typeof value !== 'string') return reject('malformed-type', 'expected a text');
    const found = words.find((word) => word === value);
    return found === undefined ? reject('parameter-invalid', words.join(', ')) : accept(found);
  };

/** A whole number from 0 to 2^53−1. */
export const whole: Reader<number> = (value) => {
  if (typeof value !== 'number') return reject('malformed-type', 'expected a number');
  return Number.isSafeInteger(value) && value >= 0 ? accept(value) : reject('malformed-value');
};

/** The index of a ledger entry out of a query, 0 for before the first. Rejects malformed-value. */
export const indexText: Reader<number> = (value) =>
  typeof value === 'string' && /^(?:0|[1-9][0-9]{0,14})$/.test(value)
    ? accept(Number(value))
    : reject('malformed-value', 'expected digits');

/** The name of an account of the ledger: 1 to 80 visible ASCII characters. */
export const accountId: Reader<AccountId> = (value) =>
  typeof value === 'string' && /^[\x21-\x7e]{1,80}$/.test(value)
    ? accept(value)
    : reject('parameter-invalid', 'account');

/** Bytes as base64url without padding, in its one canonical form. */
export const bytes: Reader<Uint8Array> = (value) => {
  if (typeof value !== 'string') return reject('malformed-type', 'expected base64url');
  const decoded = Buffer.from(value, 'base64url');
  return decoded.toString('base64url') === value
    ? accept(Uint8Array.from(decoded))
    : reject('malformed-value', 'expected base64url without padding');
};

const keyParts = object({ algorithm: needed(oneOf('EdDSA', 'ES256')), bytes: needed(bytes) });

/** A public key as its owner sends it; whether it is a good one is for `isGoodKey`. */
export const publicKey: Reader<PublicKey> = keyParts;

export const toBase64url = (value: Uint8Array): string => Buffer.from(value).toString('base64url');
