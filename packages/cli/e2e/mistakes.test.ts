import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

const MAIN = join(import.meta.dirname, '../main.ts');
/** A command that hangs after a mistake is a mistake of ours. */
const WITHIN_MS = 20_000;

type Ended = { readonly exit: number | string; readonly said: string };

const run = (words: readonly string[]): Promise<Ended> =>
  new Promise((resolve) => {
    const options = { timeout: WITHIN_MS };
    execFile(process.execPath, [MAIN, ...words], options, (error, _stdout, stderr) =>
      resolve({ exit: error?.code ?? error?.signal ?? 0, said: stderr.trim() }),
    );
  });

describe('a mistake on the command line', { concurrency: 4 }, () => {
  const taken = createServer();
  let folder: string;
  let port: string;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'coinbox-mistakes-'));
    writeFileSync(join(folder, 'token'), 'x');
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    port = String((taken.address() as AddressInfo).port);
  });
  after(() => {
    taken.close();
    rmSync(folder, { recursive: true });
  });

  const map = (id: string): string[] => {
    const tokens = ['--proposer', 'FOLDER/token', '--approver', 'FOLDER/token'];
    return ['map', id, id, '--issuer', 'http://127.0.0.1:1', ...tokens];
  };
  // FOLDER and PORT stand for a folder that holds no party and a port that is taken.
  const rows: readonly (readonly [string[], exit: number, said: RegExp])[] = [
    [['isuer'], 2, /^error: unknown command 'isuer'\n\(Did you mean issuer\?\)$/],
    [
      ['issuer', 'init', 'FOLDER/i', '--network', 'demo', '--asset', 'CNY'],
      78,
      /not an asset: CNY/,
    ],
    [['issuer', 'run', 'FOLDER'], 78, /not-initialised: .*issuer\.json is missing/],
    [['provider', 'run', 'FOLDER', '--port', '70000'], 2, /not a TCP port: 70000$/],
    [['broker', '--host', '0.0.0.0'], 2, /only loopback addresses/],
    [
      ['broker', '--port', 'PORT'],
      69,
      /^coinbox: unreachable: cannot listen on 127\.0\.0\.1:PORT /,
    ],
    [['doctor', '--folder', 'FOLDER/none'], 78, /not-initialised: there is no folder/],
    [
      ['terminal', 'run', 'FOLDER', '--public-url', 'pay.example.org'],
      2,
      /not an address of the web: pay\.example\.org$/,
    ],
    [map('wal_x'), 2, /not the id of a wallet: wal_x$/],
  ];
  for (const [words, exit, said] of rows) {
    it(`is told in one line, and ends with ${exit}: ${words.join(' ')}`, async () => {
      const own = (text: string): string => text.replace('FOLDER', folder).replace('PORT', port);
      const ended = await run(words.map(own));
      assert.match(ended.said.replaceAll(port, 'PORT'), said);
      assert.equal(ended.exit, exit);
      assert.ok(!ended.said.includes('    at '), 'no stack for a mistake');
    });
  }
});
