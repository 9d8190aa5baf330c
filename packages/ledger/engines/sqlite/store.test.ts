import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { Fault } from '@coinbox/protocol';
import type { Instant } from '@coinbox/protocol';
import { group, open, openIssuance, transfer, wordsOf } from '../../conformance/groups.ts';
import { configure, createSchema, limitSize } from './schema.ts';
import { createStore } from './store.ts';
import type { Store } from './store.ts';

// What a store answers is in the conformance suite. Here: what it does when a commit fails.

const at = 1_767_225_600_000 as Instant;

describe('store of the SQLite engine', () => {
  let folder: string;
  let db: DatabaseSync;
  let store: Store;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'store-'));
    db = new DatabaseSync(join(folder, 'ledger.sqlite'));
    configure(db);
    createSchema(db);
    store = createStore(db);
    store.commit(at, [group('1', [openIssuance('i'), open('a'), transfer('i', 'a', 5n)])]);
  });
  afterEach(() => {
    db.close();
    rmSync(folder, { recursive: true });
  });

  const pay = (id: string, memo = 0) =>
    group(id, [transfer('a', 'i', 1n)], { memo: new Uint8Array(memo) });
  const isFull = (error: unknown) => error instanceof Fault && error.code === 'storage-full';

  test('a commit that fails does nothing, and no commit follows it', () => {
    limitSize(db, 1);
    const large = Array.from({ length: 100 }, (_, n) => pay(`large-${n}`, 16_384));
    assert.throws(() => store.commit(at, large), isFull);
    limitSize(db, 1_000_000_000);
    assert.throws(() => store.commit(at, [pay('2')]), isFull);
    assert.equal(store.head().index, 1);
    assert.equal(store.account('a')?.balance, 5n);
    assert.equal(store.outcome('large-0'), undefined);
    const reopened = createStore(db);
    assert.deepEqual(reopened.commit(at, [pay('2')]).map(wordsOf), ['posted']);
    assert.equal(reopened.account('a')?.balance, 4n);
  });

  test('a commit that fails in the middle is rolled back whole', () => {
    db.exec("CREATE TRIGGER fails BEFORE INSERT ON legs BEGIN SELECT raise(ABORT, 'no'); END");
    const failed = (error: unknown) => error instanceof Fault && error.code === 'storage-failed';
    assert.throws(() => store.commit(at, [pay('2')]), failed);
    assert.equal(store.head().index, 1);
    assert.equal(store.outcome('2'), undefined);
    assert.equal(store.account('a')?.balance, 5n);
  });

  test('a batch that leaves no trace writes nothing', () => {
    const writes = () => db.prepare('SELECT total_changes() AS n').get()?.n;
    const before = writes();
    assert.deepEqual(store.commit(at, [pay('1')]).map(wordsOf), ['replayed posted']);
    assert.equal(db.isTransaction, false);
    assert.equal(writes(), before);
    assert.equal(store.head().index, 1);
  });
});
