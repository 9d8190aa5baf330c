import { DatabaseSync } from 'node:sqlite';

// A planted bug, loaded before the terminal's program: the disk is not waited for. The setting is
// changed behind the check at the opening of a file.

const { exec } = DatabaseSync.prototype;
DatabaseSync.prototype.exec = function (sql) {
  if (sql === 'BEGIN IMMEDIATE') exec.call(this, 'PRAGMA synchronous=NORMAL');
  exec.call(this, sql);
};
