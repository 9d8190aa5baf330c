import assert from 'node:assert/strict';
import { NO_MONEY } from '@coinbox/protocol';
import type { AccountId, Standing } from '../account.ts';
import type { Entry } from '../entry.ts';
import { foldEntries } from '../fold.ts';
import type { Books } from '../fold.ts';
import type { Ledger } from '../ledger.ts';

/** The whole log, in pages. */
export async function allEntries(ledger: Ledger): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (;;) {
    const { items } = await ledger.entries({ after: entries.length, limit: 1000 });
    entries.push(...items);
    if (items.length < 1000) return entries;
  }
}

/**
 * Replay equality and conservation (invariants I1, I2, I19): the books that follow from the log
 * alone are what the ledger answers, key by key, and the balances of each asset sum to zero.
 */
export async function assertReplays(ledger: Ledger): Promise<Books> {
  const entries = await allEntries(ledger);
  const legs = new Map<AccountId, Leg[]>();
  const books = foldEntries(entries, (index, { id, balance, held }) => {
    legs.set(id, [...(legs.get(id) ?? []), { index, balance, held }]);
  });
  const asOf = entries.length;
  assert.deepEqual(await ledger.head(), books.head);
  const live = await ledger.accounts({ limit: 1000 });
  const ids = [...books.accounts.keys()].sort();
  const folded = ids.map((id) => books.accounts.get(id));
  assert.deepEqual(live, { items: folded, asOf });
  for (const id of ids) {
    assert.deepEqual(await ledger.account(id), { ...books.accounts.get(id), asOf });
    const { items } = await ledger.entries({ account: id, limit: 1000 });
    assert.deepEqual(
      items.map(({ index }) => index),
      books.statements.get(id) ?? [],
    );
  }
  for (const [id, hold] of books.holds) assert.deepEqual(await ledger.hold(id), { ...hold, asOf });
  for (const [claim, id] of books.claims) assert.equal(await ledger.claim(claim), id);
  for (const [name, last] of books.series) assert.equal(await ledger.series(name), last);
  await assertSums(ledger, books);
  for (const id of ids) await assertStandings(ledger, id, legs.get(id) ?? [], entries);
  return books;
}

/** What the log says of an account after one of the entries that changed it. */
type Leg = Standing & { readonly index: number };

/** Beyond so many entries, not every index is asked for. */
const MOST_ASKED = 200;

/**
 * What was on an account as of every index is what the log says, and its statement is the same in
 * one piece and from any index on.
 */
async function assertStandings(
  ledger: Ledger,
  id: AccountId,
  legs: readonly Leg[],
  entries: readonly Entry[],
): Promise<void> {
  const asOf = entries.length;
  const standing = ({ balance, held }: Leg): Standing => ({ balance, held });
  const nothing: Standing = { balance: 0n, held: NO_MONEY };
  const asked = entries.length > MOST_ASKED ? [0, 1, asOf - 1] : [...entries.keys()];
  for (const index of [...asked, asOf]) {
    const last = legs.findLast((leg) => leg.index <= index);
    const found = await ledger.standing(id, index);
    assert.deepEqual(found, last && { ...standing(last), asOf: index }, `${id} as of ${index}`);
  }
  const [first, ...later] = legs;
  const expected = (some: readonly Leg[]) =>
    some.slice(0, 1000).map((leg) => [entries[leg.index - 1]?.hash, leg.balance, leg.held]);
  const read = async (after: number) => {
    const {
      opening,
      items,
      asOf: head,
    } = await ledger.statement({ account: id, after, limit: 1000 });
    const lines = items.map(({ entry, balance, held }) => [entry.hash, balance, held]);
    return { opening, lines, asOf: head };
  };
  assert.deepEqual(await read(0), { opening: nothing, lines: expected(legs), asOf });
  assert.ok(first, 'an account has the entry that opened it');
  const rest = { opening: standing(first), lines: expected(later), asOf };
  assert.deepEqual(await read(first.index), rest);
}

async function assertSums(ledger: Ledger, books: Books): Promise<void> {
  const accounts = [...books.accounts.values()];
  for (const asset of new Set(accounts.map((account) => account.asset))) {
    const held = accounts
      .filter((account) => account.asset === asset)
      .reduce((sum, account) => sum + account.held, 0n);
    assert.deepEqual(await ledger.sumOf('', asset), { balance: 0n, held, asOf: books.head.index });
  }
}
