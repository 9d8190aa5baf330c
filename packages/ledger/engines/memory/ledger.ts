import { Fault, assert } from '@coinbox/protocol';
import type { Clock } from '@coinbox/protocol';
import { NO_STANDING } from '../../account.ts';
import type { Account, AccountId, Hold, HoldId, Standing } from '../../account.ts';
import { GENESIS, recordedOf } from '../../entry.ts';
import type { Entry, Head } from '../../entry.ts';
import type { GroupId } from '../../group.ts';
import { MAX_PAGE } from '../../ledger.ts';
import type { AccountsQuery, EntriesQuery, Ledger, StatementQuery } from '../../ledger.ts';
import { planBatch } from '../../plan.ts';
import type { BatchPlan } from '../../plan.ts';
import type { View } from '../../view.ts';

/** A line of an account's statement. */
type Leg = Standing & { readonly index: number };

/** Owned by one memory ledger; changed by `apply` alone. */
type Books = {
  readonly accounts: Map<AccountId, Account>;
  readonly holds: Map<HoldId, Hold>;
  readonly claims: Map<string, GroupId>;
  readonly series: Map<string, number>;
  readonly statements: Map<AccountId, Leg[]>;
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
    standing: (id, index) =>
      ask((head) => {
        const legs = books.statements.get(id) ?? [];
        const leg = legs[countUpTo(legs, index) - 1];
        return withAsOf(leg && standingOf(leg), Math.min(index, head));
      }),
    statement: (query) => ask((asOf) => ({ ...statementOf(books, query), asOf })),
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
    for (const { id, balance, held } of touched) {
      const leg = { index: entry.index, balance, held };
      const statement = books.statements.get(id);
      if (statement) statement.push(leg);
      else books.statements.set(id, [leg]);
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
  const legs = account === undefined ? undefined : (books.statements.get(account) ?? []);
  const count = legs ? legs.length : books.log.length;
  for (let i = legs ? countUpTo(legs, after) : after; i < count && items.length < limit; i++) {
    const entry = books.log[legs ? (legs[i] as Leg).index - 1 : i] as Entry;
    if (code === undefined || entry.code === code) items.push(entry);
  }
  return items;
}

function statementOf(books: Books, { account, after = 0, upTo, limit }: StatementQuery) {
  checkLimit(limit);
  const legs = books.statements.get(account) ?? [];
  const first = countUpTo(legs, after);
  const end = upTo === undefined ? legs.length : countUpTo(legs, upTo);
  const before = legs[first - 1];
  const items = legs.slice(first, Math.min(end, first + limit)).map((leg) => {
    return { entry: books.log[leg.index - 1] as Entry, ...standingOf(leg) };
  });
  return { opening: before ? standingOf(before) : NO_STANDING, items };
}

const standingOf = ({ balance, held }: Leg): Standing => ({ balance, held });

/** How many of the legs, which are in order, are not after entry `index`. */
function countUpTo(legs: readonly Leg[], index: number): number {
  let [low, high] = [0, legs.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((legs[middle] as Leg).index <= index) low = middle + 1;
    else high = middle;
  }
  return low;
}
