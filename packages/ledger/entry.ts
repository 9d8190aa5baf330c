import { encodeCbor, sha256 } from '@coinbox/protocol';
import type { CborValue, Instant, RejectionCode } from '@coinbox/protocol';
import type { GroupId, Sequence, Step } from './group.ts';
import type { Recorded } from './view.ts';

/**
 * One recorded outcome in the log: the group and what became of it. `index` counts 1, 2, 3, …
 * without a gap. `code` is the group's own word; `refusal` is there if and only if the status is
 * `refused`. `hash` is SHA-256 over all the rest (spec/20-ledger.md), `previousHash` the hash of
 * the entry before, 32 zero bytes for the first. `commitEnd` is the index of the last entry that
 * became durable together with this one; it is no part of the hash.
 */
export type Entry = {
  readonly index: number;
  readonly id: GroupId;
  readonly code: string;
  readonly status: 'posted' | 'refused';
  readonly refusal?: RejectionCode;
  readonly fingerprint: Uint8Array;
  readonly steps: readonly Step[];
  readonly claims: readonly string[];
  readonly sequence?: Sequence;
  readonly memo: Uint8Array;
  readonly at: Instant;
  readonly previousHash: Uint8Array;
  readonly hash: Uint8Array;
  readonly commitEnd: number;
};

/** What the hash of an entry covers. */
export type EntryContent = Omit<Entry, 'hash' | 'commitEnd'>;

/** Where the log ends: the index and hash of its last entry. */
export type Head = { readonly index: number; readonly hash: Uint8Array };

/** The head of a log without entries: index 0, 32 zero bytes. */
export const GENESIS: Head = { index: 0, hash: new Uint8Array(32) };

const ENTRY_FORMAT = 1;

/**
 * The bytes that the hash of an entry covers: deterministic CBOR of an array (spec/20-ledger.md,
 * "Entry").
 */
export function entryBytes(entry: EntryContent): Uint8Array {
  return encodeCbor([
    ENTRY_FORMAT,
    entry.index,
    entry.id,
    entry.code,
    entry.refusal ?? 'posted',
    entry.fingerprint,
    entry.steps.map(stepToCbor),
    entry.claims,
    entry.sequence ? [entry.sequence.series, entry.sequence.number] : [],
    entry.memo,
    entry.at,
    entry.previousHash,
  ]);
}

/** The hash of an entry: 32 bytes. */
export const entryHash = (entry: EntryContent): Uint8Array => sha256(entryBytes(entry));

function stepToCbor(step: Step): CborValue {
  switch (step.kind) {
    case 'open':
      return [1, step.account, step.asset, step.mayOverdraw ? 1 : 0];
    case 'freeze':
      return [2, step.account];
    case 'unfreeze':
      return [3, step.account];
    case 'transfer':
      return [4, step.debit, step.credit, step.amount];
    case 'hold':
      return [5, step.hold, step.account, step.amount];
    case 'draw':
      return [6, step.hold, step.credit, step.amount];
    case 'release':
      return [7, step.hold, step.amount];
  }
}

/** What the log has recorded for the group of an entry. */
export function recordedOf({
  index,
  at,
  refusal,
}: Pick<Entry, 'index' | 'at' | 'refusal'>): Recorded {
  return refusal === undefined
    ? { index, at, status: 'posted' }
    : { index, at, status: 'refused', code: refusal };
}
