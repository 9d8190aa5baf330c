import { Fault, MAX_MONEY, NO_MONEY, equalBytes } from '@coinbox/protocol';
import type { Money } from '@coinbox/protocol';
import type { Account, AccountId, Hold, HoldId } from './account.ts';
import { GENESIS, entryHash } from './entry.ts';
import type { Entry, Head } from './entry.ts';
import type { GroupId, Step } from './group.ts';

/**
 * All that follows from a log: what every account, hold and series is after it, who took which
 * claim, and `statements`: the indexes of the entries that changed each account.
 */
export type Books = {
  readonly accounts: ReadonlyMap<AccountId, Account>;
  readonly holds: ReadonlyMap<HoldId, Hold>;
  readonly claims: ReadonlyMap<string, GroupId>;
  readonly series: ReadonlyMap<string, number>;
  readonly statements: ReadonlyMap<AccountId, readonly number[]>;
  readonly head: Head;
};

/** Is told of each account that an entry has changed, as it is after it. */
export type OnLeg = (index: number, account: Account) => void;

type Draft = {
  accounts: Map<AccountId, Account>;
  holds: Map<HoldId, Hold>;
  claims: Map<string, GroupId>;
  series: Map<string, number>;
  statements: Map<AccountId, number[]>;
  ids: Set<GroupId>;
  head: Head;
  /** Of the last entry. */
  commitEnd: number;
};

/**
 * Works the books out from the log alone, trusting none of it. It shares no code with `decide`, so
 * that each checks the other. Throws Fault ledger-corrupt: an index, hash or link that does not
 * fit, an id or claim used twice, commits that overlap, a gap in a series, a step that could not
 * have been posted.
 */
export function foldEntries(entries: Iterable<Entry>, onLeg: OnLeg = () => undefined): Books {
  const draft: Draft = {
    accounts: new Map(),
    holds: new Map(),
    claims: new Map(),
    series: new Map(),
    statements: new Map(),
    ids: new Set(),
    head: GENESIS,
    commitEnd: 0,
  };
  for (const entry of entries) {
    for (const account of foldEntry(draft, entry)) onLeg(entry.index, account);
  }
  return draft;
}

/**
 * Checks that an entry follows `previous` and has the hash of its content. Throws Fault
 * ledger-corrupt.
 */
export function checkLink(previous: Head, entry: Entry): void {
  demand(entry.index === previous.index + 1, previous.index + 1, 'is missing');
  demand(
    equalBytes(entry.previousHash, previous.hash),
    entry.index,
    'does not link to the one before',
  );
  demand(
    equalBytes(entry.hash, entryHash(entry)),
    entry.index,
    'has another hash than its content',
  );
  const isRefused = entry.refusal !== undefined;
  demand(isRefused === (entry.status === 'refused'), entry.index, 'contradicts its status');
}

function demand(condition: boolean, index: number, what: string): asserts condition {
  if (!condition) throw new Fault('ledger-corrupt', `entry ${index} ${what}`);
}

/** Answers with the accounts that the entry has changed. */
function foldEntry(draft: Draft, entry: Entry): readonly Account[] {
  const { index, id, sequence } = entry;
  checkLink(draft.head, entry);
  const isSameCommit = draft.commitEnd >= index;
  const end = isSameCommit ? draft.commitEnd : Math.max(index, entry.commitEnd);
  demand(entry.commitEnd === end, index, 'is in no commit that can be');
  draft.commitEnd = end;
  draft.head = { index, hash: entry.hash };
  demand(!draft.ids.has(id), index, 'has the id of an earlier one');
  draft.ids.add(id);
  if (sequence) {
    const last = draft.series.get(sequence.series) ?? 0;
    demand(sequence.number === last + 1, index, 'breaks its series');
    draft.series.set(sequence.series, sequence.number);
  }
  if (entry.status === 'refused') return [];
  for (const claim of entry.claims) {
    demand(!draft.claims.has(claim), index, 'claims what was claimed');
    draft.claims.set(claim, id);
  }
  const changed = new Set<AccountId>();
  for (const step of entry.steps) foldStep({ draft, index, changed }, step);
  for (const account of changed) {
    const statement = draft.statements.get(account);
    if (statement) statement.push(index);
    else draft.statements.set(account, [index]);
  }
  return [...changed].map((account) => draft.accounts.get(account) as Account);
}

/**
 * Where a step is folded: the books so far, the entry it belongs to, and the accounts that the
 * entry has changed.
 */
type Place = { readonly draft: Draft; readonly index: number; readonly changed: Set<AccountId> };

function foldStep(place: Place, step: Step): void {
  const { draft, index } = place;
  switch (step.kind) {
    case 'open': {
      const { account: id, asset, mayOverdraw } = step;
      const known = draft.accounts.get(id);
      const fits = known?.asset === asset && known.mayOverdraw === mayOverdraw;
      demand(!known || fits, index, 'opens an account as another');
      if (known) return;
      return put(place, { id, asset, mayOverdraw, frozen: false, balance: 0n, held: NO_MONEY });
    }
    case 'freeze':
    case 'unfreeze': {
      const account = accountOf(place, step.account);
      const frozen = step.kind === 'freeze';
      return account.frozen === frozen ? undefined : put(place, { ...account, frozen });
    }
    case 'transfer':
      return transfer(place, step.debit, step.credit, step.amount, 0n);
    case 'hold': {
      const { hold: id, account, amount: remaining } = step;
      demand(!draft.holds.has(id), index, 'makes a hold again');
      demand(remaining > 0n, index, 'holds nothing');
      draft.holds.set(id, { id, account, remaining });
      return move(place, account, 0n, remaining);
    }
    case 'draw': {
      const debit = useUp(place, step.hold, step.amount);
      return transfer(place, debit, step.credit, step.amount, -step.amount);
    }
    case 'release':
      return move(place, useUp(place, step.hold, step.amount), 0n, -step.amount);
  }
}

function transfer(
  place: Place,
  debit: AccountId,
  credit: AccountId,
  amount: bigint,
  held: bigint,
): void {
  const assets = [debit, credit].map((id) => accountOf(place, id).asset);
  demand(amount > 0n && assets[0] === assets[1], place.index, 'moves what cannot be moved');
  move(place, debit, -amount, held);
  move(place, credit, amount, 0n);
}

function move(place: Place, id: AccountId, balance: bigint, held: bigint): void {
  const account = accountOf(place, id);
  const takes = balance > 0n && held === 0n;
  demand(takes || !account.frozen, place.index, 'moves money of a frozen account');
  const after = { balance: account.balance + balance, held: (account.held + held) as Money };
  put(place, { ...account, ...after });
}

function useUp({ draft, index }: Place, id: HoldId, amount: bigint): AccountId {
  const hold = draft.holds.get(id);
  demand(amount > 0n && hold !== undefined, index, 'uses a hold for nothing');
  demand(hold.remaining >= amount, index, 'draws more than is held');
  draft.holds.set(id, { ...hold, remaining: (hold.remaining - amount) as Money });
  return hold.account;
}

function accountOf({ draft, index }: Place, id: AccountId): Account {
  const account = draft.accounts.get(id);
  demand(account !== undefined, index, 'names an account that is not there');
  return account;
}

function put({ draft, index, changed }: Place, account: Account): void {
  const { id, balance, held, mayOverdraw } = account;
  demand(balance <= MAX_MONEY && balance >= -MAX_MONEY, index, 'overflows a balance');
  demand(held >= 0n && held <= MAX_MONEY, index, 'overflows what is held');
  demand(mayOverdraw || balance >= held, index, 'takes more than is there');
  draft.accounts.set(id, account);
  changed.add(id);
}
