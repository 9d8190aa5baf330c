import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const NODE_WORDS = ['--disable-warning=ExperimentalWarning'];
const inRepository = (path: string): string =>
  fileURLToPath(new URL(`../../${path}`, import.meta.url));

/**
 * Runs one of `bench/children` with `job` as its argument, in a process of its own, and answers
 * with the JSON on the last line that it prints. Throws where it fails.
 */
export async function runChild<T>(name: string, job: object): Promise<T> {
  const script = inRepository(`bench/children/${name}.ts`);
  const child = spawn(process.execPath, [...NODE_WORDS, script, JSON.stringify(job)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let last = '';
  createInterface({ input: child.stdout }).on('line', (line) => (last = line));
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`bench/children/${name}.ts ended with ${code}`);
  return JSON.parse(last) as T;
}

/** Runs the command line to its end. Throws where it fails, with what it has said. */
export async function runCoinbox(words: readonly string[]): Promise<void> {
  const main = inRepository('packages/cli/main.ts');
  const child = spawn(process.execPath, [...NODE_WORDS, main, ...words], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said = `${said}${chunk}`.slice(-4000)));
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`coinbox ${words[0]} ended with ${code}: ${said}`);
}

/** What a child was started with. */
export const readJob = <T>(): T => JSON.parse(process.argv[2] ?? 'null') as T;

/** A server in a process of its own. */
export type Server = {
  readonly url: string;
  readonly pid: number;
  /** Milliseconds from its start until it took requests. */
  readonly startedMs: number;
  stop(): Promise<void>;
  /** Ends it as a power cut would. */
  kill(): Promise<void>;
};

/** `coinbox issuer run FOLDER`. `more`: words for Node, a profiler for example. */
export const startServer = (folder: string, more: readonly string[] = []): Promise<Server> =>
  startCoinbox(['issuer', 'run', folder], more);

/** A command that serves until it is told to end. `more`: words for Node. */
export const startCoinbox = (
  words: readonly string[],
  more: readonly string[] = [],
): Promise<Server> =>
  startNode([...more, inRepository('packages/cli/main.ts'), ...words, '--port', '0', '--json']);

/** A program for Node that prints `{"url":…}` when it is ready. */
export async function startNode(words: readonly string[]): Promise<Server> {
  const began = performance.now();
  const child = spawn(process.execPath, [...NODE_WORDS, ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said = `${said}${chunk}`.slice(-4000)));
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', (line) =>
      resolve((JSON.parse(line) as { url: string }).url),
    );
    void ended.then(() => reject(new Error(`the server ended before it was ready: ${said}`)));
  });
  const end = (signal: NodeJS.Signals) => (): Promise<void> => {
    child.kill(signal);
    return ended;
  };
  return {
    url,
    pid: child.pid as number,
    startedMs: performance.now() - began,
    stop: end('SIGTERM'),
    kill: end('SIGKILL'),
  };
}

/** Ticks of /proc/PID/stat in a second: USER_HZ, which is 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** Seconds that all threads of a process have run, in user mode and in the kernel (proc(5)). */
export function cpuSecondsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  // The second field is the name of the program in brackets, and may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}
