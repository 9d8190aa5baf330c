import { openMemoryRecords } from '@coinbox/issuer';
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';

/**
 * Issuers' records in memory, used again and again: making the tables of one costs a tenth of a
 * run. What is handed out holds what the beginning of the log gives, and nothing else.
 */
export interface RecordsPool {
  take(): DatabaseSync;
  /** Nobody uses it any more. One that was closed is forgotten. */
  giveBack(records: DatabaseSync): void;
}

type Row = Readonly<Record<string, SQLInputValue>>;
type Content = readonly { readonly table: string; readonly rows: readonly Row[] }[];

/** `first`: records as they are at the beginning; the pool takes them over. */
export function createRecordsPool(first: DatabaseSync): RecordsPool {
  const content = contentOf(first);
  const free: DatabaseSync[] = [first];
  return {
    take() {
      const records = free.pop() ?? openMemoryRecords();
      restore(records, content);
      return records;
    },
    giveBack(records) {
      if (records.isOpen) free.push(records);
    },
  };
}

function contentOf(records: DatabaseSync): Content {
  const tables = records.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all();
  return tables.map(({ name }) => {
    const table = name as string;
    return { table, rows: records.prepare(`SELECT * FROM ${table}`).all() as Row[] };
  });
}

function restore(records: DatabaseSync, content: Content): void {
  records.exec('BEGIN');
  for (const { table, rows } of content) {
    records.exec(`DELETE FROM ${table}`);
    const [first] = rows;
    if (!first) continue;
    const names = Object.keys(first);
    const places = names.map(() => '?').join(', ');
    const put = records.prepare(`INSERT INTO ${table} (${names.join(', ')}) VALUES (${places})`);
    for (const row of rows) put.run(...names.map((name) => row[name] as SQLInputValue));
  }
  records.exec('COMMIT');
}
