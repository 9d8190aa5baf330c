import { Fault } from '@coinbox/protocol';
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Session } from './connection.ts';

/** One file of `migrations/`: its number and name from the file's name, and what is in it. */
export type Migration = {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
  /** SHA-256 of the file, in hexadecimal. */
  readonly checksum: string;
};

const fileName = /^(\d{4})-([a-z0-9-]+)\.sql$/;

/** The migrations of this version, in order; their numbers are 1, 2, 3, … */
export function readMigrations(folder = join(import.meta.dirname, 'migrations')): Migration[] {
  return readdirSync(folder)
    .sort()
    .map((file, i) => {
      const [, number, name = ''] = fileName.exec(file) ?? [];
      if (Number(number) !== i + 1) throw new Error(`bug: ${file} is not migration ${i + 1}`);
      const sql = readFileSync(join(folder, file), 'utf8');
      const checksum = createHash('sha256').update(sql).digest('hex');
      return { number: i + 1, name, sql, checksum };
    });
}

/**
 * Brings the schema of the session to this version: what is missing is applied in order, all in one
 * transaction, under a lock that other starting processes wait for. Throws Fault startup-unsafe: a
 * migration was changed after it had been applied, or a newer version has been here.
 */
export async function migrate(
  session: Session,
  schema: string,
  migrations: readonly Migration[] = readMigrations(),
): Promise<void> {
  const missing = migrationsMissing(migrations, await applied(session, schema));
  if (missing.length === 0) return;
  await session.run('BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE');
  try {
    await session.run('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [
      `coinbox ledger ${schema}`,
    ]);
    await session.run(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
    await session.run(`CREATE TABLE IF NOT EXISTS migrations (
      number integer PRIMARY KEY,
      name text NOT NULL,
      checksum text NOT NULL,
      applied_at timestamptz NOT NULL DEFAULT now()
    )`);
    // Another process may have applied some while this one waited for the lock.
    for (const { number, name, sql, checksum } of migrationsMissing(
      migrations,
      await applied(session, schema),
    )) {
      await session.run(sql);
      await session.run('INSERT INTO migrations (number, name, checksum) VALUES ($1, $2, $3)', [
        number,
        name,
        checksum,
      ]);
    }
    await session.run('COMMIT');
  } catch (error) {
    if (session.isUsable) await session.run('ROLLBACK');
    throw error;
  }
}

type Applied = { readonly number: number; readonly checksum: string };

async function applied(session: Session, schema: string): Promise<readonly Applied[]> {
  const found = await session.run('SELECT to_regclass($1) IS NOT NULL AS found', [
    `${schema}.migrations`,
  ]);
  if (found.rows[0]?.found !== true) return [];
  const { rows } = await session.run('SELECT number, checksum FROM migrations ORDER BY number');
  return rows.map(({ number, checksum }) => ({
    number: Number(number),
    checksum: String(checksum),
  }));
}

/** What is still to be applied. Throws Fault startup-unsafe where the two do not fit. */
function migrationsMissing(
  migrations: readonly Migration[],
  done: readonly Applied[],
): readonly Migration[] {
  done.forEach(({ number, checksum }, i) => {
    const own = migrations[i];
    if (!own) {
      throw new Fault('startup-unsafe', `migration ${number} is of a newer version than this one`);
    }
    if (number !== own.number || checksum !== own.checksum) {
      throw new Fault('startup-unsafe', `migration ${own.number} was applied with other content`);
    }
  });
  return migrations.slice(done.length);
}
