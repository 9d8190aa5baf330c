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

/** The head of an item: RFC 8949 §3. `value` is the integer, the length or the count. */
export type Head = { major: number; value: number | bigint; next: number };

/**
 * Walks the heads of one item without recursion and without allocating what it declares, before
 * anything is decoded. Refuses, in this order at each head: what is cut off, types and tags that do
 * not exist here, indefinite and not minimal lengths, lengths past the limits, depth; and at the
 * end bytes that follow.
 */
export function scanCbor(bytes: Uint8Array): Result<void> {
  if (bytes.length === 0) return reject('malformed-empty');
  /** Items still missing at each level. */
  const open: number[] = [1];
  let at = 0;
  while (open.length > 0) {
    if ((open.at(-1) as number) === 0) {
      open.pop();
      continue;
    }
    open[open.length - 1] = (open.at(-1) as number) - 1;
    const head = readHead(bytes, at);
    if (typeof head === 'string') return reject(head);
    at = head.next;
    if (head.major === BYTES || head.major === TEXT) {
      if (head.value > MAX_MESSAGE_BYTES) return reject('malformed-length');
      at += Number(head.value);
      if (at > bytes.length) return reject('malformed-truncated');
    } else if (head.major === ARRAY || head.major === MAP) {
      if (head.value > (head.major === ARRAY ? MAX_ARRAY_ITEMS : MAX_MAP_ENTRIES)) {
        return reject('malformed-length');
      }
      if (open.length > MAX_DEPTH) return reject('malformed-depth');
      open.push(Number(head.value) * (head.major === MAP ? 2 : 1));
    }
  }
  if (bytes.length > MAX_MESSAGE_BYTES) return reject('too-large');
  return at < bytes.length ? reject('malformed-trailing') : accept(undefined);
}

/** The head at `at`, or the code of what is wrong with it. */
export function readHead(bytes: Uint8Array, at: number): Head | RejectionCode {
  const first = bytes[at];
  if (first === undefined) return 'malformed-truncated';
  const major = first >> 5;
  const low = first & 31;
  if (major === TAG) return 'malformed-tag';
  if (major > TAG) return low === 31 ? 'malformed-noncanonical' : 'malformed-type';
  if (low < 24) return { major, value: low, next: at + 1 };
  if (low === 31 && major >= BYTES) return 'malformed-noncanonical';
  if (low > 27) return 'malformed-type';
  const width = 1 << (low - 24);
  const next = at + 1 + width;
  if (next > bytes.length) return 'malformed-truncated';
  const value = readArgument(bytes, at + 1, width);
  const least = width === 1 ? 24 : width === 2 ? 0x100 : width === 4 ? 0x10000 : 0x1_0000_0000;
  return value < least ? 'malformed-noncanonical' : { major, value, next };
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
