import { fromHex, toHex } from '@coinbox/protocol';
import { diagnose } from 'cbor2';

/** What a receiver has to answer: the value, or the code of the rejection table. */
export type Expected =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly code: string };

/**
 * One vector. `source` names the document that the expectation comes from, where it is not ours.
 */
export type Case = {
  readonly name: string;
  readonly source?: string;
  readonly hex: string;
  readonly expected: Expected;
};

export const bytesOf = (hex: string): Uint8Array => {
  const bytes = fromHex(hex.replaceAll(/\s/g, '').toLowerCase());
  if (!bytes) throw new Error(`not hexadecimal: ${hex}`);
  return bytes;
};

export const taken = (name: string, bytes: Uint8Array, value: unknown, source?: string): Case => ({
  name,
  ...(source !== undefined && { source }),
  hex: toHex(bytes),
  expected: { ok: true, value },
});

export const refused = (name: string, bytes: Uint8Array, code: string): Case => ({
  name,
  hex: toHex(bytes),
  expected: { ok: false, code },
});

/** Diagnostic notation (RFC 8949 §8), by a library that is not ours. */
export const diagnosticOf = (bytes: Uint8Array): string => diagnose(Uint8Array.from(bytes));

/** A body as JSON shows it: bytes as hexadecimal, amounts and counts as strings of digits. */
export function jsonOf(value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}`;
  if (value instanceof Uint8Array) return toHex(value);
  if (Array.isArray(value)) return value.map(jsonOf);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, jsonOf(part)]));
}
