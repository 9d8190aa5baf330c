import { DatabaseSync } from 'node:sqlite';

// A planted bug, loaded before the terminal's program: what is written is committed a little later
// than it is answered for.

const LATE_MS = 40;
const { exec } = DatabaseSync.prototype;
const late = new WeakSet<DatabaseSync>();
DatabaseSync.prototype.exec = function (sql) {
  const commit = (): void => {
    if (late.delete(this)) exec.call(this, 'COMMIT');
  };
  if (sql === 'COMMIT') {
    late.add(this);
    setTimeout(commit, LATE_MS);
    return;
  }
  if (sql === 'BEGIN IMMEDIATE') commit();
  exec.call(this, sql);
};
