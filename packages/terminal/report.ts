import { join } from 'node:path';
import { openDatabaseReader, storageFault } from '@coinbox/storage';
import { JOURNAL_FILE } from './journal-schema.ts';
import { replayEvents } from './journal.ts';

/** One session as the terminal's journal has it. Amounts are minor units. */
export type SessionReport = {
  readonly session: string;
  readonly offer: string;
  readonly provider: string;
  readonly payer: string;
  readonly stage: string;
  readonly held: bigint;
  readonly bill: string | null;
  readonly billed: bigint;
  readonly returned: bigint;
  readonly settled: bigint;
  readonly refunded: bigint;
  readonly refusals: bigint;
  readonly lastRefusal: string | null;
};

/**
 * What a terminal's folder says, for reconciliation. Made from the outside: the agent may be
 * running.
 */
export type TerminalReport = {
  readonly sessions: readonly SessionReport[];
  /** Events in the journal; the whole chain has been checked. */
  readonly events: number;
  /** Messages without an answer; answers since the last event are not counted. */
  readonly outbox: number;
};

const sessionQuery = `SELECT session, offer, provider, payer, stage, held, bill, billed, returned,
  settled, refunded, refusals, last_refusal AS lastRefusal FROM session ORDER BY session`;

/** Reads a terminal's journal and checks its chain. Faults: storage-failed, journal-corrupt. */
export function readTerminalReport(folder: string): TerminalReport {
  const database = openDatabaseReader(join(folder, JOURNAL_FILE));
  try {
    database.exec('BEGIN');
    const query = database.prepare(sessionQuery);
    query.setReadBigInts(true);
    const sessions = query.all() as SessionReport[];
    let events = 0;
    for (const event of replayEvents(database)) events += event.messages.length > 0 ? 1 : 0;
    const { count } = database.prepare('SELECT count(*) AS count FROM outbox').get() as {
      count: number;
    };
    return { sessions, events, outbox: count };
  } catch (cause) {
    throw storageFault(cause);
  } finally {
    database.close();
  }
}

/** What a session still holds for its payer: paid in, not settled, not refunded. */
export const stillHeld = (session: SessionReport): bigint =>
  session.held - session.settled - session.refunded;
