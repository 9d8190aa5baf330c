import assert from 'node:assert/strict';
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
  const books = foldEntries(entries);
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
  return books;
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
