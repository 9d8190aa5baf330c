import {
  existsSync,
  mkdtempSync,
  openSync,
  closeSync,
  fsyncSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Fault, ed25519Library } from '@coinbox/protocol';
import { checkSecretFile, lockFolder, openDatabase, readPragma } from '@coinbox/storage';
import { describeError } from '../exit-codes.ts';

export type Finding = {
  readonly name: string;
  readonly state: 'ok' | 'warning' | 'failed';
  readonly found: string;
  /** What to do about it, where there is something to do. */
  readonly fix?: string;
};

export type DoctorOptions = {
  /** The data folder to look at; a temporary one where none is named. */
  readonly folder?: string;
  /** Ports of 127.0.0.1 that have to be free. */
  readonly ports: readonly number[];
};

const LEAST_NODE = 24;
/** No machine can have a clock before this: the day this version was made. */
const BUILD_DATE = Date.UTC(2026, 10, 23);
const SLOW_FSYNC_MS = 20;
/** A disk that "flushes" faster than this has not flushed. */
const IMPLAUSIBLE_FSYNC_MS = 0.01;
const FSYNC_ROUNDS = 50;

/**
 * Looks whether this machine, and a party's folder on it, can be trusted with money. Fault
 * not-initialised where there is no such folder.
 */
export async function examine(options: DoctorOptions): Promise<Finding[]> {
  if (options.folder !== undefined && !existsSync(options.folder)) {
    throw new Fault('not-initialised', `there is no folder ${options.folder}`);
  }
  const scratch = mkdtempSync(join(options.folder ?? tmpdir(), '.coinbox-doctor-'));
  try {
    return [
      checkNode(),
      checkSignatures(),
      checkFsync(scratch),
      checkSqlite(scratch),
      checkClock(Date.now()),
      ...(await Promise.all(options.ports.map(checkPort))),
      ...(options.folder ? checkFolder(options.folder) : []),
    ];
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

const ok = (name: string, found: string): Finding => ({ name, state: 'ok', found });

function checkNode(): Finding {
  const version = process.versions.node;
  if (Number.parseInt(version) >= LEAST_NODE) return ok('node', version);
  return {
    name: 'node',
    state: 'failed',
    found: version,
    fix: `run it through npm, which brings Node ${LEAST_NODE} along`,
  };
}

function checkSignatures(): Finding {
  if (ed25519Library === 'sodium-native') return ok('signatures', 'Ed25519 by sodium-native');
  return {
    name: 'signatures',
    state: 'warning',
    found: `Ed25519 by ${ed25519Library}: verification takes twice as long`,
    fix: 'install sodium-native for this platform',
  };
}

/** Times 4 KiB appends with fsync, in the folder that will hold the money. */
function checkFsync(folder: string): Finding {
  const times: number[] = [];
  const file = openSync(join(folder, 'fsync'), 'w');
  try {
    const block = Buffer.alloc(4096, 1);
    for (let round = 0; round < FSYNC_ROUNDS; round++) {
      const began = performance.now();
      writeSync(file, block);
      fsyncSync(file);
      times.push(performance.now() - began);
    }
  } finally {
    closeSync(file);
  }
  times.sort((a, b) => a - b);
  const median = times[FSYNC_ROUNDS >> 1] as number;
  const worst = times.at(-1) as number;
  const found = `fsync of 4 KiB: median ${median.toFixed(2)} ms, longest ${worst.toFixed(2)} ms`;
  if (median < IMPLAUSIBLE_FSYNC_MS) {
    const fix = 'the disk does not flush (a RAM disk?): what is acknowledged can be lost';
    return { name: 'fsync', state: 'failed', found, fix };
  }
  if (median <= SLOW_FSYNC_MS) return ok('fsync', found);
  return {
    name: 'fsync',
    state: 'warning',
    found,
    fix: 'every step waits for it: use a faster disk',
  };
}

function checkSqlite(folder: string): Finding {
  try {
    const file = join(folder, 'check.db');
    const options = { schema: 'CREATE TABLE t (n INTEGER) STRICT', applicationId: 1, version: 1 };
    openDatabase(file, options).close();
    const again = openDatabase(file, options);
    const { version } = again.prepare('SELECT sqlite_version() AS version').get() as {
      version: string;
    };
    const pragmas = ['journal_mode', 'synchronous'].map(
      (name) => `${name}=${readPragma(again, name)}`,
    );
    again.close();
    return ok('sqlite', `${version}, ${pragmas.join(', ')} after reopening`);
  } catch (error) {
    const found = describeError(error);
    return { name: 'sqlite', state: 'failed', found, fix: 'use a local file system' };
  }
}

function checkClock(now: number): Finding {
  const found = new Date(now).toISOString();
  if (now >= BUILD_DATE) return ok('clock', found);
  return {
    name: 'clock',
    state: 'failed',
    found: `${found} is before this version was made`,
    fix: 'set the clock (NTP): certificates and offers expire by it',
  };
}

function checkPort(port: number): Promise<Finding> {
  return new Promise((resolve) => {
    const server = createServer();
    const name = `port ${port}`;
    server.once('error', ({ message: found }) =>
      resolve({ name, state: 'failed', found, fix: 'choose another, or end who has it' }),
    );
    server.listen(port, '127.0.0.1', () => {
      server.close(() => resolve(ok(name, 'free on 127.0.0.1')));
    });
  });
}

function checkFolder(folder: string): Finding[] {
  const findings: Finding[] = [];
  const keyFile = join(folder, 'keys.json');
  if (existsSync(keyFile)) {
    try {
      checkSecretFile(keyFile);
      findings.push(ok('keys', 'keys.json can be read by its owner alone (tier 0: software)'));
    } catch (error) {
      const fix = `chmod 600 ${keyFile}`;
      findings.push({ name: 'keys', state: 'failed', found: describeError(error), fix });
    }
  } else {
    const fix = 'make the folder with "init"';
    findings.push({ name: 'keys', state: 'failed', found: 'there is no keys.json', fix });
  }
  try {
    lockFolder(folder).release();
    findings.push(ok('lock', 'no program has the folder open'));
  } catch {
    findings.push({ name: 'lock', state: 'warning', found: 'a program has the folder open' });
  }
  return findings;
}

const marks = { ok: '✓', warning: '!', failed: '✗' } as const;

/** One line a finding, with what to do below it. */
export const formatFindings = (findings: readonly Finding[]): string =>
  findings
    .map(({ name, state, found, fix }) => {
      const line = `${marks[state]} ${name.padEnd(12)} ${found}`;
      return fix ? `${line}\n  ${' '.repeat(12)} → ${fix}` : line;
    })
    .join('\n');
