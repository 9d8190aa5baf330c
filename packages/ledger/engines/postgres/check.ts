import { Fault, equalBytes } from '@coinbox/protocol';
import { GENESIS } from '../../entry.ts';
import type { Head } from '../../entry.ts';
import { checkLink } from '../../fold.ts';
import type { Session } from './connection.ts';
import { asFault } from './errors.ts';
import { ENTRY_COLUMNS, entryFrom, headFrom } from './values.ts';

/** How many of the last entries an opening checks, hash by hash. */
export const CHECKED_TAIL = 4096;

const UNEQUAL_SUMS = `SELECT asset, sum(balance) AS sum FROM accounts
  GROUP BY asset HAVING sum(balance) <> 0 LIMIT 1`;
const UNEQUAL_HOLDS = `SELECT a.id FROM accounts AS a FULL JOIN
    (SELECT account, sum(remaining) AS total FROM holds WHERE remaining > 0 GROUP BY account) AS h
    ON h.account = a.key
  WHERE coalesce(a.held, -1) <> coalesce(h.total, 0) LIMIT 1`;

/**
 * What every opening checks, in one snapshot, while other processes may go on: the head against the
 * last entries, that the balances of each asset sum to zero, and that what is held is what the
 * holds hold. It reads all accounts and holds once. Throws Fault ledger-corrupt.
 */
export async function checkOnOpen(session: Session): Promise<void> {
  await session.run('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  try {
    await checkTail(session);
    const [asset] = (await session.run(UNEQUAL_SUMS)).rows;
    if (asset) throw corrupt(`the balances of ${asset.asset} sum to ${asset.sum}, not to 0`);
    const [account] = (await session.run(UNEQUAL_HOLDS)).rows;
    if (account) throw corrupt(`the holds of ${account.id ?? 'no account'} do not add up`);
    await session.run('COMMIT');
  } catch (error) {
    const fault = asFault(error);
    throw fault instanceof Fault ? fault : corrupt('what is stored cannot be read', error);
  }
}

const corrupt = (what: string, cause?: unknown): Fault => new Fault('ledger-corrupt', what, cause);

const PAGE = 512;

async function checkTail(session: Session): Promise<void> {
  const [row] = (await session.run('SELECT entry, hash FROM head')).rows;
  if (!row) throw corrupt('the head is gone');
  const head = headFrom(row);
  const from = Math.max(1, head.index - CHECKED_TAIL + 1);
  let last: Head | undefined = from === 1 ? GENESIS : undefined;
  for (let after = from - 1; ; after += PAGE) {
    const { rows } = await session.run(
      `SELECT ${ENTRY_COLUMNS} FROM entries AS e
       WHERE number > $1 AND number <= $2 ORDER BY number`,
      [after, after + PAGE],
    );
    for (const found of rows) {
      const entry = entryFrom(found);
      checkLink(last ?? { index: from - 1, hash: entry.previousHash }, entry);
      last = { index: entry.index, hash: entry.hash };
    }
    if (rows.length === 0) break;
  }
  if (last?.index !== head.index || !equalBytes(last.hash, head.hash)) {
    throw corrupt('the head is not the last entry');
  }
}
