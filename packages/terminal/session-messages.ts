import { join } from 'node:path';
import { Fault } from '@coinbox/protocol';
import type { SessionId } from '@coinbox/protocol';
import { openDatabaseReader, storageFault } from '@coinbox/storage';
import { decodeEvent } from './events.ts';
import { JOURNAL_FILE } from './journal-schema.ts';

const query = `SELECT event, place FROM message JOIN journal USING (n)
  WHERE session = ?1 OR offer = (SELECT offer FROM session WHERE session = ?1) ORDER BY n, place`;

/**
 * Every signed message of one session that stands in a terminal's journal, oldest first: from the
 * OFFER to the RECEIPTs. Made from the outside: the agent may be running. Faults: storage-failed,
 * journal-corrupt.
 */
export function readSessionMessages(folder: string, session: SessionId): readonly Uint8Array[] {
  const database = openDatabaseReader(join(folder, JOURNAL_FILE));
  try {
    const rows = database.prepare(query).all(session) as { event: Uint8Array; place: number }[];
    return rows.map(({ event, place }) => {
      const decoded = decodeEvent(event);
      const message = decoded.ok ? decoded.value.messages[place] : undefined;
      if (!message) throw new Fault('journal-corrupt', 'an event cannot be read');
      return message;
    });
  } catch (cause) {
    throw cause instanceof Fault ? cause : storageFault(cause);
  } finally {
    database.close();
  }
}
