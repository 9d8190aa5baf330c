import { equalBytes } from './bytes.ts';
import { ARRAY, BYTES, MAP, NEGATIVE, TEXT, UNSIGNED, readHead, scanCbor } from './cbor-scan.ts';
import type { Head } from './cbor-scan.ts';
import { accept, assert, reject } from './result.ts';
import type { Rejected, Result } from './result.ts';

/**
 * What a message is made of: the deterministic CBOR of RFC 8949 §4.2.1, cut down to integers, byte
 * strings, text, arrays and maps with integer keys. Integers from −(2^53−1) to 2^53−1 are numbers,
 * others are bigints. There is no float, boolean or null.
 */
export type CborValue = number | bigint | string | Uint8Array | readonly CborValue[] | CborMap;
export type CborMap = ReadonlyMap<number, CborValue>;

const encoder = new TextEncoder();

/** The one encoding of a value. A value outside the model is a bug of the caller. */
export function encodeCbor(value: CborValue): Uint8Array {
  const out: number[] = [];
  const pieces: Uint8Array[] = [];
  write(value, out, pieces);
  pieces.push(Uint8Array.from(out));
  if (pieces.length === 1) return pieces[0] as Uint8Array;
  const all = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/**
 * Small parts collect in `out`; a long string becomes a piece of its own, after what came before
 * it.
 */
function write(value: CborValue, out: number[], pieces: Uint8Array[]): void {
  if (typeof value === 'number' || typeof value === 'bigint') return writeInteger(value, out);
  if (typeof value === 'string') {
    const bytes = encoder.encode(value);
    writeHead(TEXT, bytes.length, out);
    return writeBytes(bytes, out, pieces);
  }
  if (value instanceof Uint8Array) {
    writeHead(BYTES, value.length, out);
    return writeBytes(value, out, pieces);
  }
  if (Array.isArray(value)) {
    writeHead(ARRAY, value.length, out);
    for (const item of value) write(item, out, pieces);
    return;
  }
  const entries = [...(value as CborMap)].sort(([a], [b]) => compareKeys(a, b));
  writeHead(MAP, entries.length, out);
  for (const [key, item] of entries) {
    writeInteger(key, out);
    write(item, out, pieces);
  }
}

/** RFC 8949 §4.2.1 sorts keys by their encoded bytes: 0, 1, 2, … and then −1, −2, … */
function compareKeys(a: number, b: number): number {
  if (a >= 0 !== b >= 0) return a >= 0 ? -1 : 1;
  return a >= 0 ? a - b : b - a;
}

function writeBytes(bytes: Uint8Array, out: number[], pieces: Uint8Array[]): void {
  if (bytes.length < 64) {
    for (const byte of bytes) out.push(byte);
    return;
  }
  pieces.push(Uint8Array.from(out), bytes);
  out.length = 0;
}

function writeInteger(value: number | bigint, out: number[]): void {
  if (typeof value === 'number') {
    assert(Number.isSafeInteger(value), `not an integer: ${value}`);
    return value >= 0 ? writeHead(UNSIGNED, value, out) : writeHead(NEGATIVE, -1 - value, out);
  }
  const argument = value >= 0n ? value : -1n - value;
  assert(argument <= 0xffff_ffff_ffff_ffffn, `integer out of range: ${value}`);
  writeHead(value >= 0n ? UNSIGNED : NEGATIVE, argument, out);
}

function writeHead(major: number, argument: number | bigint, out: number[]): void {
  const type = major << 5;
  if (argument < 24) out.push(type | Number(argument));
  else if (argument < 0x100) out.push(type | 24, Number(argument));
  else if (argument < 0x1_0000) out.push(type | 25, Number(argument) >> 8, Number(argument) & 255);
  else if (argument < 0x1_0000_0000) writeWide(type | 26, BigInt(argument), 4, out);
  else writeWide(type | 27, BigInt(argument), 8, out);
}

function writeWide(first: number, argument: bigint, width: number, out: number[]): void {
  out.push(first);
  for (let i = width - 1; i >= 0; i--) out.push(Number((argument >> BigInt(8 * i)) & 255n));
}

/**
 * The value of canonical bytes, at most 4 KiB and 8 levels deep. Rejects every malformed-… code and
 * too-large; whatever is not the one encoding of its value is malformed-noncanonical, because the
 * bytes are encoded again and compared.
 */
export function decodeCbor(bytes: Uint8Array): Result<CborValue> {
  const scanned = scanCbor(bytes);
  if (!scanned.ok) return scanned;
  const read = readItem(bytes, 0);
  if (!('value' in read)) return read;
  if (!equalBytes(encodeCbor(read.value), bytes)) return reject('malformed-noncanonical');
  return accept(read.value);
}

type Read = { value: CborValue; next: number };
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Reads one item that scanCbor has passed: heads are whole and canonical, depth is bounded. */
function readItem(bytes: Uint8Array, at: number): Read | Rejected {
  const { major, value, next } = readHead(bytes, at) as Head;
  if (major === UNSIGNED) return { value, next };
  if (major === NEGATIVE) return { value: negative(value), next };
  const count = Number(value);
  if (major === BYTES) return { value: bytes.slice(next, next + count), next: next + count };
  if (major === TEXT) return readText(bytes, next, next + count);
  return major === ARRAY ? readArray(bytes, next, count) : readMap(bytes, next, count);
}

function negative(argument: number | bigint): number | bigint {
  const value = -1n - BigInt(argument);
  return value >= -9007199254740991n ? Number(value) : value;
}

function readText(bytes: Uint8Array, from: number, next: number): Read | Rejected {
  let value: string;
  try {
    value = strictUtf8.decode(bytes.subarray(from, next));
  } catch {
    return reject('malformed-text', 'not UTF-8');
  }
  if (value.includes('\0')) return reject('malformed-text', 'holds a NUL');
  return value.normalize('NFC') === value
    ? { value, next }
    : reject('malformed-text', 'not in normal form C');
}

function readArray(bytes: Uint8Array, from: number, count: number): Read | Rejected {
  const items: CborValue[] = [];
  let next = from;
  for (let i = 0; i < count; i++) {
    const item = readItem(bytes, next);
    if (!('value' in item)) return item;
    items.push(item.value);
    next = item.next;
  }
  return { value: items, next };
}

function readMap(bytes: Uint8Array, from: number, count: number): Read | Rejected {
  const entries = new Map<number, CborValue>();
  let next = from;
  for (let i = 0; i < count; i++) {
    const key = readItem(bytes, next);
    if (!('value' in key)) return key;
    if (typeof key.value !== 'number') return reject('malformed-type', 'a key is not an integer');
    if (entries.has(key.value)) return reject('malformed-duplicate-key', `key ${key.value}`);
    const item = readItem(bytes, key.next);
    if (!('value' in item)) return item;
    entries.set(key.value, item.value);
    next = item.next;
  }
  return { value: entries, next };
}
