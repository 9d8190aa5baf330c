import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const root = join(import.meta.dirname, '..', '..', '..');
const own = join(import.meta.dirname, '..');

/** A demo in processes of its own, with a few recorded sessions behind it. */
export type RunningDemo = {
  /** Addresses of its pages, as its own page names them. */
  readonly links: Readonly<Record<'console' | 'pay' | 'face', string>>;
  /** The token of the operator who approves what the console's operator proposes. */
  readonly secondToken: string;
  stop(): Promise<void>;
};

const READY_WITHIN_MS = 60_000;
const FEW_SESSIONS = 2;

/** Builds the pages where a source is newer than what is built. */
export function buildPages(): void {
  const built = statSync(join(own, 'dist', 'index.html'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = readdirSync(own, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\/(?:dist|node_modules)\b/.test(entry.parentPath))
    .map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs);
  if (Math.max(...sources) <= built) return;
  const { status, stderr } = spawnSync(process.execPath, [join(own, 'build.js')]);
  if (status !== 0) throw new Error(`the pages cannot be built: ${String(stderr)}`);
}

/** Starts `coinbox demo` on so many recorded sessions, and waits until its pages are there. */
export async function startDemo(recordedSessions = FEW_SESSIONS): Promise<RunningDemo> {
  const work = mkdtempSync(join(tmpdir(), 'coinbox-console-e2e-'));
  const sessions = join(work, 'sessions.csv');
  const recorded = readFileSync(join(root, 'data', 'ev-sessions.csv'), 'utf8').split('\n');
  writeFileSync(sessions, `${recorded.slice(0, recordedSessions + 1).join('\n')}\n`);
  const folder = join(work, 'demo');
  const words = ['--sessions', sessions, '--folder', folder, '--gateways', '1', '--pace', '0'];
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', 'packages/cli/main.ts', 'demo', ...words],
    { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const stop = async (): Promise<void> => {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    if (child.exitCode === null && child.kill('SIGINT')) await ended;
    rmSync(work, { recursive: true, force: true });
  };
  try {
    const page = await (await fetch(await waitForPage(child))).text();
    const link = (name: string): string =>
      (new RegExp(`href="([^"]*/console/${name}[^"]*)"`).exec(page)?.[1] ?? '').replaceAll(
        '&amp;',
        '&',
      );
    const links = { console: link('#'), pay: link('pay/'), face: link('face/') };
    const secondToken = readFileSync(join(folder, 'issuer', 'checker.token'), 'utf8').trim();
    return { links, secondToken, stop };
  } catch (cause) {
    await stop();
    throw cause;
  }
}

function waitForPage(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const said: string[] = [];
    const fail = (): void => reject(new Error(`the demo does not start:\n${said.join('\n')}`));
    const timer = setTimeout(fail, READY_WITHIN_MS);
    child.once('exit', fail);
    createInterface({ input: child.stderr! }).on('line', (line) => {
      said.push(line);
      const url = /live status on (http:\S+)\./.exec(line)?.[1];
      if (url === undefined) return;
      clearTimeout(timer);
      child.off('exit', fail);
      resolve(url);
    });
  });
}
