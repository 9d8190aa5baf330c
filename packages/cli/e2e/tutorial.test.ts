import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

// The tutorial is run as it stands: its commands, in their order, in a home folder of their own.
// What they print must be what the page says, but for ids, times and measurements.

const root = join(import.meta.dirname, '../../..');
const read = (name: string): string => readFileSync(join(root, 'docs/start', name), 'utf8');
const PORTS_OF_PAGE = ['7400', '1883', '7450', '7500'];
const HOME_OF_PAGE = '/home/you';
const READY = 'Ctrl-C ends it.';
const WITHIN_MS = 15_000;

type Step = { command: string; output: string };

/** The commands of a page, each with the output that is shown below it. */
function stepsOf(page: string): Step[] {
  const steps: Step[] = [];
  for (const [, block = ''] of page.matchAll(/^```console\n(.*?)^```$/gms)) {
    for (const part of block.split(/^\$ /m).slice(1)) {
      const { index, 0: command } = /^(?:.*\\\n)*.*\n/.exec(part) as RegExpExecArray;
      steps.push({ command, output: part.slice(index + command.length) });
    }
  }
  return steps;
}

/** An output without what differs from run to run. */
const plain = (output: string): string =>
  output
    .replace(/\b([a-z]{3})_[0-9A-Z]{26}\b/g, '$1_…')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replace(/^[✓!✗] (\S+).*$/gm, 'finding $1')
    .replace(/^ +→.*\n/gm, '')
    .replace(/^\{"level":30.*\n/gm, '')
    .trim();

async function freePorts(count: number): Promise<string[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  const ports = servers.map(async (server) => {
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    return [server, String(port)] as const;
  });
  const open = await Promise.all(ports);
  await Promise.all(open.map(([server]) => new Promise((resolve) => server.close(resolve))));
  return open.map(([, port]) => port);
}

/** Shells of one user: what one command assigns the next one knows. */
async function openShells(home: string) {
  const ports = await freePorts(PORTS_OF_PAGE.length);
  const swap = (text: string, from: readonly string[], to: readonly string[]): string =>
    from.reduce((done, one, at) => done.replaceAll(one, to[at] as string), text);
  const serving: ChildProcess[] = [];
  const start = (command: string, script: (command: string) => string) => {
    const own = swap(command, [...PORTS_OF_PAGE, 'npx coinbox'], [...ports, '"$COINBOX" cli']);
    const main = `"${process.execPath}" packages/cli/main.ts`;
    const child = spawn('bash', ['-c', script(own.replaceAll('"$COINBOX" cli', main))], {
      cwd: root,
      env: { ...process.env, HOME: home },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said = { text: '' };
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (part: Buffer) => void (said.text += part.toString()));
    }
    const output = (): string =>
      swap(said.text, [...ports, home], [...PORTS_OF_PAGE, HOME_OF_PAGE]);
    return { child, output };
  };
  const kept = join(home, 'variables');
  return {
    async run(command: string): Promise<string> {
      const script = `set -a; [ -f ${kept} ] && . ${kept}; `;
      const { child, output } = start(command, (own) => `${script}${own}export -p > ${kept}`);
      await new Promise((resolve) => child.once('close', resolve));
      return output();
    },
    async serve(command: string): Promise<string> {
      const { child, output } = start(command, (own) => `exec ${own}`);
      serving.push(child);
      await until(() => output().includes(READY) || child.exitCode !== null);
      return output();
    },
    /** Ctrl-C in every window, the last one first; gives the exit codes. */
    async close(): Promise<(number | null)[]> {
      const codes: (number | null)[] = [];
      for (const child of serving.reverse()) {
        if (child.exitCode === null) {
          const ended = new Promise((resolve) => child.once('close', resolve));
          child.kill('SIGINT');
          await ended;
        }
        codes.push(child.exitCode);
      }
      return codes;
    },
  };
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<boolean> {
  for (const end = performance.now() + WITHIN_MS; performance.now() < end; await sleep(100)) {
    if (await isSo()) return true;
  }
  return false;
}

test('the tutorial does what it says', { timeout: 100_000 }, async () => {
  const home = mkdtempSync(join(tmpdir(), 'coinbox-tutorial-'));
  const shells = await openShells(home);
  let codes: (number | null)[] = [];
  try {
    for (const { command, output } of stepsOf(read('tutorial.md'))) {
      const serves = output.includes(READY);
      let said = serves ? await shells.serve(command) : await shells.run(command);
      // Money needs a moment; to look once more changes nothing.
      const isThere = (): boolean => plain(said) === plain(output);
      if (command.startsWith('curl')) {
        await until(async () => isThere() || ((said = await shells.run(command)), isThere()));
      }
      assert.equal(plain(said), plain(output), command);
    }
  } finally {
    codes = await shells.close();
    rmSync(home, { recursive: true, force: true });
  }
  assert.deepEqual(codes, [0, 0, 0, 0]);
});

test('the tutorial has the same commands and outputs in both languages', () => {
  const english = stepsOf(read('tutorial.md'));
  assert.ok(english.length > 15, 'commands are found');
  assert.deepEqual(stepsOf(read('tutorial.zh-CN.md')), english);
});
