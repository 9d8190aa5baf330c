import { Fault, equalBytes } from '@coinbox/protocol';
import type { Head } from '../../entry.ts';
import type { Session } from './connection.ts';
import { SETTINGS, assertSafe } from './safety.ts';
import { headFrom, numberFrom } from './values.ts';

/**
 * Takes the lock on the head, and reads with it what the head is. One lock for all of a ledger, on
 * purpose: an entry carries the hash of the one before it, so entries of two processes can only be
 * made one after the other, and an index without gaps says the same. Whoever waits here sees, in
 * READ COMMITTED, all that the one before has committed: the statements after this one take a new
 * snapshot each. So nothing can change between a read and the commit that rests on it, and there is
 * nothing to serialize again. A commit of some hundred groups holds it for some milliseconds.
 */
const LOCK_HEAD = {
  name: 'lock-head',
  text: `SELECT entry, hash, accounts, ${SETTINGS},
    (SELECT e.hash FROM entries AS e WHERE e.number = $1) AS witness
    FROM head FOR UPDATE`,
};

/**
 * Begins a transaction whose statements each see what was committed when they began, whatever the
 * database has as its default: what `lockHead` rests on.
 */
export const BEGIN = 'BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE';

/** The head, and the last key that an account has. */
export type LockedHead = { readonly head: Head; readonly accounts: number };

/** The last head that a ledger has seen or made. Owned by one open ledger, for all its sessions. */
export type Witness = { seen: Head };

/**
 * Takes the lock in the open transaction of `session`. Throws Fault startup-unsafe where a setting
 * was changed; ledger-corrupt where an entry that was seen is gone or is another one: the database
 * was restored from an older state, or is a standby that lacked entries when it was promoted.
 */
export async function lockHead(session: Session, { seen }: Witness): Promise<LockedHead> {
  const { rows } = await session.run(LOCK_HEAD, [seen.index]);
  const [row] = rows;
  if (!row) throw new Fault('ledger-corrupt', 'the head is gone');
  assertSafe(row);
  const { witness } = row;
  if (seen.index > 0 && !(witness instanceof Uint8Array && equalBytes(witness, seen.hash))) {
    const what = `the database lacks entry ${seen.index}, which it had`;
    throw new Fault('ledger-corrupt', `${what}: it went back to an older state`);
  }
  return { head: headFrom(row), accounts: numberFrom(row.accounts) };
}

/**
 * A commit that changes nothing and still waits as every commit does: when it returns, all that
 * this session can see is as durable as an acknowledgement. A server that crashed while a commit
 * waited for the standby shows it after its recovery, though the standby may lack it.
 */
export async function passBarrier(session: Session, witness: Witness): Promise<LockedHead> {
  await session.run(BEGIN);
  const locked = await lockHead(session, witness);
  await commitSession(session);
  return locked;
}

/**
 * Sends COMMIT. When it returns, the transaction is on the disk, and on the synchronous standbys
 * where there are any. Throws Fault storage-failed where the server committed here and gave up
 * waiting for them: it says COMMIT then, and only warns.
 */
export async function commitSession(session: Session): Promise<void> {
  session.takeWarnings();
  const { command } = await session.run('COMMIT');
  const [warning] = session.takeWarnings();
  if (warning !== undefined) {
    throw new Fault('storage-failed', `PostgreSQL has not made sure of a commit: ${warning}`);
  }
  if (command !== 'COMMIT') throw new Fault('storage-failed', `COMMIT was a ${command}`);
}
