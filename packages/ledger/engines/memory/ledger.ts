import { Fault, assert } from '@coinbox/protocol';
import type { Clock } from '@coinbox/protocol';
import type { Account, AccountId, Hold, HoldId } from '../../account.ts';
import { GENESIS, recordedOf } from '../../entry.ts';
import type { Entry, Head } from '../../entry.ts';
import type { GroupId } from '../../group.ts';
import { MAX_PAGE } from '../../ledger.ts';
import type { AccountsQuery, EntriesQuery, Ledger } from '../../ledger.ts';
import { planBatch } from '../../plan.ts';
import type { BatchPlan } from '../../plan.ts';
import type { View } from '../../view.ts';

/** Owned by one memory ledger; changed by `apply` alone. */
type Books = {
  readonly accounts: Map<AccountId, Account>;
  readonly holds: Map<HoldId, Hold>;
  readonly claims: Map<string, GroupId>;
  readonly series: Map<string, number>;
  readonly statements: Map<AccountId, number[]>;
  readonly log: Entry[];
  readonly byId: Map<GroupId, Entry>;
  sortedIds: AccountId[] | undefined;
  head: Head;
};

/**
 * A ledger that lives as long as its program: for tests, simulations and demonstrations. Nothing is
 * durable.
 */
export function createMemoryLedger({ clock }: { readonly clock: Clock }): Ledger {
  const books: Books = {
    accounts: new Map(),
    holds: new Map(),
    claims: new Map(),
    series: new Map(),
    statements: new Map(),
    log: [],
    byId: new Map(),
    sortedIds: undefined,
    head: GENESIS,
  };
  const view = viewOf(books);
  let closed = false;

  /** Every method passes here: reads answer with the head as it is at the call. */
  async function ask<T>(answer: (asOf: number) => T): Promise<T> {
    if (closed) throw new Fault('closed', 'the ledger was closed');
    return answer(books.head.index);
  }

  return {
    post: (groups) =>
      ask(() => {
        const plan = planBatch(view, books.head, clock.now(), groups);
        apply(books, plan);
        return plan.results;
      }),
    outcome: (id) =>
      ask(() => {
        const entry = books.byId.get(id);
        return entry && { ...recordedOf(entry), replayed: true };
      }),
    entry: (index) => ask(() => books.log[index - 1]),
    entryOf: (id) => ask(() => books.byId.get(id)),
    account: (id) => ask((asOf) => withAsOf(books.accounts.get(id), asOf)),
    hold: (id) => ask((asOf) => withAsOf(books.holds.get(id), asOf)),
    claim: (key) => ask(() => books.claims.get(key)),
    series: (name) => ask(() => view.series(name)),
    accounts: (query) => ask((asOf) => ({ items: pageOfAccounts(books, query), asOf })),
    entries: (query) => ask((asOf) => ({ items: pageOfEntries(books, query), asOf })),
    sumOf: (prefix, asset) =>
      ask((asOf) => {
        let balance = 0n;
        let held = 0n;
        for (const account of books.accounts.values()) {
          if (account.asset !== asset || !account.id.startsWith(prefix)) continue;
          balance += account.balance;
          held += account.held;
        }
        return { balance, held, asOf };
      }),
    head: () => ask(() => books.head),
    async close() {
      closed = true;
    },
  };
}

const withAsOf = <T extends object>(found: T | undefined, asOf: number) =>
  found && { ...found, asOf };

function viewOf(books: Books): View {
  return {
    account: (id) => books.accounts.get(id),
    hold: (id) => books.holds.get(id),
    claim: (key) => books.claims.get(key),
    series: (name) => books.series.get(name) ?? 0,
    recorded: (id) => {
      const entry = books.byId.get(id);
      return entry && { outcome: recordedOf(entry), fingerprint: entry.fingerprint };
    },
  };
}

function apply(books: Books, plan: BatchPlan): void {
  for (const account of plan.accounts.values()) {
    if (!books.accounts.has(account.id)) books.sortedIds = undefined;
    books.accounts.set(account.id, account);
  }
  for (const hold of plan.holds.values()) books.holds.set(hold.id, hold);
  for (const [claim, id] of plan.claims) books.claims.set(claim, id);
  for (const [name, last] of plan.series) books.series.set(name, last);
  for (const { entry, touched } of plan.entries) {
    books.log.push(entry);
    books.byId.set(entry.id, entry);
    for (const account of touched) {
      const statement = books.statements.get(account);
      if (statement) statement.push(entry.index);
      else books.statements.set(account, [entry.index]);
    }
  }
  books.head = plan.head;
}

function checkLimit(limit: number): void {
  assert(Number.isInteger(limit) && limit >= 1 && limit <= MAX_PAGE, `limit ${limit}`);
}

function pageOfAccounts(books: Books, { after = '', limit, prefix = '' }: AccountsQuery) {
  checkLimit(limit);
  books.sortedIds ??= [...books.accounts.keys()].sort();
  const items: Account[] = [];
  for (const id of books.sortedIds) {
    if (items.length === limit) break;
    if (id > after && id.startsWith(prefix)) items.push(books.accounts.get(id) as Account);
  }
  return items;
}

function pageOfEntries(books: Books, { after = 0, limit, code, account }: EntriesQuery) {
  checkLimit(limit);
  const items: Entry[] = [];
  const indexes = account === undefined ? undefined : (books.statements.get(account) ?? []);
  const count = indexes ? indexes.length : books.log.length;
  for (let i = indexes ? 0 : after; i < count && items.length < limit; i++) {
    const entry = books.log[indexes ? (indexes[i] as number) - 1 : i] as Entry;
    if (entry.index <= after || (code !== undefined && entry.code !== code)) continue;
    items.push(entry);
  }
  return items;
}
