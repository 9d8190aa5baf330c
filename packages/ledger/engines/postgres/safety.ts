import { Fault } from '@coinbox/protocol';
import type { Session } from './connection.ts';

/**
 * What an acknowledgement rests on: the settings, each with the values that are safe
 * (https://www.postgresql.org/docs/current/runtime-config-wal.html). `remote_write` and `local` are
 * weaker than `on`: a commit may be lost with one machine.
 */
const SAFE: Readonly<Record<string, readonly string[]>> = {
  fsync: ['on'],
  full_page_writes: ['on'],
  synchronous_commit: ['on', 'remote_apply'],
};

/** SQL that reads the settings back, as columns of their own names. */
export const SETTINGS = Object.keys(SAFE)
  .map((name) => `current_setting('${name}') AS ${name}`)
  .join(', ');

/** Throws Fault startup-unsafe unless every setting of a row of SETTINGS is safe. */
export function assertSafe(row: Readonly<Record<string, unknown>>): void {
  for (const [name, safe] of Object.entries(SAFE)) {
    const found = String(row[name]);
    if (!safe.includes(found)) {
      throw new Fault(
        'startup-unsafe',
        `PostgreSQL says ${name} = ${found}, not ${safe.join(' or ')}`,
      );
    }
  }
}

const OLDEST_SERVER = 150_000;

/**
 * What every connection passes before it is used: a server that is no standby, of version 15 or
 * later, with safe settings. Throws Fault startup-unsafe.
 */
export async function assertSafeServer(session: Session): Promise<void> {
  const { rows } = await session.run(
    `SELECT ${SETTINGS}, pg_is_in_recovery() AS standby,
       current_setting('server_version_num')::int AS version`,
  );
  const row = rows[0] ?? {};
  if (row.standby !== false) throw new Fault('startup-unsafe', 'the server is a standby');
  if (!(Number(row.version) >= OLDEST_SERVER)) {
    throw new Fault('startup-unsafe', `PostgreSQL ${row.version} is older than 15`);
  }
  assertSafe(row);
}
