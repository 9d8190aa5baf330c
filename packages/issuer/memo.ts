// pure
import { assert, decodeCbor, encodeCbor, idFromBytes, idToBytes, money } from '@coinbox/protocol';
import type {
  Asset,
  BillId,
  CborMap,
  CborValue,
  Id,
  IdKind,
  Instant,
  Money,
  ProposalId,
  RejectionCode,
  SessionId,
  WalletId,
} from '@coinbox/protocol';

/**
 * What stands in the memo of every group of the issuer: enough to derive its receipt, to rebuild
 * the registry and to audit it. Which parts are there depends on the code of the group
 * (spec/11-issuer.md).
 */
export type Memo = {
  /** Hash of the signed message that asked for the group. */
  readonly subject?: Uint8Array;
  readonly subjectTyp?: string;
  readonly amount?: Money;
  readonly asset?: Asset;
  readonly from?: WalletId;
  readonly to?: WalletId;
  readonly mappingVersion?: number;
  readonly session?: SessionId;
  readonly bill?: BillId;
  /** What `claim-taken` means for this group; the code of a REFUSAL; the cause of a suspension. */
  readonly code?: RejectionCode;
  /** The wallet that is opened, frozen, unfrozen, suspended or resumed. */
  readonly wallet?: WalletId;
  readonly terminal?: WalletId;
  readonly provider?: WalletId;
  readonly proposal?: ProposalId;
  readonly replaces?: number;
  /** The operator that asked; on a mapping, the one that proposed. */
  readonly person?: string;
  /** The operator that approved. */
  readonly approver?: string;
  readonly expiresAt?: Instant;
  /** The signed message, or the certificate that was issued; empty where an operator asked. */
  readonly request: Uint8Array;
};

type Facts = Omit<Memo, 'request'>;
type Part<T> = {
  readonly key: number;
  encode(value: T): CborValue;
  decode(value: CborValue): T;
};

const plain = <T extends CborValue>(key: number): Part<T> => ({
  key,
  encode: (value) => value,
  decode: (value) => value as T,
});
const id = <K extends IdKind>(key: number, kind: K): Part<Id<K>> => ({
  key,
  encode: idToBytes,
  decode: (value) => idFromBytes(kind, value as Uint8Array),
});

const parts: { readonly [K in keyof Facts]-?: Part<NonNullable<Facts[K]>> } = {
  subject: plain(1),
  subjectTyp: plain(2),
  amount: {
    key: 3,
    encode: (value) => value,
    decode: (value) => money(BigInt(value as number | bigint)),
  },
  asset: plain(4),
  from: id(5, 'wallet'),
  to: id(6, 'wallet'),
  mappingVersion: plain(7),
  session: id(8, 'session'),
  bill: id(9, 'bill'),
  code: plain(10),
  wallet: id(11, 'wallet'),
  terminal: id(12, 'wallet'),
  provider: id(13, 'wallet'),
  proposal: id(14, 'proposal'),
  replaces: plain(15),
  person: plain(16),
  approver: plain(17),
  expiresAt: plain(18),
};
const named = Object.entries(parts) as readonly (readonly [string, Part<unknown>])[];
const byKey = new Map(named.map(([name, part]) => [part.key, [name, part] as const]));

/**
 * What stands in the memos that were written last, by their very bytes: a memo is read again for
 * its receipt as soon as its group is posted.
 */
const known = new Map<Uint8Array, Memo>();
const MOST_KNOWN = 2_048;

/** A memo as CBOR: an array of two byte strings, the facts (a map in CBOR) and the request. */
export function encodeMemo(memo: Memo): Uint8Array {
  const map = new Map<number, CborValue>();
  for (const [name, part] of named) {
    const value = (memo as Record<string, unknown>)[name];
    if (value !== undefined) map.set(part.key, part.encode(value));
  }
  const bytes = encodeCbor([encodeCbor(map), memo.request]);
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(bytes, memo);
  return bytes;
}

/** The memo of a group of ours. What cannot be read was not written by `encodeMemo`: a bug. */
export const decodeMemo = (bytes: Uint8Array): Memo => known.get(bytes) ?? readMemo(bytes);

function readMemo(bytes: Uint8Array): Memo {
  assert(bytes[0] === 0x82, 'a memo is an array of two');
  const facts = byteString(bytes, 1);
  const request = byteString(bytes, facts.next);
  assert(request.next === bytes.length, 'bytes follow the memo');
  const decoded = decodeCbor(facts.value);
  assert(decoded.ok, 'the facts of a memo are a map in CBOR');
  const memo: Record<string, unknown> = { request: request.value };
  for (const [key, value] of decoded.value as CborMap) {
    const [name, part] = byKey.get(key) ?? [];
    if (name !== undefined && part) memo[name] = part.decode(value);
  }
  return memo as Memo;
}

/**
 * A byte string of CBOR at `at`, as a window. A memo may pass the 4 KiB of a message, so its outer
 * array is read by hand.
 */
function byteString(bytes: Uint8Array, at: number): { value: Uint8Array; next: number } {
  const first = bytes[at] ?? 0;
  assert(first >> 5 === 2, 'a memo is made of byte strings');
  const low = first & 31;
  const width = low < 24 ? 0 : low === 24 ? 1 : 2;
  assert(low <= 25, 'a part of a memo is at most 64 KiB');
  let length = width === 0 ? low : 0;
  for (let i = 1; i <= width; i++) length = length * 256 + (bytes[at + i] as number);
  const from = at + 1 + width;
  assert(from + length <= bytes.length, 'the memo ends too early');
  return { value: bytes.subarray(from, from + length), next: from + length };
}
