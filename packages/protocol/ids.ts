import { sha256 } from '#primitives';
import { accept, assert, reject } from './result.ts';
import type { Result } from './result.ts';
import type { Instant } from './time.ts';

/**
 * What an id names. An id is 16 bytes on the wire; people and JSON see a prefix, `_`, and 26
 * letters of Crockford's base 32. The first 48 bits are the instant it was made, so that ids sort
 * roughly by time and a store writes them side by side.
 */
const prefixes = {
  wallet: 'wal',
  offer: 'off',
  payment: 'pay',
  session: 'ses',
  bill: 'bil',
  settlement: 'stl',
  refund: 'rfd',
  issuance: 'iss',
  redemption: 'rdm',
  proposal: 'prp',
  load: 'lod',
} as const;

export type IdKind = keyof typeof prefixes;
export type Id<K extends IdKind> = `${(typeof prefixes)[K]}_${string}`;
export type WalletId = Id<'wallet'>;
export type OfferId = Id<'offer'>;
export type PaymentId = Id<'payment'>;
export type SessionId = Id<'session'>;
export type BillId = Id<'bill'>;
export type SettlementId = Id<'settlement'>;
export type RefundId = Id<'refund'>;
export type IssuanceId = Id<'issuance'>;
export type RedemptionId = Id<'redemption'>;
export type ProposalId = Id<'proposal'>;
export type LoadId = Id<'load'>;

export const ID_BYTES = 16;
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
/** The digit of each letter, by its code. */
const digitOf = new Uint8Array(128);
for (let digit = 0; digit < 32; digit++) digitOf[alphabet.charCodeAt(digit)] = digit;
const pattern = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

/** The text form of an id. `bytes` are the 16 of the wire. */
export function idFromBytes<K extends IdKind>(kind: K, bytes: Uint8Array): Id<K> {
  assert(bytes.length === ID_BYTES, `an id is ${ID_BYTES} bytes, not ${bytes.length}`);
  let text = '';
  let bits = 0;
  let held = 2; // 26 letters carry 130 bits: the first letter has two leading zero bits
  for (const byte of bytes) {
    bits = (bits << 8) | byte;
    held += 8;
    while (held >= 5) {
      held -= 5;
      text += alphabet[(bits >>> held) & 31];
    }
    bits &= (1 << held) - 1;
  }
  return `${prefixes[kind]}_${text}` as Id<K>;
}

const LETTERS = 26;
const PREFIX_LETTERS = 4;

/** The 16 bytes of an id of ours. */
export function idToBytes(id: Id<IdKind>): Uint8Array {
  const bytes = new Uint8Array(ID_BYTES);
  let bits = 0;
  let held = -2;
  let at = 0;
  for (let i = PREFIX_LETTERS; i < PREFIX_LETTERS + LETTERS; i++) {
    bits = ((bits << 5) | (digitOf[id.charCodeAt(i)] as number)) & 0x1fff;
    held += 5;
    if (held >= 8) {
      held -= 8;
      bytes[at++] = (bits >>> held) & 255;
    }
  }
  return bytes;
}

/** An id from another party's text. Rejects parameter-invalid. */
export function parseId<K extends IdKind>(kind: K, text: unknown): Result<Id<K>> {
  const prefix = `${prefixes[kind]}_`;
  if (typeof text !== 'string' || !text.startsWith(prefix) || !pattern.test(text.slice(4))) {
    return reject('parameter-invalid', `not an id that begins with ${prefix}`);
  }
  return accept(text as Id<K>);
}

/**
 * A new id: 48 bits of `at`, then 80 of `random` (10 bytes or more, from the shell's source of
 * randomness).
 */
export function newId<K extends IdKind>(kind: K, at: Instant, random: Uint8Array): Id<K> {
  assert(random.length >= 10, 'an id takes 10 random bytes');
  const bytes = new Uint8Array(ID_BYTES);
  writeInstant(bytes, at);
  bytes.set(random.subarray(0, 10), 6);
  return idFromBytes(kind, bytes);
}

/**
 * The id that follows from a document: 48 bits of `at`, then 80 of the SHA-256 of `content`. Same
 * document, same id, always.
 */
export function derivedId<K extends IdKind>(kind: K, at: Instant, content: Uint8Array): Id<K> {
  return newId(kind, at, sha256(content));
}

/** The instant in the first 48 bits: for sorting and for derived ids, never for a decision. */
export function instantOfId(id: Id<IdKind>): Instant {
  const bytes = idToBytes(id);
  let at = 0;
  for (let i = 0; i < 6; i++) at = at * 256 + (bytes[i] as number);
  return at as Instant;
}

function writeInstant(bytes: Uint8Array, at: Instant): void {
  let rest: number = at;
  for (let i = 5; i >= 0; i--) {
    bytes[i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
}
