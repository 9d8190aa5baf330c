import type { Account, AccountId, Hold, HoldId } from './account.ts';
import type { GroupId } from './group.ts';
import type { Known, View } from './view.ts';

/**
 * Changes laid over a view that stays as it is. Reads see the changes first. Owned by whoever made
 * it: `decide` for one group, `planBatch` for one batch.
 */
export interface Overlay extends View {
  readonly accounts: Map<AccountId, Account>;
  readonly holds: Map<HoldId, Hold>;
  readonly claims: Map<string, GroupId>;
  readonly lastNumbers: Map<string, number>;
  readonly known: Map<GroupId, Known>;
}

/** An overlay without changes. */
export function createOverlay(below: View): Overlay {
  const accounts = new Map<AccountId, Account>();
  const holds = new Map<HoldId, Hold>();
  const claims = new Map<string, GroupId>();
  const lastNumbers = new Map<string, number>();
  const known = new Map<GroupId, Known>();
  return {
    accounts,
    holds,
    claims,
    lastNumbers,
    known,
    account: (id) => accounts.get(id) ?? below.account(id),
    hold: (id) => holds.get(id) ?? below.hold(id),
    claim: (key) => claims.get(key) ?? below.claim(key),
    series: (name) => lastNumbers.get(name) ?? below.series(name),
    recorded: (id) => known.get(id) ?? below.recorded(id),
  };
}
