import type { Asset, Result } from '@coinbox/protocol';
import type { Account, AccountId, Hold, HoldId, Standing } from './account.ts';
import type { Entry, Head } from './entry.ts';
import type { GroupId, TransferGroup } from './group.ts';
import type { Outcome } from './view.ts';

/** The index of the last entry that the answer takes into account. */
export type AsOf = { readonly asOf: number };

/** A stretch of a list in its fixed order. It is the last one if it is shorter than the limit. */
export type Page<T> = AsOf & { readonly items: readonly T[] };

/** At most this many items in a page. */
export const MAX_PAGE = 1000;

/**
 * Accounts in ASCII order of their ids, those after `after`, with ids that begin with `prefix`. 1 ≤
 * limit ≤ 1000.
 */
export type AccountsQuery = {
  readonly after?: AccountId;
  readonly limit: number;
  readonly prefix?: string;
};

/**
 * Entries by rising index, those after `after`; of groups with this `code`; of those that changed
 * this account.
 */
export type EntriesQuery = {
  readonly after?: number;
  readonly limit: number;
  readonly code?: string;
  readonly account?: AccountId;
};

/**
 * Entries by rising index that changed the account, those after `after` (default 0: from the first)
 * and not after `upTo` (default: to the end of the log). 1 ≤ limit ≤ 1000.
 */
export type StatementQuery = {
  readonly account: AccountId;
  readonly after?: number;
  readonly upTo?: number;
  readonly limit: number;
};

/** An entry that changed an account, and what was on the account after it. */
export type StatementLine = Standing & { readonly entry: Entry };

/**
 * A stretch of an account's statement. `opening`: what was on the account before the first line,
 * which is what was on it after the entry `after`; nothing where it was not there yet.
 */
export type Statement = Page<StatementLine> & { readonly opening: Standing };

/** Sums in minor units over accounts; they may pass 2^63−1. */
export type Sum = AsOf & { readonly balance: bigint; readonly held: bigint };

/**
 * Accounts, holds, claims, series and the log of everything that ever changed them. One writer;
 * every engine gives the same answers to the same groups.
 *
 * Reads see whole batches that are durable, never part of one. Every method throws `Fault` when the
 * world fails.
 */
export interface Ledger {
  /**
   * Decides the groups in the given order, each all or nothing and independent of the others' fate,
   * and resolves when what was recorded is durable: result i is of group i. Accepted: a recorded
   * outcome, which may be `refused`. Rejected: no trace is left (the codes of `decide`, and
   * `overloaded` when too much is waiting). After a fault nothing is known about the groups and all
   * further posts fail: open the ledger again and post the same groups with the same ids.
   */
  post(groups: readonly TransferGroup[]): Promise<readonly Result<Outcome>[]>;
  /** What was recorded under the id, `replayed`. */
  outcome(id: GroupId): Promise<Outcome | undefined>;
  entry(index: number): Promise<Entry | undefined>;
  entryOf(id: GroupId): Promise<Entry | undefined>;
  account(id: AccountId): Promise<(Account & AsOf) | undefined>;
  /**
   * What was on the account after entry `index`, whatever came later; undefined where it was not
   * opened by then. `asOf` is `index`, or the end of the log where that comes before it.
   */
  standing(id: AccountId, index: number): Promise<(Standing & AsOf) | undefined>;
  /** Empty, opening with nothing, where there is no such account. */
  statement(query: StatementQuery): Promise<Statement>;
  hold(id: HoldId): Promise<(Hold & AsOf) | undefined>;
  /** Who took the claim. */
  claim(key: string): Promise<GroupId | undefined>;
  /** The last number used in the series, 0 if none. */
  series(name: string): Promise<number>;
  accounts(query: AccountsQuery): Promise<Page<Account>>;
  entries(query: EntriesQuery): Promise<Page<Entry>>;
  /** Over the accounts of `asset` whose ids begin with `prefix`; '' is all of them. */
  sumOf(prefix: string, asset: Asset): Promise<Sum>;
  head(): Promise<Head>;
  /** Waits for posts under way and lets go of everything. Any later call fails with `closed`. */
  close(): Promise<void>;
}
