import { chmodSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { closeSync, fchmodSync, fsyncSync, openSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Fault } from '@coinbox/protocol';
import { storageFault } from './database.ts';

/** Only the owner may enter: keys lie in here. */
const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;

/** Makes the data folder of a party (owner only) if it is not there. */
export function makeFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: FOLDER_MODE });
  chmodSync(folder, FOLDER_MODE);
}

/**
 * Writes a file so that after a power cut it is either the old or the new one: temporary file,
 * fsync, rename, fsync of the folder.
 */
export function writeFileDurably(file: string, content: string | Uint8Array): void {
  const temporary = `${file}.new`;
  const descriptor = openSync(temporary, 'w', FILE_MODE);
  try {
    // The mode given to openSync counts for a new file only.
    fchmodSync(descriptor, FILE_MODE);
    writeFileSync(descriptor, content);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(temporary, file);
  const folder = openSync(dirname(file), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/**
 * A JSON file of a data folder. Faults: not-initialised where it is missing, config-invalid where
 * it is not JSON.
 */
export function readJsonFile(folder: string, name: string): unknown {
  const file = join(folder, name);
  if (!existsSync(file)) {
    throw new Fault('not-initialised', `${file} is missing: make the folder with "init" first`);
  }
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new Fault('config-invalid', `${file} is not JSON`, cause);
  }
}

export function writeJsonFile(folder: string, name: string, content: unknown): void {
  writeFileDurably(join(folder, name), `${JSON.stringify(content, null, 2)}\n`);
}

/** A file with secrets must belong to its owner alone. Fault startup-unsafe. */
export function checkSecretFile(file: string): void {
  const { mode, uid } = statSync(file);
  if ((mode & 0o077) !== 0) {
    throw new Fault('startup-unsafe', `${file} can be read by others: chmod 600 ${file}`);
  }
  const self = process.getuid?.();
  if (self !== undefined && self !== 0 && uid !== self) {
    throw new Fault('startup-unsafe', `${file} belongs to another user`);
  }
}

/** One program at a time in a data folder. */
export type FolderLock = { release(): void };

const SQLITE_BUSY = 5;

/**
 * Locks a data folder for as long as this process lives. The lock is the kernel's (SQLite's
 * exclusive lock on a file of its own), so that it is gone when the process is, however it ended.
 * Faults: not-initialised where there is no such folder, already-running, storage-failed.
 */
export function lockFolder(folder: string): FolderLock {
  if (!existsSync(folder)) throw new Fault('not-initialised', `there is no folder ${folder}`);
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(join(folder, 'lock'));
    database.exec('PRAGMA journal_mode=MEMORY; BEGIN EXCLUSIVE');
  } catch (cause) {
    database?.close();
    if ((cause as { errcode?: unknown }).errcode !== SQLITE_BUSY) throw storageFault(cause);
    throw new Fault('already-running', `another program has ${folder} open`, cause);
  }
  return { release: () => database.close() };
}
