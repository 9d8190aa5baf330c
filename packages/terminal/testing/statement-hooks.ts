import { DatabaseSync, StatementSync } from 'node:sqlite';
import type { SQLInputValue } from 'node:sqlite';

/** What SQLite was asked to do; told before and after. */
export type StatementHook = (name: string) => void;

/**
 * Has `hook` called before and after each statement that writes, on every database of this program.
 * What it throws ends the statement's caller. Gives what takes the hook away.
 */
export function hookStatements(hook: StatementHook): () => void {
  const { exec } = DatabaseSync.prototype;
  const { run } = StatementSync.prototype;
  const around = <T>(name: string, work: () => T): T => {
    hook(`before ${name}`);
    const result = work();
    hook(`after ${name}`);
    return result;
  };
  DatabaseSync.prototype.exec = function (sql) {
    if (sql === 'ROLLBACK' || sql.startsWith('PRAGMA')) return exec.call(this, sql);
    return around(nameOf(sql), () => exec.call(this, sql));
  };
  StatementSync.prototype.run = function (
    this: StatementSync,
    ...values: readonly SQLInputValue[]
  ) {
    return around(nameOf(this.sourceSQL), () => Reflect.apply(run, this, values));
  } as StatementSync['run'];
  return () => {
    DatabaseSync.prototype.exec = exec;
    StatementSync.prototype.run = run;
  };
}

/** `INSERT INTO journal`, `COMMIT`. */
const nameOf = (sql: string): string =>
  /^\s*((?:INSERT INTO|DELETE FROM|UPDATE)\s+\w+|\w+)/.exec(sql)?.[1] ?? 'statement';
