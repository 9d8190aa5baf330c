import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Fault } from '@coinbox/protocol';
import pg from 'pg';
import { postgresMissing, startPostgres } from '../../testing/postgres-server.ts';
import type { PostgresServer } from '../../testing/postgres-server.ts';
import { openSession } from './connection.ts';
import type { Session } from './connection.ts';
import { createPostgresLocks } from './locks.ts';
import type { PostgresLocks } from './locks.ts';
import { migrate, readMigrations } from './migrate.ts';

// Sessions, and what needs nothing but a session, on one server.

const isLost = (error: unknown) => error instanceof Fault && error.code === 'unreachable';
const isUnsafe = (error: unknown) => error instanceof Fault && error.code === 'startup-unsafe';

const skip = postgresMissing() ?? false;
let server: PostgresServer;
before(async () => {
  if (!skip) server = await startPostgres();
});
after(async () => {
  if (!skip) await server.discard();
});

describe('a session with PostgreSQL', { skip }, () => {
  let session: Session;
  beforeEach(async () => {
    session = await openSession({ url: server.url(), schema: 'own', answerWithinMs: 300 });
  });
  afterEach(() => session.close());

  test('reads integers to the last unit, and sums beyond 64 bits', async () => {
    const { rows } = await session.run(
      `SELECT n, sum(n) OVER () AS sum, n > 0 AS positive, length(b) AS length, b, NULL AS nothing
       FROM unnest($1::bigint[], $2::bytea[]) AS u (n, b)`,
      [
        ['9223372036854775807', '9223372036854775806'],
        [Uint8Array.of(0, 255), Uint8Array.of()],
      ],
    );
    const sum = 18_446_744_073_709_551_613n; // 2^63−1 + 2^63−2
    const rest = { sum, positive: true, nothing: null };
    assert.deepEqual(rows, [
      { n: 9_223_372_036_854_775_807n, length: 2, b: Uint8Array.of(0, 255), ...rest },
      { n: 9_223_372_036_854_775_806n, length: 0, b: Uint8Array.of(), ...rest },
    ]);
  });

  test('leaves the rest of the program its own way of reading', async () => {
    const { rows } = await server.query('SELECT 1::bigint AS n');
    assert.deepEqual(rows, [{ n: '1' }]);
    assert.equal(pg.types.getTypeParser(20)('1'), '1');
  });

  test('answers in the order of what was sent, also after an error', async () => {
    const answers = await Promise.allSettled([
      session.run('SELECT 1 AS n'),
      session.run('SELECT 1 / 0 AS n'),
      session.run('SELECT 3 AS n'),
    ]);
    const words = answers.map((one) =>
      one.status === 'fulfilled' ? one.value.rows[0]?.n : (one.reason as { code: string }).code,
    );
    assert.deepEqual(words, [1, '22012', 3]); // division_by_zero
  });

  test('keeps warnings until they are looked at, and nothing less than a warning', async () => {
    await session.run('ROLLBACK');
    await session.run('DROP TABLE IF EXISTS nothing');
    assert.deepEqual(session.takeWarnings(), ['there is no transaction in progress']);
    assert.deepEqual(session.takeWarnings(), []);
  });

  test('is of no more use once an answer has not come in time', async () => {
    const slow = session.run('SELECT pg_sleep(5)');
    const behind = session.run('SELECT 1');
    await assert.rejects(slow, /timeout/);
    await assert.rejects(behind);
    assert.equal(session.isUsable, false);
    await assert.rejects(session.run('SELECT 1'), isLost);
  });

  test('is of no more use once it was dropped, and what was under way fails', async () => {
    const slow = assert.rejects(session.run('SELECT pg_sleep(5)'));
    session.drop();
    await slow;
    await assert.rejects(session.run('SELECT 1'), isLost);
  });
});

describe('locks in PostgreSQL', { skip }, () => {
  let one: PostgresLocks;
  let other: PostgresLocks;
  beforeEach(() => {
    [one, other] = [open(), open()];
  });
  afterEach(async () => {
    await one.close();
    await other.close();
  });

  const open = (schema = 'own') => createPostgresLocks({ url: server.url(), schema });

  /** Runs for 100 ms under the keys, and tells when it begins and ends. */
  const working = (locks: PostgresLocks, keys: readonly string[], name: string, told: string[]) =>
    locks.run(keys, async () => {
      told.push(`${name} begins`);
      await sleep(100);
      told.push(`${name} ends`);
    });

  test('two holders run one after the other where they share a key', async () => {
    const told: string[] = [];
    const first = working(one, ['a', 'b'], 'one', told);
    await sleep(50);
    await Promise.all([first, working(other, ['b', 'c'], 'other', told)]);
    assert.deepEqual(told, ['one begins', 'one ends', 'other begins', 'other ends']);
  });

  test('two holders run at the same time where they share none, or another ledger', async () => {
    const told: string[] = [];
    const elsewhere = open('elsewhere');
    await Promise.all([
      working(one, ['a'], 'one', told),
      working(other, ['b'], 'other', told),
      working(elsewhere, ['a'], 'elsewhere', told),
    ]);
    assert.deepEqual(told.slice(0, 3).sort(), ['elsewhere begins', 'one begins', 'other begins']);
    await elsewhere.close();
  });

  test('keys in opposite order, again and again, are all had in the end', async () => {
    let inside = 0;
    const work = async (): Promise<void> => {
      assert.equal((inside += 1), 1);
      await sleep(1);
      inside -= 1;
    };
    for (let n = 0; n < 20; n++) {
      await Promise.all([one.run(['a', 'b'], work), other.run(['b', 'a'], work)]);
    }
  });

  test('work that throws lets go, and its error comes through', async () => {
    const failing = one.run(['a', 'a'], () => Promise.reject(new Error('mine')));
    await assert.rejects(failing, /mine/);
    assert.equal(await other.run(['a'], () => Promise.resolve('had')), 'had');
  });

  test('a holder that is gone holds nothing', async () => {
    const never = one.run(['a'], () => sleep(2000));
    await sleep(50);
    await server.query(
      `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'`,
    );
    assert.equal(await other.run(['a'], () => Promise.resolve('had')), 'had');
    await never;
    assert.equal(await one.run(['a'], () => Promise.resolve('had')), 'had');
  });

  test('a database that is not there is a fault', async () => {
    const nowhere = createPostgresLocks({ url: 'postgres://127.0.0.1:1/x' });
    await assert.rejects(
      nowhere.run(['a'], () => Promise.resolve()),
      isLost,
    );
  });
});

describe('migrations', { skip }, () => {
  let session: Session;
  let folder: string;
  let schemas = 0;
  let schema = '';
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'migrations-'));
    writeFileSync(join(folder, '0001-one.sql'), 'CREATE TABLE one (n integer)');
    writeFileSync(join(folder, '0002-two.sql'), 'ALTER TABLE one ADD m integer; SELECT 1');
    schema = `migrations_${(schemas += 1)}`;
    session = await openSession({ url: server.url(), schema, answerWithinMs: 10_000 });
  });
  afterEach(async () => {
    await session.close();
    rmSync(folder, { recursive: true });
  });

  const applied = async () =>
    (await session.run('SELECT number, name FROM migrations ORDER BY number')).rows;
  const both = [
    { number: 1, name: 'one' },
    { number: 2, name: 'two' },
  ];

  test('are applied in order, each once', async () => {
    await migrate(session, schema, readMigrations(folder));
    assert.deepEqual(await applied(), both);
    await migrate(session, schema, readMigrations(folder));
    assert.deepEqual(await applied(), both);
    await session.run('INSERT INTO one (n, m) VALUES (1, 2)');
  });

  test('a later version applies what is missing', async () => {
    const migrations = readMigrations(folder);
    await migrate(session, schema, migrations.slice(0, 1));
    assert.deepEqual(await applied(), both.slice(0, 1));
    await migrate(session, schema, migrations);
    assert.deepEqual(await applied(), both);
  });

  test('one that was changed after it had been applied is refused', async () => {
    await migrate(session, schema, readMigrations(folder));
    writeFileSync(join(folder, '0001-one.sql'), 'CREATE TABLE one (n bigint)');
    await assert.rejects(migrate(session, schema, readMigrations(folder)), isUnsafe);
  });

  test('a schema of a newer version is refused', async () => {
    const migrations = readMigrations(folder);
    await migrate(session, schema, migrations);
    await assert.rejects(migrate(session, schema, migrations.slice(0, 1)), isUnsafe);
  });

  test('one that fails takes all that came with it back', async () => {
    writeFileSync(join(folder, '0002-two.sql'), 'CREATE TABLE two (n integer); SELECT nothing');
    await assert.rejects(migrate(session, schema, readMigrations(folder)), /nothing/);
    const { rows } = await session.run('SELECT to_regclass($1) AS found', [`${schema}.one`]);
    assert.deepEqual(rows, [{ found: null }]);
  });

  test('a folder with a gap in its numbers is a bug', () => {
    writeFileSync(join(folder, '0004-four.sql'), 'SELECT 1');
    assert.throws(() => readMigrations(folder), /bug: 0004-four\.sql is not migration 3/);
  });

  test('those of the ledger are named and numbered as they must be', () => {
    const [first] = readMigrations();
    assert.deepEqual([first?.number, first?.name], [1, 'ledger']);
  });
});
