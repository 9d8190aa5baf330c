import { accept, reject } from './result.ts';
import type { Result } from './result.ts';
import type { RejectionCode } from './rejections.ts';

/** No message is larger, in bytes. */
export const MAX_MESSAGE_BYTES = 4096;
/** No message is nested more deeply. */
export const MAX_DEPTH = 8;
export const MAX_MAP_ENTRIES = 64;
export const MAX_ARRAY_ITEMS = 1024;

/** Major types of RFC 8949 §3.1. */
export const UNSIGNED = 0;
export const NEGATIVE = 1;
export const BYTES = 2;
export const TEXT = 3;
export const ARRAY = 4;
export const MAP = 5;
const TAG = 6;

/**
 * Where a reading stands: the head that was read last, and the place after it. `value` is the
 * integer, the length or the count of that head. Owned by whoever reads.
 */
export type Cursor = {
  readonly bytes: Uint8Array;
  next: number;
  major: number;
  value: number | bigint;
};

/** A cursor before the first head. */
export const cursorAt = (bytes: Uint8Array, next = 0): Cursor => ({
  bytes,
  next,
  major: UNSIGNED,
  value: 0,
});

/**
 * Walks the heads of one item without recursion and without allocating what it declares, before
 * anything is decoded. Refuses, in this order at each head: what is cut off, types and tags that do
 * not exist here, indefinite and not minimal lengths, lengths past the limits, depth; and at the
 * end bytes that follow.
 */
export function scanCbor(bytes: Uint8Array): Result<void> {
  if (bytes.length === 0) return reject('malformed-empty');
  const cursor = cursorAt(bytes);
  /** Items still missing at each level. */
  const open: number[] = [1];
  let depth = 0;
  while (depth >= 0) {
    if (open[depth] === 0) {
      depth -= 1;
      continue;
    }
    open[depth] = (open[depth] as number) - 1;
    const wrong = readHead(cursor);
    if (wrong !== undefined) return reject(wrong);
    const { major } = cursor;
    if (major === BYTES || major === TEXT) {
      if (cursor.value > MAX_MESSAGE_BYTES) return reject('malformed-length');
      cursor.next += Number(cursor.value);
      if (cursor.next > bytes.length) return reject('malformed-truncated');
    } else if (major === ARRAY || major === MAP) {
      if (cursor.value > (major === ARRAY ? MAX_ARRAY_ITEMS : MAX_MAP_ENTRIES)) {
        return reject('malformed-length');
      }
      if (depth >= MAX_DEPTH) return reject('malformed-depth');
      depth += 1;
      open[depth] = Number(cursor.value) * (major === MAP ? 2 : 1);
    }
  }
  if (bytes.length > MAX_MESSAGE_BYTES) return reject('too-large');
  return cursor.next < bytes.length ? reject('malformed-trailing') : accept(undefined);
}

/** Reads the head at the cursor and moves it on; or answers with what is wrong with the head. */
export function readHead(cursor: Cursor): RejectionCode | undefined {
  const { bytes, next: at } = cursor;
  const first = bytes[at];
  if (first === undefined) return 'malformed-truncated';
  const major = first >> 5;
  const low = first & 31;
  cursor.major = major;
  if (major === TAG) return 'malformed-tag';
  if (major > TAG) return low === 31 ? 'malformed-noncanonical' : 'malformed-type';
  if (low < 24) {
    cursor.value = low;
    cursor.next = at + 1;
    return undefined;
  }
  if (low === 31 && major >= BYTES) return 'malformed-noncanonical';
  if (low > 27) return 'malformed-type';
  const width = 1 << (low - 24);
  cursor.next = at + 1 + width;
  if (cursor.next > bytes.length) return 'malformed-truncated';
  cursor.value = readArgument(bytes, at + 1, width);
  const least = width === 1 ? 24 : width === 2 ? 0x100 : width === 4 ? 0x10000 : 0x1_0000_0000;
  return cursor.value < least ? 'malformed-noncanonical' : undefined;
}

/** A big-endian argument: a number up to 2^53−1, a bigint above. */
function readArgument(bytes: Uint8Array, from: number, width: number): number | bigint {
  let high = 0;
  for (let i = from; i < from + width - 4; i++) high = high * 256 + (bytes[i] as number);
  let low = 0;
  for (let i = from + Math.max(0, width - 4); i < from + width; i++) {
    low = low * 256 + (bytes[i] as number);
  }
  if (high <= 0x1fffff) return high * 0x1_0000_0000 + low;
  return (BigInt(high) << 32n) | BigInt(low);
}
