import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Fault } from '@coinbox/protocol';
import { group, layGround, postOne, steppingClock, transfer } from '../../conformance/groups.ts';
import { assertReplays } from '../../conformance/replay.ts';
import { createSqliteLedger } from './ledger.ts';
import { openLedgerReader } from './reader.ts';
import { LEDGER_FILE } from './schema.ts';

test('a reader beside a running ledger sees every commit, and the same as the ledger', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'reader-'));
  try {
    const ledger = await createSqliteLedger({ folder, clock: steppingClock() });
    await layGround(ledger);
    const reader = openLedgerReader(join(folder, LEDGER_FILE));
    assert.equal(reader.head().index, 1);
    await postOne(ledger, group('1', [transfer('a', 'b', 1n)], { claims: ['c'] }));
    assert.deepEqual(reader.verify(), await assertReplays(ledger));
    assert.deepEqual(reader.account('a'), await ledger.account('a'));
    assert.deepEqual(reader.entryOf('1'), await ledger.entryOf('1'));
    assert.deepEqual(reader.outcome('1'), await ledger.outcome('1'));
    assert.deepEqual(reader.hold('h'), await ledger.hold('h'));
    assert.deepEqual(reader.standing('a', 1), await ledger.standing('a', 1));
    const statement = { account: 'a', limit: 10 };
    assert.deepEqual(reader.statement(statement), await ledger.statement(statement));
    assert.equal(reader.claim('c'), '1');
    assert.equal(reader.series('s'), 1);
    const page = { limit: 10 };
    assert.deepEqual(reader.accounts(page), await ledger.accounts(page));
    assert.deepEqual(reader.entries(page), await ledger.entries(page));
    assert.deepEqual(reader.sumOf('', 'CNY/2'), await ledger.sumOf('', 'CNY/2'));
    await ledger.close();
    assert.equal(reader.head().index, 2);
    reader.close();
    const isClosed = (error: unknown) => error instanceof Fault && error.code === 'closed';
    assert.throws(() => reader.head(), isClosed);
    const later = openLedgerReader(join(folder, LEDGER_FILE));
    assert.equal(later.verify().head.index, 2);
    later.close();
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('a reader of a file that is not there throws a fault', () => {
  const failed = (error: unknown) => error instanceof Fault && error.code === 'storage-failed';
  assert.throws(() => openLedgerReader(join(tmpdir(), 'no-such-ledger.sqlite')), failed);
});
