import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readFileSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Fault } from '@coinbox/protocol';
import { openTerminalSite, readSystemCalls, straceOptions } from '@coinbox/terminal/testing';
import type { DiskEvent, Ending } from '@coinbox/terminal/testing';
import { startBroker } from '../commands/broker.ts';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));
const READY_WITHIN_MS = 30_000;

export type Recording = {
  /** The terminal's folder, as it is at the end. */
  readonly folder: string;
  /** The folder's files when the process began. */
  readonly initial: ReadonlyMap<string, Uint8Array>;
  readonly events: readonly DiskEvent[];
};

/**
 * Runs `coinbox terminal run` under strace through sessions with the given endings, one after the
 * other, and gives what it asked of the kernel. Issuer and provider are simulated, on the other
 * ends of real HTTP and MQTT. `words`: for the runtime before the program, such as a planted bug.
 */
export async function recordTerminal(
  root: string,
  endings: readonly Ending[],
  words: readonly string[] = [],
): Promise<Recording> {
  const broker = await startBroker('127.0.0.1', 0);
  const folder = join(realpathSync(root), 'terminal');
  const site = await openTerminalSite(folder, broker.url);
  const initial = readFiles(folder);
  const output = join(root, 'calls.txt');
  try {
    const { url, stop } = await startTraced(folder, straceOptions(output), words);
    for (const ending of endings) await site.play(url, ending);
    await stop();
  } finally {
    await site.close();
    await broker.close();
  }
  return { folder, initial, events: readSystemCalls(readFileSync(output, 'utf8'), folder) };
}

/** A terminal's program under strace. */
export interface Traced {
  readonly url: string;
  /** What it has told on standard error. */
  told(): string;
  /** Ends it and waits for the end of the recording. */
  stop(): Promise<void>;
}

/** Starts the terminal's program, traced. `words`: for the runtime; `more`: for the program. */
export async function startTraced(
  folder: string,
  options: readonly string[],
  words: readonly string[] = [],
  more: readonly string[] = [],
): Promise<Traced> {
  const command = ['terminal', 'run', folder, ...more, '--port', '0', '--json'];
  const child = spawn('strace', [...options, process.execPath, ...words, MAIN, ...command], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (part: Buffer) => (said += part.toString()));
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    const fail = (): void => reject(new Fault('unreachable', `the terminal is not ready: ${said}`));
    const timer = setTimeout(fail, READY_WITHIN_MS);
    child.once('exit', fail);
    createInterface({ input: child.stdout }).once('line', (line) => {
      clearTimeout(timer);
      resolve((JSON.parse(line) as { url: string }).url);
    });
  });
  return {
    url,
    told: () => said,
    async stop() {
      process.kill(tracedBy(child), 'SIGTERM');
      await ended;
    },
  };
}

/** The process that strace has started. */
function tracedBy({ pid }: ChildProcess): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
  return Number(children[0]);
}

const readFiles = (folder: string): ReadonlyMap<string, Uint8Array> =>
  new Map(
    (readdirSync(folder, { recursive: true }) as string[])
      .filter((name) => statSync(join(folder, name)).isFile())
      .map((name) => [name, Uint8Array.from(readFileSync(join(folder, name)))]),
  );
