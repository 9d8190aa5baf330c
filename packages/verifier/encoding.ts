// pure
import { decode, encode, rfc8949EncodeOptions } from 'cborg';
import { createHash } from 'node:crypto';

/** What CBOR is read as; integers past 2^53 as bigints. */
export type Value = number | bigint | string | Uint8Array | Value[] | Map<Value, Value>;

/** Stops reading what has not the form it must have. The check that reads it catches the error. */
export function must(holds: unknown, what: string): asserts holds {
  if (!holds) throw new Error(what);
}

export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
export const unhex = (text: string): Buffer => Buffer.from(text, 'hex');
export const sha256 = (...parts: readonly Uint8Array[]): Buffer =>
  createHash('sha256').update(Buffer.concat(parts)).digest();

/** Deterministic CBOR, RFC 8949 §4.2.1. */
export const toCbor = (value: unknown): Uint8Array => encode(value, rfc8949EncodeOptions);

const strict = {
  allowIndefinite: false,
  rejectDuplicateMapKeys: true,
  strict: true,
  useMaps: true,
};

/** Throws unless the bytes are the one encoding of their value. */
export function fromCbor(bytes: Uint8Array): Value {
  const value = decode(bytes, strict) as Value;
  must(Buffer.compare(toCbor(value), bytes) === 0, 'CBOR that is not deterministic');
  return value;
}

/** Throws unless the text is the one spelling of its bytes: base64url without padding. */
export function fromBase64url(text: unknown): Buffer {
  const bytes = Buffer.from(String(text), 'base64url');
  must(bytes.toString('base64url') === text, 'not base64url');
  return bytes;
}

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** An id as text (page 03): its prefix, and its 16 bytes in Crockford's base 32. */
export function idText(prefix: string, bytes: Uint8Array): string {
  let [rest, text] = [BigInt(`0x${hex(bytes)}`), ''];
  for (let i = 0; i < 26; i++, rest >>= 5n) text = ALPHABET.charAt(Number(rest & 31n)) + text;
  return `${prefix}_${text}`;
}

/** The 16 bytes of an id that idText has written. */
export function idBytes(id: string): Buffer {
  let number = 0n;
  for (const letter of id.slice(4)) number = number * 32n + BigInt(ALPHABET.indexOf(letter));
  return unhex(number.toString(16).padStart(32, '0'));
}

/** The id that follows from a document (page 03): 6 bytes of an instant, 10 of a hash. */
export const derivedId = (prefix: string, instant: Uint8Array, ...content: Uint8Array[]): string =>
  idText(prefix, Buffer.concat([instant.subarray(0, 6), sha256(...content).subarray(0, 10)]));
