import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, describe, it } from 'node:test';
import { Fault } from '@coinbox/protocol';
import type { FaultCode } from '@coinbox/protocol';
import {
  inTransaction,
  openDatabase,
  openDatabaseReader,
  readPragma,
  storageFault,
} from './database.ts';

const folder = mkdtempSync(join(tmpdir(), 'coinbox-database-'));
after(() => rmSync(folder, { recursive: true }));
let files = 0;
const newFile = (): string => join(folder, `${++files}.db`);

const options = {
  schema: 'CREATE TABLE coin (n INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT',
  applicationId: 0x43425400,
  version: 3,
};
const names = (database: DatabaseSync): unknown[] =>
  database
    .prepare('SELECT name FROM coin ORDER BY n')
    .all()
    .map(({ name }) => name);
const fault =
  (code: FaultCode) =>
  (thrown: unknown): boolean =>
    thrown instanceof Fault && thrown.code === code;

describe('openDatabase()', () => {
  it('opens a file whose commits survive a power cut', () => {
    const database = openDatabase(newFile(), options);
    assert.equal(readPragma(database, 'journal_mode'), 'wal');
    // SQLite's manual, PRAGMA synchronous: 2 is FULL.
    assert.equal(readPragma(database, 'synchronous'), 2);
    assert.equal(readPragma(database, 'foreign_keys'), 1);
    assert.equal(readPragma(database, 'trusted_schema'), 0);
    assert.equal(readPragma(database, 'cell_size_check'), 1);
    database.close();
  });

  it('marks a new file as its own', () => {
    const database = openDatabase(newFile(), options);
    assert.equal(readPragma(database, 'application_id'), 0x43425400);
    assert.equal(readPragma(database, 'user_version'), 3);
    database.close();
  });

  it('finds what was written when it opens the file again', () => {
    const file = newFile();
    const first = openDatabase(file, options);
    first.exec("INSERT INTO coin (name) VALUES ('fen')");
    first.close();
    const second = openDatabase(file, options);
    assert.deepEqual(names(second), ['fen']);
    assert.equal(readPragma(second, 'synchronous'), 2);
    second.close();
  });

  it('refuses a database that cannot keep a write-ahead log', () => {
    assert.throws(() => openDatabase(':memory:', options), fault('startup-unsafe'));
  });

  const foreign: readonly (readonly [title: string, file: () => string, code: FaultCode])[] = [
    [
      'a file of another program',
      () => {
        const file = newFile();
        openDatabase(file, { ...options, applicationId: 7 }).close();
        return file;
      },
      'startup-unsafe',
    ],
    [
      'a file of another version',
      () => {
        const file = newFile();
        openDatabase(file, { ...options, version: 2 }).close();
        return file;
      },
      'startup-unsafe',
    ],
    [
      'a file that is no database',
      () => {
        const file = newFile();
        writeFileSync(file, 'a shopping list, longer than the header of a SQLite file '.repeat(20));
        return file;
      },
      'storage-failed',
    ],
    ['a file in a folder that is not there', () => join(folder, 'none', 'a.db'), 'storage-failed'],
  ];
  for (const [title, file, code] of foreign) {
    it(`refuses ${title}`, () => {
      assert.throws(() => openDatabase(file(), options), fault(code));
    });
  }

  it('leaves nothing behind of a schema that fails half-way', () => {
    const file = newFile();
    const broken = { ...options, schema: `${options.schema}; CREATE TABLE` };
    assert.throws(() => openDatabase(file, broken), fault('storage-failed'));
    const database = openDatabase(file, options);
    assert.deepEqual(names(database), []);
    database.close();
  });
});

describe('openDatabaseReader()', () => {
  it('reads what another connection has committed, while that one is open', () => {
    const file = newFile();
    const writer = openDatabase(file, options);
    const reader = openDatabaseReader(file);
    writer.exec("INSERT INTO coin (name) VALUES ('jiao')");
    assert.deepEqual(names(reader), ['jiao']);
    assert.throws(() => reader.exec("INSERT INTO coin (name) VALUES ('yuan')"), /readonly/);
    reader.close();
    writer.close();
  });

  it('refuses a file that is not there, and one that is no database', () => {
    assert.throws(() => openDatabaseReader(newFile()), fault('storage-failed'));
    const file = newFile();
    copyFileSync(import.meta.filename, file);
    assert.throws(() => openDatabaseReader(file), fault('storage-failed'));
  });
});

describe('inTransaction()', () => {
  it('commits what the work has written, and gives its result', () => {
    const database = openDatabase(newFile(), options);
    const result = inTransaction(database, () => {
      database.exec("INSERT INTO coin (name) VALUES ('fen')");
      return 42;
    });
    assert.equal(result, 42);
    assert.equal(database.isTransaction, false);
    assert.deepEqual(names(database), ['fen']);
    database.close();
  });

  it('rolls everything back when the work throws, and throws the very same', () => {
    const database = openDatabase(newFile(), options);
    const thrown = new Error('the machine is on fire');
    const work = (): never => {
      database.exec("INSERT INTO coin (name) VALUES ('fen')");
      throw thrown;
    };
    assert.throws(
      () => inTransaction(database, work),
      (error) => error === thrown,
    );
    assert.deepEqual(names(database), []);
    assert.equal(database.isTransaction, false);
    database.close();
  });

  it('rolls back and tells of storage-failed when a constraint does not hold', () => {
    const database = openDatabase(newFile(), options);
    const work = (): void => database.exec("INSERT INTO coin (name) VALUES ('fen'), ('fen')");
    assert.throws(() => inTransaction(database, work), fault('storage-failed'));
    assert.deepEqual(names(database), []);
    database.close();
  });

  it('tells of storage-full when there is no room, keeps what was there, and goes on', () => {
    const database = openDatabase(newFile(), options);
    inTransaction(database, () => database.exec("INSERT INTO coin (name) VALUES ('fen')"));
    const pages = readPragma(database, 'page_count') as number;
    database.exec(`PRAGMA max_page_count=${pages + 1}`);
    const insert = database.prepare('INSERT INTO coin (name) VALUES (?)');
    const big = 'x'.repeat(65_536);
    assert.throws(() => inTransaction(database, () => insert.run(big)), fault('storage-full'));
    assert.deepEqual(names(database), ['fen']);
    inTransaction(database, () => insert.run('jiao'));
    assert.deepEqual(names(database), ['fen', 'jiao']);
    database.close();
  });

  it('tells of storage-failed when it cannot even begin', () => {
    const file = newFile();
    openDatabase(file, options).close();
    const database = openDatabase(file, options);
    const work = (): void => inTransaction(database, () => undefined);
    assert.throws(() => inTransaction(database, work), fault('storage-failed'));
    database.close();
  });
});

describe('storageFault()', () => {
  it('leaves alone what does not come from SQLite', () => {
    const cause = new Error('not of a database');
    assert.equal(storageFault(cause), cause);
  });

  it('keeps the cause', () => {
    const cause = Object.assign(new Error('full'), { code: 'ERR_SQLITE_ERROR', errcode: 13 });
    const made = storageFault(cause);
    assert.ok(made instanceof Fault);
    assert.equal(made.code, 'storage-full');
    assert.equal(made.cause, cause);
  });
});
