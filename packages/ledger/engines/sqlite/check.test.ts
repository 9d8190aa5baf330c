import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, test } from 'node:test';
import { Fault } from '@coinbox/protocol';
import { draw, group, hold, layGround, steppingClock, transfer } from '../../conformance/groups.ts';
import type { Books } from '../../fold.ts';
import { checkAgainstLog, checkOnOpen, checkStructure } from './check.ts';
import { asFault } from './errors.ts';
import { createSqliteLedger } from './ledger.ts';
import { LEDGER_FILE, assertSchema, configure } from './schema.ts';

const clock = steppingClock();
const isCorrupt = (error: unknown) => error instanceof Fault && error.code === 'ledger-corrupt';

describe('checks of the SQLite engine', () => {
  let folder: string;
  let whole: string;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'check-'));
    whole = join(folder, 'whole');
    const ledger = await createSqliteLedger({ folder: whole, clock });
    await layGround(ledger);
    for (let n = 0; n < 20; n++) {
      await ledger.post([
        group(`hold-${n}`, [hold(`h-${n}`, 'a', 3n)], { claims: [`c-${n}`] }),
        group(`draw-${n}`, [draw(`h-${n}`, 'b', 2n)]),
        group(`pay-${n}`, [transfer('a', 'b', 1000n)]),
      ]);
    }
    await ledger.close();
  });
  after(() => rmSync(folder, { recursive: true }));

  /** A copy of the whole ledger in a folder of its own. */
  function copy(name: string): string {
    const to = join(folder, name);
    cpSync(whole, to, { recursive: true });
    return to;
  }

  /** Everything that can be known about a file: its books, or the fault that it shows. */
  function examine(file: string): { books?: Books; fault?: unknown } {
    let db: DatabaseSync | undefined;
    try {
      db = new DatabaseSync(file);
      configure(db);
      assertSchema(db);
      checkStructure(db);
      checkOnOpen(db);
      return { books: checkAgainstLog(db) };
    } catch (error) {
      return { fault: asFault(error) };
    } finally {
      db?.close();
    }
  }

  test('a whole ledger passes', () => {
    const { books, fault } = examine(join(copy('fine'), LEDGER_FILE));
    assert.equal(fault, undefined);
    assert.equal(books?.head.index, 61);
    assert.equal(books.accounts.get('b')?.balance, 40n);
  });

  const edits = [
    ['a balance raised', "UPDATE accounts SET balance = balance + 1 WHERE id = 'a'"],
    ['what is held lowered', "UPDATE accounts SET held = held - 1 WHERE id = 'a'"],
    ['a hold raised', "UPDATE holds SET remaining = 2 WHERE id = 'h-3'"],
    ['the last entry cut off', 'DELETE FROM legs; DELETE FROM entries WHERE number = 61'],
    ['an entry cut out', 'PRAGMA foreign_keys = 0; DELETE FROM entries WHERE number = 30'],
    ['a memo changed', "UPDATE entries SET memo = x'00' WHERE number = 30"],
    ['an amount changed', `UPDATE entries SET steps = replace(steps, '"2"', '"3"')`],
    ['steps that are not JSON', "UPDATE entries SET steps = '[' WHERE number = 9"],
    ['a hash changed', 'UPDATE entries SET hash = zeroblob(32) WHERE number = 61'],
    ['the head set back', 'UPDATE head SET entry = 60'],
    ['the head lost', 'DELETE FROM head'],
  ] as const;
  for (const [what, sql] of edits) {
    test(`an opening finds ${what}`, () => {
      const file = join(copy(what.replaceAll(' ', '-')), LEDGER_FILE);
      const db = new DatabaseSync(file);
      db.exec(sql);
      assert.throws(() => checkOnOpen(db), isCorrupt);
      db.close();
    });
  }

  const hidden = [
    ['a claim lost', "DELETE FROM claims WHERE key = 'c-3'"],
    ['a claim given to another', "UPDATE claims SET entry = 1 WHERE key = 'c-3'"],
    ['a series set back', "UPDATE series SET last = 7 WHERE name = 's'"],
    ['an account renamed', "UPDATE accounts SET id = 'bb' WHERE id = 'b'"],
    ['an account thawed', "UPDATE accounts SET frozen = 0 WHERE id = 'ice'"],
    ['a line of a statement lost', 'DELETE FROM legs WHERE entry = 30'],
    ['a line of a statement made up', 'INSERT INTO legs VALUES (1, 30, 0, 0)'],
    ['a balance of then raised', 'UPDATE legs SET balance = balance + 1 WHERE entry = 30'],
    ['what was held then lowered', 'UPDATE legs SET held = held - 1 WHERE entry = 60'],
    [
      'money moved between accounts',
      "UPDATE accounts SET balance = balance + iif(id = 'a', 1, -1) WHERE id IN ('a', 'b')",
    ],
  ] as const;
  for (const [what, sql] of hidden) {
    test(`a verification against the log finds ${what}`, () => {
      const db = new DatabaseSync(join(copy(what.replaceAll(' ', '-')), LEDGER_FILE));
      db.exec(sql);
      assert.throws(() => checkAgainstLog(db), isCorrupt);
      db.close();
    });
  }

  test('no flipped bit changes the books without being found', () => {
    const bytes = readFileSync(join(whole, LEDGER_FILE));
    const { books } = examine(join(copy('pristine'), LEDGER_FILE));
    const file = join(copy('flipped'), LEDGER_FILE);
    let found = 0;
    for (let at = 0; at < bytes.length; at += at < 100 ? 1 : 251) {
      const flipped = Uint8Array.from(bytes);
      flipped[at] = (bytes[at] as number) ^ (1 << (at % 8));
      writeFileSync(file, flipped);
      const shown = examine(file);
      if (!shown.fault) assert.deepEqual(shown.books, books, `byte ${at}`);
      else assert.ok(shown.fault instanceof Fault, `byte ${at}: ${String(shown.fault)}`);
      if (shown.fault) found += 1;
    }
    assert.ok(found > 50, `only ${found} flips were found`);
  });

  const damages = [
    ['half the file', (file: string) => truncateSync(file, readFileSync(file).length >> 1)],
    [
      'the last page cut off',
      (file: string) => truncateSync(file, readFileSync(file).length - 4096),
    ],
    ['an empty file', (file: string) => truncateSync(file, 0)],
    ['no file', (file: string) => rmSync(file)],
    ['another kind of file', (file: string) => writeFileSync(file, 'PNG'.repeat(5000))],
  ] as const;
  for (const [what, damage] of damages) {
    test(`a ledger does not start on ${what}`, async () => {
      const damaged = copy(what.replaceAll(' ', '-'));
      damage(join(damaged, LEDGER_FILE));
      await assert.rejects(createSqliteLedger({ folder: damaged, clock }), isCorrupt);
    });
  }

  test('a ledger does not start on a chain that was tampered with', async () => {
    const tampered = copy('tampered');
    const db = new DatabaseSync(join(tampered, LEDGER_FILE));
    db.exec("UPDATE entries SET memo = x'00' WHERE number = 30");
    db.close();
    await assert.rejects(createSqliteLedger({ folder: tampered, clock }), isCorrupt);
  });
});
