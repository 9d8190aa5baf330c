import { Fault, assert } from '@coinbox/protocol';
import type { Asset } from '@coinbox/protocol';
import { NO_STANDING } from '../../account.ts';
import { recordedOf } from '../../entry.ts';
import { MAX_PAGE } from '../../ledger.ts';
import type { AsOf, EntriesQuery, Ledger, Statement as AccountStatement } from '../../ledger.ts';
import type { Rows, Session, Statement } from './connection.ts';
import {
  ACCOUNT_COLUMNS,
  ENTRY_COLUMNS,
  HOLD_COLUMNS,
  accountFrom,
  entryFrom,
  headFrom,
  holdFrom,
  numberFrom,
  standingFrom,
} from './values.ts';
import type { Row } from './values.ts';

/**
 * The reads of `Ledger`. Each is one statement, which sees one committed state: what is found and
 * the head that it is as of.
 */
export type Reads = Omit<Ledger, 'post' | 'close'>;

/** After every id that begins with the prefix: ids end at `~`, 0x7e. */
const endOf = (prefix: string): string => `${prefix}\x7f`;

/** What was found beside the head, which is there even where nothing was found. */
const besideHead = (found: string): string =>
  `SELECT o.entry AS as_of, f.* FROM head AS o LEFT JOIN LATERAL (${found}) AS f ON true`;

const FROM_ENTRIES = `SELECT ${ENTRY_COLUMNS} FROM entries AS e`;
const FROM_LEGS = `SELECT ${ENTRY_COLUMNS} FROM legs AS l JOIN entries AS e ON e.number = l.entry
  WHERE l.account = (SELECT a.key FROM accounts AS a WHERE a.id = $3)`;

const LEG_BEFORE = `SELECT l.balance, l.held FROM legs AS l
  WHERE l.account = (SELECT a.key FROM accounts AS a WHERE a.id = $1) AND l.entry <= $2
  ORDER BY l.entry DESC LIMIT 1`;
const LEGS_BETWEEN = `SELECT ${ENTRY_COLUMNS}, l.balance, l.held
  FROM legs AS l JOIN entries AS e ON e.number = l.entry
  WHERE l.account = (SELECT a.key FROM accounts AS a WHERE a.id = $1)
    AND l.entry > $2 AND l.entry <= $3
  ORDER BY l.entry LIMIT $4`;

const statements = {
  head: 'SELECT entry, hash FROM head',
  entry: `${FROM_ENTRIES} WHERE e.number = $1`,
  'entry-of': `${FROM_ENTRIES} WHERE e.id = $1`,
  account: besideHead(`SELECT ${ACCOUNT_COLUMNS} FROM accounts AS a WHERE a.id = $1`),
  standing: besideHead(LEG_BEFORE),
  statement: `SELECT o.entry AS as_of, b.balance AS opening_balance, b.held AS opening_held, f.*
    FROM head AS o LEFT JOIN LATERAL (${LEG_BEFORE}) AS b ON true
    LEFT JOIN LATERAL (${LEGS_BETWEEN}) AS f ON true ORDER BY f.number`,
  hold: besideHead(`SELECT ${HOLD_COLUMNS} FROM holds AS h JOIN accounts AS a ON a.key = h.account
    WHERE h.id = $1`),
  claim: 'SELECT e.id FROM claims AS c JOIN entries AS e ON e.number = c.entry WHERE c.key = $1',
  series: 'SELECT last FROM series WHERE name = $1',
  accounts: `${besideHead(`SELECT ${ACCOUNT_COLUMNS} FROM accounts AS a
    WHERE a.id > $1 AND a.id >= $2 AND a.id < $3 ORDER BY a.id LIMIT $4`)} ORDER BY f.id`,
  entries: listed(`${FROM_ENTRIES} WHERE e.number > $1 ORDER BY e.number LIMIT $2`),
  'entries-of-code': listed(`${FROM_ENTRIES} WHERE e.number > $1 AND e.code = $3
    ORDER BY e.number LIMIT $2`),
  'entries-of-account': listed(`${FROM_LEGS} AND l.entry > $1 ORDER BY l.entry LIMIT $2`),
  'entries-of-both': listed(`${FROM_LEGS} AND e.code = $4 AND l.entry > $1
    ORDER BY l.entry LIMIT $2`),
  sum: `SELECT o.entry AS as_of, f.* FROM head AS o CROSS JOIN (
      SELECT coalesce(sum(balance), 0) AS balance, coalesce(sum(held), 0) AS held
      FROM accounts WHERE id >= $1 AND id < $2 AND asset = $3) AS f`,
} as const;

function listed(found: string): string {
  return `${besideHead(found)} ORDER BY f.number`;
}

/** The reads over sessions: `take` answers with one that is usable. Every read throws Fault. */
export function createReads(take: () => Promise<Session>): Reads {
  const read = async (name: keyof typeof statements, ...values: unknown[]): Promise<Rows> => {
    const statement: Statement = { name, text: statements[name] };
    return (await take()).run(statement, values);
  };
  const one = async <T>(from: (row: Row) => T, sent: Promise<Rows>): Promise<T | undefined> => {
    const [row] = (await sent).rows;
    return row && from(row);
  };
  const entryBy = async (name: 'entry' | 'entry-of', key: string | number) =>
    one(entryFrom, read(name, key));
  return {
    async outcome(id) {
      const entry = await entryBy('entry-of', id);
      return entry && { ...recordedOf(entry), replayed: true };
    },
    entry: (index) => entryBy('entry', index),
    entryOf: (id) => entryBy('entry-of', id),
    account: async (id) => besideItsHead(await read('account', id), accountFrom),
    async standing(id, index) {
      const row = headRow(await read('standing', id, index));
      if (row.balance === null) return undefined;
      return { ...standingFrom(row), asOf: Math.min(index, asOf(row).asOf) };
    },
    async statement({ account, after = 0, upTo = Number.MAX_SAFE_INTEGER, limit }) {
      checkLimit(limit);
      return statementFrom(await read('statement', account, after, upTo, limit));
    },
    hold: async (id) => besideItsHead(await read('hold', id), holdFrom),
    claim: async (key) => one((row) => row.id as string, read('claim', key)),
    series: async (name) => (await one((row) => numberFrom(row.last), read('series', name))) ?? 0,
    async accounts({ after = '', limit, prefix = '' }) {
      checkLimit(limit);
      return pageOf(await read('accounts', after, prefix, endOf(prefix), limit), accountFrom);
    },
    async entries(query) {
      checkLimit(query.limit);
      return pageOf(await readEntries(read, query), entryFrom);
    },
    async sumOf(prefix: string, asset: Asset) {
      const row = headRow(await read('sum', prefix, endOf(prefix), asset));
      return { balance: row.balance as bigint, held: row.held as bigint, ...asOf(row) };
    },
    head: async () => headFrom(headRow(await read('head'))),
  };
}

function readEntries(
  read: (name: keyof typeof statements, ...values: unknown[]) => Promise<Rows>,
  { after = 0, limit, code, account }: EntriesQuery,
): Promise<Rows> {
  if (account !== undefined && code !== undefined) {
    return read('entries-of-both', after, limit, account, code);
  }
  if (account !== undefined) return read('entries-of-account', after, limit, account);
  if (code !== undefined) return read('entries-of-code', after, limit, code);
  return read('entries', after, limit);
}

const asOf = (row: Row): AsOf => ({ asOf: numberFrom(row.as_of) });

/** The first row, which is there as long as the head is. */
function headRow({ rows }: Rows): Row {
  const [row] = rows;
  if (!row) throw new Fault('ledger-corrupt', 'the head is gone');
  return row;
}

/** One thing with the head beside it; undefined where the head stands alone. */
function besideItsHead<T>(rows: Rows, from: (row: Row) => T): (T & AsOf) | undefined {
  const row = headRow(rows);
  return row.id === null ? undefined : { ...from(row), ...asOf(row) };
}

function pageOf<T>(rows: Rows, from: (row: Row) => T): { items: T[]; asOf: number } {
  const first = headRow(rows);
  const items = first.id === null ? [] : rows.rows.map(from);
  return { items, ...asOf(first) };
}

function statementFrom(rows: Rows): AccountStatement {
  const first = headRow(rows);
  const { opening_balance: balance, opening_held: held } = first;
  const opening = balance === null ? NO_STANDING : standingFrom({ balance, held });
  const lines = first.id === null ? [] : rows.rows;
  const items = lines.map((row) => ({ entry: entryFrom(row), ...standingFrom(row) }));
  return { opening, items, ...asOf(first) };
}

function checkLimit(limit: number): void {
  assert(Number.isInteger(limit) && limit >= 1 && limit <= MAX_PAGE, `limit ${limit}`);
}
