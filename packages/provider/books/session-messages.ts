import { join } from 'node:path';
import type { SessionId } from '@coinbox/protocol';
import { openDatabaseReader, storageFault } from '@coinbox/storage';
import { BOOK_FILE } from '../book-schema.ts';

const query = `
  SELECT bytes FROM (
    SELECT 1 AS kind, number, bytes FROM meter WHERE session = ?1
    UNION ALL SELECT 2, 0, bytes FROM bill WHERE session = ?1
    UNION ALL SELECT 3, 0, evidence.bytes FROM evidence JOIN bill USING (bill)
      WHERE bill.session = ?1
  ) ORDER BY kind, number`;

/**
 * Every signed message of one session that stands in a provider's book: its METERs, its BILL, and
 * what came of it. Made from the outside: the provider may be at work. Fault storage-failed.
 */
export function readBookMessages(folder: string, session: SessionId): readonly Uint8Array[] {
  const database = openDatabaseReader(join(folder, BOOK_FILE));
  try {
    return (database.prepare(query).all(session) as { bytes: Uint8Array }[]).map(
      ({ bytes }) => bytes,
    );
  } catch (cause) {
    throw storageFault(cause);
  } finally {
    database.close();
  }
}
