import { MAX_MESSAGE_BYTES } from '../cbor-scan.ts';
import { accept, assert, reject } from '../result.ts';
import type { Result } from '../result.ts';

// How messages stand in the values of a Bluetooth LE characteristic (spec/08-bluetooth.md). Each
// fragment begins with one byte M F SSSSSS: more follow, this is the first, number of the fragment
// modulo 64. The first one goes on with the length of the whole message, two bytes.

/** Service and characteristics of a terminal; those of ISO/IEC 18013-5 under ids of our own. */
export const GATT = {
  service: '5be10001-9d4c-4f5e-8f6a-2f1c0e7d6b01',
  /** 1: an exchange begins, written by the payer. 2: it is over, from either side. */
  state: '5be10002-9d4c-4f5e-8f6a-2f1c0e7d6b01',
  clientToServer: '5be10003-9d4c-4f5e-8f6a-2f1c0e7d6b01',
  serverToClient: '5be10004-9d4c-4f5e-8f6a-2f1c0e7d6b01',
} as const;

export const LINK_STATE = { begin: 1, end: 2 } as const;

/** What a link without a larger ATT MTU carries in one value: 23 bytes less a header of 3. */
export const LEAST_ROOM = 20;
/** The longest value of an attribute (Bluetooth Core Specification, Vol 3, Part F, 3.2.9). */
export const MOST_ROOM = 512;
/** A message comes whole within so many milliseconds of its first fragment, or not at all. */
export const FRAGMENT_RUN_MS = 2_000;

const [MORE, FIRST, NUMBER] = [0x80, 0x40, 0x3f] as const;
const [FIRST_HEADER, HEADER] = [3, 1] as const;

/** The bytes that one value brings at an ATT MTU; 20 where none was negotiated. */
export const roomOf = (mtu: number | null | undefined): number =>
  Math.min(MOST_ROOM, Math.max(LEAST_ROOM, (mtu ?? 0) - 3));

/** A message of 1 to 4,096 bytes as fragments of at most `room` bytes. */
export function fragmentsOf(message: Uint8Array, room: number): readonly Uint8Array[] {
  assert(message.length > 0 && message.length <= MAX_MESSAGE_BYTES, 'a message of a known size');
  assert(room >= LEAST_ROOM, 'a link has room for a fragment');
  const fragments: Uint8Array[] = [];
  for (let from = 0; from < message.length;) {
    const isFirst = from === 0;
    const header = isFirst ? FIRST_HEADER : HEADER;
    const part = message.subarray(from, from + room - header);
    from += part.length;
    const fragment = new Uint8Array(header + part.length);
    fragment[0] =
      (from < message.length ? MORE : 0) | (isFirst ? FIRST : 0) | (fragments.length & NUMBER);
    if (isFirst) fragment.set([message.length >> 8, message.length & 0xff], 1);
    fragment.set(part, header);
    fragments.push(fragment);
  }
  return fragments;
}

/** A message of which fragments have come. `message` has its full length from the first one on. */
export type Assembly = {
  readonly message: Uint8Array;
  readonly received: number;
  /** Number of the last fragment. */
  readonly number: number;
  /** When the first one came, milliseconds of the steady clock that takeFragment() is told. */
  readonly startedAt: number;
};

export type FragmentTaken =
  | { readonly kind: 'more'; readonly assembly: Assembly }
  | { readonly kind: 'whole'; readonly message: Uint8Array };

/**
 * One fragment more. The assembly given is used up. Rejects, and the link is to be ended:
 * malformed-truncated, malformed-length, malformed-value (a fragment that is lost, repeated or out
 * of order), too-large, request-timeout.
 */
export function takeFragment(
  assembly: Assembly | undefined,
  fragment: Uint8Array,
  at: number,
): Result<FragmentTaken> {
  const [head] = fragment;
  if (head === undefined) return reject('malformed-truncated');
  if ((head & FIRST) !== 0 && assembly) return reject('malformed-value', 'a second first one');
  const begun = (head & FIRST) !== 0 ? begin(fragment, at) : next(assembly, fragment, at);
  return begun.ok ? add(begun.value, fragment) : begun;
}

function begin(fragment: Uint8Array, at: number): Result<Assembly> {
  const [head = 0, high = 0, low = 0] = fragment;
  if (fragment.length <= FIRST_HEADER) return reject('malformed-truncated');
  if ((head & NUMBER) !== 0) return reject('malformed-value', 'a first one with a number');
  const length = (high << 8) | low;
  if (length === 0) return reject('malformed-length');
  if (length > MAX_MESSAGE_BYTES) return reject('too-large');
  return accept({ message: new Uint8Array(length), received: 0, number: 0, startedAt: at });
}

function next(assembly: Assembly | undefined, fragment: Uint8Array, at: number): Result<Assembly> {
  if (!assembly) return reject('malformed-value', 'no first fragment');
  if (fragment.length <= HEADER) return reject('malformed-truncated');
  if (at - assembly.startedAt > FRAGMENT_RUN_MS) return reject('request-timeout');
  const number = (fragment[0] as number) & NUMBER;
  if (number !== ((assembly.number + 1) & NUMBER)) {
    return reject('malformed-value', 'a fragment is lost, repeated or out of order');
  }
  return accept({ ...assembly, number });
}

function add(assembly: Assembly, fragment: Uint8Array): Result<FragmentTaken> {
  const head = fragment[0] as number;
  const part = fragment.subarray((head & FIRST) !== 0 ? FIRST_HEADER : HEADER);
  const received = assembly.received + part.length;
  const { message } = assembly;
  const hasMore = (head & MORE) !== 0;
  if (received > message.length || hasMore !== received < message.length) {
    return reject('malformed-length', 'another length than the first fragment says');
  }
  message.set(part, assembly.received);
  return accept(
    hasMore ? { kind: 'more', assembly: { ...assembly, received } } : { kind: 'whole', message },
  );
}
