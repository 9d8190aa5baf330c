import { Fault } from '@coinbox/protocol';
import { mkdirSync, readFileSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { TILE_WIDTH, tileFrom } from './tile.ts';
import type { Tile } from './tile.ts';
import { tilePath } from './tile-path.ts';
import type { TileName } from './tile-path.ts';

/** The files of a log below its folder, under the names that the log is served by. */
export interface TileFiles {
  /** A full tile of hashes; undefined where there is none, or not a whole one. */
  read(level: number, number: number): Tile | undefined;
  /** The note with the checkpoint, unchecked. */
  readCheckpoint(): string | undefined;
  /** Resolves when the files are on the disk, each old or new and never part of either. */
  write(files: readonly (TileName & { readonly bytes: Uint8Array })[]): Promise<void>;
  writeCheckpoint(note: string): Promise<void>;
  /** Takes away what was there before the tile was full. */
  dropPartial(name: Pick<TileName, 'level' | 'number'>): Promise<void>;
}

export const CHECKPOINT_FILE = 'checkpoint';

/** At most this many files are written at once. */
const MOST_AT_ONCE = 16;

/** Anybody may read them: they are served to anybody. */
const FILE_MODE = 0o644;

async function sync(folder: string): Promise<void> {
  const opened = await open(folder, 'r');
  try {
    await opened.sync();
  } finally {
    await opened.close();
  }
}

/** A file with its content on the disk; its name is on the disk when its folder is. */
async function put(file: string, content: string | Uint8Array): Promise<void> {
  const temporary = `${file}.new`;
  const opened = await open(temporary, 'w', FILE_MODE);
  try {
    await opened.writeFile(content);
    await opened.sync();
  } finally {
    await opened.close();
  }
  await rename(temporary, file);
}

const codeOf = (cause: unknown): unknown => (cause as { code?: unknown }).code;
const isMissing = (cause: unknown): boolean => codeOf(cause) === 'ENOENT';

function fileFault(cause: unknown): Fault {
  const isFull = codeOf(cause) === 'ENOSPC' || codeOf(cause) === 'EDQUOT';
  return isFull
    ? new Fault('storage-full', 'the disk is full', cause)
    : new Fault('storage-failed', 'a file of the log', cause);
}

function readIfThere(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch (cause) {
    if (isMissing(cause)) return undefined;
    throw fileFault(cause);
  }
}

/** The files in a folder, which is made. Throws Fault storage-failed, storage-full. */
export function openTileFiles(folder: string): TileFiles {
  const pathOf = (name: TileName): string => join(folder, tilePath(name));
  try {
    mkdirSync(folder, { recursive: true });
  } catch (cause) {
    throw fileFault(cause);
  }

  return {
    read(level, number) {
      const bytes = readIfThere(pathOf({ level, number, width: TILE_WIDTH }));
      return bytes && tileFrom(bytes, TILE_WIDTH);
    },
    readCheckpoint: () => readIfThere(join(folder, CHECKPOINT_FILE))?.toString('utf8'),
    async write(files) {
      const folders = new Set(files.map((file) => dirname(pathOf(file))));
      try {
        for (const one of folders) await mkdir(one, { recursive: true });
        for (let at = 0; at < files.length; at += MOST_AT_ONCE) {
          const some = files.slice(at, at + MOST_AT_ONCE);
          await Promise.all(some.map((file) => put(pathOf(file), file.bytes)));
        }
        for (const one of folders) await sync(one);
      } catch (cause) {
        throw fileFault(cause);
      }
    },
    async writeCheckpoint(note) {
      try {
        await put(join(folder, CHECKPOINT_FILE), note);
        await sync(folder);
      } catch (cause) {
        throw fileFault(cause);
      }
    },
    async dropPartial(name) {
      const full = pathOf({ ...name, width: TILE_WIDTH });
      await rm(`${full}.p`, { recursive: true, force: true });
    },
  };
}

/** A file of the log was changed by somebody else. */
export const damaged = (what: string): Fault =>
  new Fault(
    'storage-failed',
    `${what} of the log is damaged: delete the folder of the log and start again`,
  );
