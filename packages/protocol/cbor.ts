import {
  ARRAY,
  BYTES,
  MAP,
  NEGATIVE,
  TEXT,
  UNSIGNED,
  cursorAt,
  readHead,
  scanCbor,
} from './cbor-scan.ts';
import type { Cursor } from './cbor-scan.ts';
import { accept, assert, reject } from './result.ts';
import type { Rejected, Result } from './result.ts';
import { takeBytes } from './slab.ts';

/**
 * What a message is made of: the deterministic CBOR of RFC 8949 §4.2.1, cut down to integers, byte
 * strings, text, arrays and maps with integer keys. Integers from −(2^53−1) to 2^53−1 are numbers,
 * others are bigints. There is no float, boolean or null.
 */
export type CborValue = number | bigint | string | Uint8Array | readonly CborValue[] | CborMap;
export type CborMap = ReadonlyMap<number, CborValue>;

const encoder = new TextEncoder();

/** What is being written. Owned by one call of encodeCbor, which nothing interrupts. */
let out = new Uint8Array(8192);
let end = 0;

/** The one encoding of a value. A value outside the model is a bug of the caller. */
export function encodeCbor(value: CborValue): Uint8Array {
  end = 0;
  write(value);
  const encoded = takeBytes(end);
  encoded.set(out.subarray(0, end));
  return encoded;
}

/** Makes room for so many bytes more. */
function reserve(count: number): void {
  if (end + count <= out.length) return;
  const larger = new Uint8Array(2 * (end + count));
  larger.set(out.subarray(0, end));
  out = larger;
}

function write(value: CborValue): void {
  if (typeof value === 'number' || typeof value === 'bigint') return writeInteger(value);
  if (typeof value === 'string') return writeText(value);
  if (value instanceof Uint8Array) {
    writeHead(BYTES, value.length);
    return writeBytes(value);
  }
  if (Array.isArray(value)) {
    writeHead(ARRAY, value.length);
    for (const item of value) write(item);
    return;
  }
  writeMap(value as CborMap);
}

function writeMap(map: CborMap): void {
  writeHead(MAP, map.size);
  if (isSorted(map)) {
    for (const [key, item] of map) writeEntry(key, item);
    return;
  }
  for (const [key, item] of [...map].sort(([a], [b]) => compareKeys(a, b))) writeEntry(key, item);
}

function writeEntry(key: number, item: CborValue): void {
  writeInteger(key);
  write(item);
}

function isSorted(map: CborMap): boolean {
  let last: number | undefined;
  for (const key of map.keys()) {
    if (last !== undefined && compareKeys(last, key) > 0) return false;
    last = key;
  }
  return true;
}

/** RFC 8949 §4.2.1 sorts keys by their encoded bytes: 0, 1, 2, … and then −1, −2, … */
function compareKeys(a: number, b: number): number {
  if (a >= 0 !== b >= 0) return a >= 0 ? -1 : 1;
  return a >= 0 ? a - b : b - a;
}

/** Short texts of ASCII, which most are, go byte by byte: calling the encoder costs more. */
const SHORT_TEXT = 64;

function writeText(text: string): void {
  if (text.length < SHORT_TEXT && isAscii(text)) {
    writeHead(TEXT, text.length);
    reserve(text.length);
    for (let i = 0; i < text.length; i++) out[end++] = text.charCodeAt(i);
    return;
  }
  const bytes = encoder.encode(text);
  writeHead(TEXT, bytes.length);
  writeBytes(bytes);
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}

function writeBytes(bytes: Uint8Array): void {
  reserve(bytes.length);
  out.set(bytes, end);
  end += bytes.length;
}

function writeInteger(value: number | bigint): void {
  if (typeof value === 'number') {
    assert(Number.isSafeInteger(value), `not an integer: ${value}`);
    return value >= 0 ? writeHead(UNSIGNED, value) : writeHead(NEGATIVE, -1 - value);
  }
  const argument = value >= 0n ? value : -1n - value;
  assert(argument <= 0xffff_ffff_ffff_ffffn, `integer out of range: ${value}`);
  const isSmall = argument <= 0xffff_ffffn;
  writeHead(value >= 0n ? UNSIGNED : NEGATIVE, isSmall ? Number(argument) : argument);
}

function writeHead(major: number, argument: number | bigint): void {
  reserve(9);
  const type = major << 5;
  if (argument < 24) out[end++] = type | Number(argument);
  else if (argument < 0x100) {
    out[end++] = type | 24;
    out[end++] = Number(argument);
  } else if (argument < 0x1_0000) {
    out[end++] = type | 25;
    out[end++] = Number(argument) >> 8;
    out[end++] = Number(argument) & 255;
  } else if (argument < 0x1_0000_0000) {
    out[end++] = type | 26;
    writeWord(Number(argument));
  } else {
    out[end++] = type | 27;
    const isBig = typeof argument === 'bigint';
    writeWord(isBig ? Number(argument >> 32n) : Math.floor(argument / 0x1_0000_0000));
    writeWord(isBig ? Number(argument & 0xffff_ffffn) : argument % 0x1_0000_0000);
  }
}

/** 32 bits, big-endian. */
function writeWord(word: number): void {
  out[end++] = word >>> 24;
  out[end++] = (word >>> 16) & 255;
  out[end++] = (word >>> 8) & 255;
  out[end++] = word & 255;
}

/**
 * The value of canonical bytes, at most 4 KiB and 8 levels deep. Rejects every malformed-… code and
 * too-large; whatever is not the one encoding of its value is malformed-noncanonical. Nothing needs
 * to be encoded again to see that: heads are minimal and definite (scanCbor), text is UTF-8, which
 * has one form, and keys stand in their order.
 */
export function decodeCbor(bytes: Uint8Array): Result<CborValue> {
  const scanned = scanCbor(bytes);
  if (!scanned.ok) return scanned;
  const reading: Reading = { cursor: cursorAt(bytes), wrong: undefined, isSorted: true };
  const value = readItem(reading);
  if (reading.wrong) return reading.wrong;
  return reading.isSorted ? accept(value) : reject('malformed-noncanonical');
}

/** `wrong`: the first thing that is. What is read after it is of no use. */
type Reading = { readonly cursor: Cursor; wrong: Rejected | undefined; isSorted: boolean };
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function fail(reading: Reading, wrong: Rejected): CborValue {
  reading.wrong ??= wrong;
  return 0;
}

/** Reads one item that scanCbor has passed: heads are whole and canonical, depth is bounded. */
function readItem(reading: Reading): CborValue {
  const { cursor } = reading;
  readHead(cursor);
  const { major, value, next, bytes } = cursor;
  if (major === UNSIGNED) return value;
  if (major === NEGATIVE) return negative(value);
  const count = Number(value);
  if (major === ARRAY) return readArray(reading, count);
  if (major === MAP) return readMap(reading, count);
  cursor.next = next + count;
  return major === BYTES
    ? copyOf(bytes, next, next + count)
    : readText(reading, next, next + count);
}

/** Bytes of their own; `slice` of a Buffer would be a window. */
function copyOf(bytes: Uint8Array, from: number, to: number): Uint8Array {
  const copy = takeBytes(to - from);
  if (copy.length > 32) copy.set(bytes.subarray(from, to));
  else for (let i = 0; i < copy.length; i++) copy[i] = bytes[from + i] as number;
  return copy;
}

function negative(argument: number | bigint): number | bigint {
  if (typeof argument === 'number' && argument < Number.MAX_SAFE_INTEGER) return -1 - argument;
  return -1n - BigInt(argument);
}

/** ASCII without a NUL is right as it is; all else is looked at closely. */
function readText(reading: Reading, from: number, to: number): CborValue {
  const { bytes } = reading.cursor;
  if (to - from >= SHORT_TEXT) return readAnyText(reading, from, to);
  let text = '';
  for (let i = from; i < to; i++) {
    const byte = bytes[i] as number;
    if (byte === 0 || byte > 0x7f) return readAnyText(reading, from, to);
    text += String.fromCharCode(byte);
  }
  return text;
}

function readAnyText(reading: Reading, from: number, to: number): CborValue {
  let value: string;
  try {
    value = strictUtf8.decode(reading.cursor.bytes.subarray(from, to));
  } catch {
    return fail(reading, reject('malformed-text', 'not UTF-8'));
  }
  if (value.includes('\0')) return fail(reading, reject('malformed-text', 'holds a NUL'));
  return value.normalize('NFC') === value
    ? value
    : fail(reading, reject('malformed-text', 'not in normal form C'));
}

function readArray(reading: Reading, count: number): CborValue {
  const items: CborValue[] = [];
  for (let i = 0; i < count && !reading.wrong; i++) items.push(readItem(reading));
  return items;
}

function readMap(reading: Reading, count: number): CborValue {
  const entries = new Map<number, CborValue>();
  let last: number | undefined;
  for (let i = 0; i < count && !reading.wrong; i++) {
    const key = readItem(reading);
    if (reading.wrong) return 0;
    if (typeof key !== 'number') {
      return fail(reading, reject('malformed-type', 'a key is not an integer'));
    }
    if (last !== undefined && compareKeys(last, key) >= 0) reading.isSorted = false;
    // Keys that have risen all the way are all different.
    if (!reading.isSorted && entries.has(key)) {
      return fail(reading, reject('malformed-duplicate-key', `key ${key}`));
    }
    last = key;
    entries.set(key, readItem(reading));
  }
  return entries;
}
