import type { Ledger } from '@coinbox/ledger';
import { equalBytes, sha256, textBytes, toHex } from '@coinbox/protocol';
import { inTransaction } from '@coinbox/storage';
import { hash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { EMPTY_PROGRESS } from './schema.ts';

/**
 * Knows whether the records are what this issuer has made of this log. They are a snapshot of it: a
 * start reads them and the tail of the log, and not the log.
 */
export interface Seal {
  /**
   * `whole`: every row is as this issuer left it; `new`: there was no entry and no seal yet. It
   * reads all rows.
   */
  state(): 'whole' | 'broken' | 'new';
  /**
   * Is the entry up to which the records go, an entry of this log? True also where the log ends
   * before it: that is for `catchUp` to refuse.
   */
  isOf(ledger: Pick<Ledger, 'entry'>): Promise<boolean>;
  /** Throws all rows away: the records begin again before the first entry. */
  clear(): void;
}

const DIGEST_BYTES = 32;
/** Not of the log, or about the rows themselves. */
const UNSEALED = ['answers', 'seal'];

type Column = { readonly name: string; readonly type: string; readonly notnull: number };
type Table = { readonly name: string; readonly columns: readonly Column[] };

/**
 * Seals the records: from now on, every change that this connection makes to a row changes the
 * digest in the table `seal` in the same transaction, by triggers of the connection, so that no
 * statement can forget it. The digest is the XOR of a keyed SHA-256 of each row: whoever edits a
 * row, takes one out, puts one in, or brings the file of another issuer, and does not know the
 * `secret` of the log, does not get it right.
 */
export function sealRecords(database: DatabaseSync, secret: Uint8Array): Seal {
  const key = toHex(sha256(Buffer.concat([textBytes('coinbox records'), secret])));
  const tables = tablesOf(database);
  // As a text of 32 letters: to make a buffer for each of many rows costs more than to hash it.
  const hashOf = (row: string): string => hash('sha256', `${key} ${row}`, 'binary');
  database.function('coinbox_seal', { deterministic: true }, (digest, row) => {
    const changed = Uint8Array.from(digest as Uint8Array);
    xorInto(changed, hashOf(row as string));
    return changed;
  });
  // A REPLACE tells of the row that it takes away.
  database.exec('PRAGMA recursive_triggers = ON');
  for (const table of tables) database.exec(triggersOf(table));

  function digest(): Uint8Array {
    const all = new Uint8Array(DIGEST_BYTES);
    // A function that is called for each row costs less than rows that come out.
    database.function('coinbox_row', (row) => {
      xorInto(all, hashOf(row as string));
      return null;
    });
    for (const table of tables) {
      const row = rowText(table, 'r');
      database.prepare(`SELECT count(coinbox_row(${row})) FROM ${table.name} AS r`).get();
    }
    return all;
  }

  const progress = () => {
    const row = database.prepare('SELECT applied_index, entry_hash FROM progress').get() ?? {};
    return { index: row['applied_index'] as number, entryHash: row['entry_hash'] as Uint8Array };
  };

  return {
    state() {
      const sealed = database.prepare('SELECT digest FROM seal').get()?.['digest'];
      if (!(sealed instanceof Uint8Array)) return 'broken';
      if (equalBytes(sealed, digest())) return 'whole';
      const isNew = sealed.every((byte) => byte === 0) && progress().index === 0;
      return isNew ? 'new' : 'broken';
    },
    async isOf(ledger) {
      const { index, entryHash } = progress();
      const entry = index > 0 ? await ledger.entry(index) : undefined;
      return !entry || equalBytes(entry.hash, entryHash);
    },
    clear() {
      inTransaction(database, () => {
        for (const { name } of tables) database.exec(`DELETE FROM ${name}`);
        database.exec(EMPTY_PROGRESS);
        const put = 'INSERT OR REPLACE INTO seal (one, digest) VALUES (1, ?)';
        database.prepare(put).run(digest());
      });
    },
  };
}

function tablesOf(database: DatabaseSync): readonly Table[] {
  const names = database.prepare(
    "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
  );
  const columns = database.prepare('SELECT name, type, "notnull" FROM pragma_table_info(?)');
  return names
    .all()
    .map(({ name }) => name as string)
    .filter((name) => !UNSEALED.includes(name))
    .map((name) => ({ name, columns: columns.all(name) as Column[] }));
}

/** An SQL expression: the table and all values of one row of it, so that no two rows are alike. */
const rowText = ({ name, columns }: Table, row: string): string =>
  [`'${name}'`, ...columns.map((column) => valueText(column, row))].join(" || ',' || ");

/** What `quote` says, without its quotes where the type of a STRICT table needs none. */
function valueText({ name, type, notnull }: Column, row: string): string {
  if (notnull === 1 && type === 'INTEGER') return `${row}.${name}`;
  if (notnull === 1 && type === 'BLOB') return `hex(${row}.${name})`;
  return `quote(${row}.${name})`;
}

/** A row that comes is put into the digest, one that goes is taken out: XOR does both. */
function triggersOf(table: Table): string {
  const [before, after] = [rowText(table, 'OLD'), rowText(table, 'NEW')];
  const changes = {
    insert: `coinbox_seal(digest, ${after})`,
    update: `coinbox_seal(coinbox_seal(digest, ${before}), ${after})`,
    delete: `coinbox_seal(digest, ${before})`,
  };
  const make = ([kind, digest]: [string, string]): string =>
    `CREATE TEMP TRIGGER IF NOT EXISTS seal_${kind}_${table.name}
     AFTER ${kind} ON main.${table.name}
     BEGIN UPDATE seal SET digest = ${digest}; END;`;
  return Object.entries(changes).map(make).join('\n');
}

function xorInto(digest: Uint8Array, hashed: string): void {
  for (let at = 0; at < DIGEST_BYTES; at++) {
    digest[at] = (digest[at] as number) ^ hashed.charCodeAt(at);
  }
}
