import type { Instant, RejectionCode } from '@coinbox/protocol';
import type { Account, AccountId, Hold, HoldId } from './account.ts';
import type { GroupId } from './group.ts';

/** What the ledger keeps under a group id for ever. `index` is the number of its log entry. */
export type Recorded = { readonly index: number; readonly at: Instant } & (
  { readonly status: 'posted' } | { readonly status: 'refused'; readonly code: RejectionCode }
);

/** The answer to a group. `replayed`: the group was recorded before; nothing happened this time. */
export type Outcome = Recorded & { readonly replayed: boolean };

/**
 * What `decide` may ask. Answers are as of one moment; the engine sees to it that nobody writes in
 * between.
 */
export interface View {
  account(id: AccountId): Account | undefined;
  hold(id: HoldId): Hold | undefined;
  /** Who took the claim. */
  claim(key: string): GroupId | undefined;
  /** The last number used, 0 if none. */
  series(name: string): number;
  recorded(id: GroupId): Known | undefined;
}

/** A recorded outcome with the fingerprint of the group that made it. */
export type Known = { readonly outcome: Recorded; readonly fingerprint: Uint8Array };
