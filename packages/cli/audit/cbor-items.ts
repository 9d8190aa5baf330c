// pure
import { assert } from '@coinbox/protocol';

/** The head of an item of CBOR (RFC 8949 §3): its major type, its argument, where it goes on. */
export function headOf(
  bytes: Uint8Array,
  at: number,
): { readonly major: number; readonly argument: number; readonly next: number } {
  const first = bytes[at] ?? 0xff;
  const low = first & 31;
  const width = low < 24 ? 0 : 2 ** (low - 24);
  if (low > 27 || at + 1 + width > bytes.length) throw new Error('not CBOR of definite length');
  let argument = width === 0 ? low : 0;
  for (let i = 1; i <= width; i++) argument = argument * 256 + (bytes[at + i] as number);
  return { major: first >> 5, argument, next: at + 1 + width };
}

const MOST_DEPTH = 16;

/** Where the item that begins at `at` has ended. */
function endOf(bytes: Uint8Array, at: number, depth: number): number {
  if (depth > MOST_DEPTH) throw new Error('CBOR that is nested too deeply');
  const { major, argument, next } = headOf(bytes, at);
  if (major === 2 || major === 3) return next + argument;
  const inside = major === 4 ? argument : major === 5 ? 2 * argument : major === 6 ? 1 : 0;
  if (inside > bytes.length) throw new Error('CBOR that ends too early');
  let end = next;
  for (let i = 0; i < inside; i++) end = endOf(bytes, end, depth + 1);
  return end;
}

/**
 * The items of an array, each as its bytes. An entry of a ledger may be longer than the messages
 * that decodeCbor of the protocol takes. Throws an Error at what is no array of CBOR.
 */
export function itemsOf(bytes: Uint8Array): readonly Uint8Array[] {
  const { major, argument, next } = headOf(bytes, 0);
  if (major !== 4 || argument > bytes.length) throw new Error('not an array');
  const items: Uint8Array[] = [];
  let at = next;
  for (let i = 0; i < argument; i++) {
    const end = endOf(bytes, at, 1);
    items.push(bytes.subarray(at, end));
    at = end;
  }
  if (at !== bytes.length) throw new Error('not one array and nothing else');
  assert(items.length === argument, 'every item was read');
  return items;
}
