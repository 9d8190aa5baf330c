import { accept } from '@coinbox/protocol';
import type { Instant, Result } from '@coinbox/protocol';
import type { Account, AccountId, Hold, HoldId } from './account.ts';
import { decide } from './decide.ts';
import { entryHash, recordedOf } from './entry.ts';
import type { Entry, Head } from './entry.ts';
import type { GroupId, TransferGroup } from './group.ts';
import { createOverlay } from './overlay.ts';
import type { Outcome, View } from './view.ts';

/**
 * An entry to write, and the accounts that its group changed, as they are after it: each gets the
 * entry into its statement.
 */
export type PlannedEntry = { readonly entry: Entry; readonly touched: readonly Account[] };

/**
 * All that one commit writes: each account, hold and series once, as it is after the batch.
 * `results[i]` answers `groups[i]`, and may be given out only when everything else here is durable.
 */
export type BatchPlan = {
  readonly results: readonly Result<Outcome>[];
  readonly entries: readonly PlannedEntry[];
  readonly accounts: ReadonlyMap<AccountId, Account>;
  readonly holds: ReadonlyMap<HoldId, Hold>;
  readonly claims: ReadonlyMap<string, GroupId>;
  readonly series: ReadonlyMap<string, number>;
  readonly head: Head;
};

/**
 * Decides the groups in order, each seeing the ones before it, and chains their entries to `head`.
 * Pure: `view` is read and left alone. `at` is the instant that every entry of the batch carries.
 */
export function planBatch(
  view: View,
  head: Head,
  at: Instant,
  groups: readonly TransferGroup[],
): BatchPlan {
  const overlay = createOverlay(view);
  const entries: { readonly entry: Unended; readonly touched: readonly Account[] }[] = [];
  const results: Result<Outcome>[] = [];
  let last = head;
  for (const group of groups) {
    const decision = decide(overlay, group);
    if (decision.kind === 'rejected') {
      results.push({ ok: false, rejection: decision.rejection });
      continue;
    }
    if (decision.kind === 'known') {
      results.push(accept({ ...decision.outcome, replayed: true }));
      continue;
    }
    const { id, fingerprint, sequence } = group;
    if (sequence) overlay.lastNumbers.set(sequence.series, sequence.number);
    const touched: Account[] = [];
    if (decision.kind === 'posted') {
      for (const account of decision.changes.accounts.values()) {
        overlay.accounts.set(account.id, account);
        touched.push(account);
      }
      for (const hold of decision.changes.holds.values()) overlay.holds.set(hold.id, hold);
      for (const claim of group.claims ?? []) overlay.claims.set(claim, id);
    }
    const refusal = decision.kind === 'refused' ? { refusal: decision.code } : {};
    const entry = sealEntry({ ...contentOf(group), ...refusal, status: decision.kind, at }, last);
    entries.push({ entry, touched });
    last = { index: entry.index, hash: entry.hash };
    const outcome = recordedOf(entry);
    overlay.known.set(id, { outcome, fingerprint });
    results.push(accept({ ...outcome, replayed: false }));
  }
  const { accounts, holds, claims, lastNumbers: series } = overlay;
  for (const { entry } of entries) entry.commitEnd = last.index;
  return { results, entries, accounts, holds, claims, series, head: last };
}

function contentOf(group: TransferGroup) {
  const { id, code, fingerprint, steps, claims = [], sequence, memo } = group;
  return { id, code, fingerprint, steps, claims, memo, ...(sequence ? { sequence } : {}) };
}

/** An entry whose commit has not come to its end. */
type Unended = Omit<Entry, 'commitEnd'> & { commitEnd: number };

function sealEntry(
  content: Omit<Entry, 'index' | 'previousHash' | 'hash' | 'commitEnd'>,
  { index, hash: previousHash }: Head,
): Unended {
  const entry = { ...content, index: index + 1, previousHash, hash: previousHash, commitEnd: 0 };
  entry.hash = entryHash(entry);
  return entry;
}
