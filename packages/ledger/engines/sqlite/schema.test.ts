import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { Fault } from '@coinbox/protocol';
import { assertConfigured, assertSchema, configure, createSchema, isEmpty } from './schema.ts';

const faultOf = (code: string) => (error: unknown) => error instanceof Fault && error.code === code;

describe('schema of the SQLite engine', () => {
  let folder: string;
  let db: DatabaseSync;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'schema-'));
    db = new DatabaseSync(join(folder, 'ledger.sqlite'));
    configure(db);
    createSchema(db);
  });
  afterEach(() => {
    db.close();
    rmSync(folder, { recursive: true });
  });

  test('synchronous is FULL on every opening', () => {
    db.close();
    db = new DatabaseSync(join(folder, 'ledger.sqlite'));
    db.exec('PRAGMA synchronous = NORMAL');
    configure(db);
    assert.equal(db.prepare('PRAGMA synchronous').get()?.synchronous, 2);
  });

  const unsafe = [
    'synchronous = NORMAL',
    'synchronous = OFF',
    'foreign_keys = OFF',
    'trusted_schema = ON',
    'cell_size_check = OFF',
    'journal_mode = DELETE',
  ];
  for (const setting of unsafe) {
    test(`a connection with ${setting} is refused`, () => {
      assertConfigured(db);
      db.exec(`PRAGMA ${setting}`);
      assert.throws(() => assertConfigured(db), faultOf('startup-unsafe'));
    });
  }

  test('a database that cannot keep a write-ahead log is refused', () => {
    const inMemory = new DatabaseSync(':memory:');
    assert.throws(() => configure(inMemory), faultOf('startup-unsafe'));
    inMemory.close();
  });

  test('a file of another program and a ledger of another version are refused', () => {
    assertSchema(db);
    db.exec('PRAGMA user_version = 1');
    assert.throws(() => assertSchema(db), faultOf('startup-unsafe'));
    db.exec('PRAGMA application_id = 7');
    assert.throws(() => assertSchema(db), faultOf('ledger-corrupt'));
  });

  test('a file is empty until its tables are made', () => {
    const other = new DatabaseSync(join(folder, 'other.sqlite'));
    assert.equal(isEmpty(other), true);
    assert.equal(isEmpty(db), false);
    other.close();
  });

  const impossible = [
    ['a negative balance', "INSERT INTO accounts VALUES (1, 'a', 'CNY/2', 0, 0, -1, 0)"],
    ['more held than there is', "INSERT INTO accounts VALUES (1, 'a', 'CNY/2', 0, 0, 5, 6)"],
    ['a negative hold', "INSERT INTO holds VALUES ('h', 1, -1)"],
    ['a hold on no account', "INSERT INTO holds VALUES ('h', 1, 1)"],
    ['a claim of no entry', "INSERT INTO claims VALUES ('c', 1)"],
    ['a balance that is text', "INSERT INTO accounts VALUES (1, 'a', 'CNY/2', 1, 0, 'x', 0)"],
  ] as const;
  for (const [what, sql] of impossible) {
    test(`the tables refuse ${what}`, () => {
      assert.throws(() => db.exec(sql), /constraint|cannot store/);
    });
  }
});
