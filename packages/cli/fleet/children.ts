import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Fault } from '@coinbox/protocol';

/** The line that a long-running command prints with --json when it is ready. */
export type ReadyLine = { readonly ready: true; readonly url: string };

/** A command of ours that runs in a process of its own, and is started again when it dies. */
export interface Child {
  readonly name: string;
  readonly url: string;
  readonly pid: number;
  /** How often it has been started again. */
  readonly restarts: number;
  /** Ends it as a power cut would, and lets the keeper start it again. */
  kill(): void;
  /** Ends it for good. */
  stop(): Promise<void>;
}

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));
/** What this process was given (a profiler, say) holds for its children. */
const NODE_WORDS = ['--disable-warning=ExperimentalWarning', ...process.execArgv];
const READY_WITHIN_MS = 30_000;
const STOP_WITHIN_MS = 5_000;
const RESTART_PAUSE_MS = 50;

export type ChildOptions = {
  readonly name: string;
  /** Words after `coinbox`; `--port 0 --json` is added, and the port of the first start is kept. */
  readonly words: readonly string[];
  readonly onLog: (line: string) => void;
};

/**
 * Starts a command and waits until it is ready. Fault unreachable where it ends or says nothing
 * before that.
 */
export async function startChild({ name, words, onLog }: ChildOptions): Promise<Child> {
  let stopping = false;
  let restarts = 0;
  let running: ChildProcess;
  const launch = async (port: number): Promise<string> => {
    running = spawn(
      process.execPath,
      [...NODE_WORDS, MAIN, ...words, '--port', String(port), '--json'],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const current = running;
    createInterface({ input: current.stderr! }).on('line', (line) => onLog(`${name}: ${line}`));
    current.once('exit', (code, signal) => {
      if (stopping || current !== running) return;
      onLog(`${name}: ended with ${signal ?? code}, starting again`);
      restarts++;
      setTimeout(() => {
        if (!stopping) launch(Number(new URL(url).port)).catch((e: unknown) => onLog(String(e)));
      }, RESTART_PAUSE_MS);
    });
    return waitUntilReady(name, current);
  };
  let url = '';
  url = await launch(0);
  return {
    name,
    url,
    get pid() {
      return running.pid ?? 0;
    },
    get restarts() {
      return restarts;
    },
    kill: () => void running.kill('SIGKILL'),
    async stop() {
      stopping = true;
      await endProcess(running);
    },
  };
}

function waitUntilReady(name: string, child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Fault('unreachable', `${name} was not ready in ${READY_WITHIN_MS / 1000} s`));
    }, READY_WITHIN_MS);
    createInterface({ input: child.stdout! }).on('line', (line) => {
      const ready = parseReady(line);
      if (!ready) return;
      clearTimeout(timer);
      resolve(ready.url);
    });
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Fault('unreachable', `${name} ended with ${code} before it was ready`));
    });
  });
}

function parseReady(line: string): ReadyLine | undefined {
  try {
    const parsed = JSON.parse(line) as Partial<ReadyLine>;
    return parsed.ready === true && typeof parsed.url === 'string'
      ? (parsed as ReadyLine)
      : undefined;
  } catch {
    return undefined;
  }
}

/** Asks a process of ours to end, and ends it when it does not. */
async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
  await ended;
  clearTimeout(timer);
}
