// pure
import type { Entry } from '@coinbox/ledger';
import { formatInstant } from '@coinbox/protocol';
import type { Asset, EventJson, RejectionCode, WalletId } from '@coinbox/protocol';
import { CODES } from '../codes.ts';
import { decodeMemo } from '../memo.ts';
import type { Memo } from '../memo.ts';
import { refusalOf } from '../receipts.ts';

/** What an entry of this code tells of, and what has happened to it when it was posted. */
const WORDS: Readonly<Record<string, readonly [noun: string, verb: string]>> = {
  [CODES.open]: ['ledger', 'opened'],
  [CODES.wallet]: ['wallet', 'opened'],
  [CODES.proposal]: ['mapping', 'proposed'],
  [CODES.mapping]: ['mapping', 'approved'],
  [CODES.freeze]: ['wallet', 'frozen'],
  [CODES.unfreeze]: ['wallet', 'unfrozen'],
  [CODES.suspend]: ['terminal', 'suspended'],
  [CODES.resume]: ['terminal', 'resumed'],
  [CODES.revoke]: ['key', 'revoked'],
  [CODES.issue]: ['money', 'issued'],
  [CODES.redeem]: ['money', 'redeemed'],
  [CODES.pay]: ['payment', 'posted'],
  [CODES.void]: ['offer', 'voided'],
  [CODES.settle]: ['settlement', 'posted'],
  [CODES.park]: ['settlement', 'parked'],
  [CODES.refund]: ['refund', 'posted'],
  [CODES.refusal]: ['bill', 'refused'],
  [CODES.parameters]: ['parameters', 'set'],
  [CODES.fork]: ['fork', 'found'],
  [CODES.uncovered]: ['payment', 'uncovered'],
  [CODES.reclaim]: ['payment', 'reclaimed'],
};

/** `settlement.posted`; of a code that has no words of its own, the code and the status. */
function typeOf({ code, status }: Pick<Entry, 'code' | 'status'>): string {
  const [noun, verb] = WORDS[code] ?? [code, 'posted'];
  return `${noun}.${status === 'refused' ? 'refused' : verb}`;
}

/**
 * Why it is so: of a refusal, of what is parked, of a bill that a terminal refuses, of a
 * suspension. In the memo of an entry that was posted stands otherwise what its refusal would mean.
 */
function codeOf(entry: Entry, memo: Memo): RejectionCode | undefined {
  if (entry.code === CODES.refusal || entry.code === CODES.suspend) return memo.code;
  if (entry.status === 'refused') return refusalOf(entry);
  return entry.code === CODES.park ? 'settlement-parked' : undefined;
}

/**
 * The event of an entry (spec/34-events.md): it follows from the entry alone, so that it is the
 * same for whoever asks, whenever.
 */
export function eventOf(entry: Entry, asset: Asset): EventJson {
  const memo = decodeMemo(entry.memo);
  const code = codeOf(entry, memo);
  const { amount, from, to, session, bill, mappingVersion, wallet, terminal } = memo;
  const { provider, proposal } = memo;
  return {
    id: entry.index,
    type: typeOf(entry),
    timestamp: formatInstant(entry.at),
    data: {
      group: entry.id,
      status: entry.status,
      ...(code && { code }),
      ...(amount !== undefined && { amount: amount.toString(), asset: memo.asset ?? asset }),
      ...(from && { from }),
      ...(to && { to }),
      ...(session && { session }),
      ...(bill && { bill }),
      ...(mappingVersion && { mapping_version: mappingVersion }),
      ...(wallet && { wallet }),
      ...(terminal && { terminal }),
      ...(provider && { provider }),
      ...(proposal && { proposal }),
    },
  };
}

/** What of the events one is asked for. */
export type EventFilter = {
  /** A whole type (`refund.posted`) or its noun (`refund`). */
  readonly type?: string;
  readonly session?: string;
  /** Any wallet that the event names. */
  readonly wallet?: WalletId;
};

const wallets = ['from', 'to', 'wallet', 'terminal', 'provider'] as const satisfies (keyof Memo)[];

/** Is it one of those that were asked for? */
export function fitsFilter({ type, data }: EventJson, filter: EventFilter): boolean {
  const isType = type === filter.type || type.startsWith(`${filter.type}.`);
  if (filter.type !== undefined && !isType) return false;
  if (filter.session !== undefined && data.session !== filter.session) return false;
  return filter.wallet === undefined || wallets.some((name) => data[name] === filter.wallet);
}
