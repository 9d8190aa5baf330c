import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import Fastify from 'fastify';
import { addConsoleFiles } from './console-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'coinbox-console-'));
const app = Fastify();
const refusals: string[] = [];

describe('the files of the console', () => {
  before(async () => {
    for (const below of ['assets', 'pay', 'face']) mkdirSync(join(folder, below));
    writeFileSync(join(folder, 'index.html'), '<p>console</p>');
    writeFileSync(join(folder, 'pay', 'index.html'), '<p>pay</p>');
    writeFileSync(join(folder, 'assets', 'a-1.js'), 'let a = 1;\n'.repeat(100));
    writeFileSync(join(folder, 'secret.txt'), 'no');
    addConsoleFiles(app, { consoleFolder: folder, refused: (code) => refusals.push(code) });
    await app.ready();
  });
  after(async () => {
    await app.close();
    rmSync(folder, { recursive: true });
  });

  it('are served with a policy that lets nothing in from outside', async () => {
    const page = await app.inject('/console/');
    assert.equal(page.statusCode, 200);
    assert.equal(page.body, '<p>console</p>');
    const policy = String(page.headers['content-security-policy']);
    assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self';/);
    assert.match(policy, /connect-src 'self';/);
    assert.match(policy, /frame-ancestors 'none'/);
    assert.doesNotMatch(policy, /unsafe|\*|data:/);
    assert.equal(page.headers['cache-control'], 'no-cache');
  });

  it("let a payer's page speak to terminals, over TLS or on this machine", async () => {
    const page = await app.inject('/console/pay/');
    const policy = String(page.headers['content-security-policy']);
    assert.match(policy, /connect-src 'self' https: http:\/\/127\.0\.0\.1:\*;/);
    assert.match(policy, /script-src 'self';/);
  });

  it('are compressed for who can read it, and kept for ever where their name says so', async () => {
    const headers = { 'accept-encoding': 'gzip, br' };
    const zipped = await app.inject({ url: '/console/assets/a-1.js', headers });
    assert.equal(zipped.headers['content-encoding'], 'gzip');
    assert.match(String(zipped.headers['cache-control']), /immutable/);
    const plain = await app.inject('/console/assets/a-1.js');
    assert.equal(plain.headers['content-encoding'], undefined);
    assert.equal(plain.body.length, 1100);
  });

  it('are only what was there, and only kinds that pages are made of', async () => {
    const paths = ['secret.txt', '../package.json', '%2e%2e/x', 'face/', 'nothing.js', 'assets/'];
    for (const path of paths) {
      refusals.length = 0;
      const answer = await app.inject(`/console/${path}`);
      assert.equal(answer.statusCode, 404, path);
    }
    assert.equal((await app.inject('/console')).headers.location, '/console/');
  });

  it('are not there where nothing was built', async () => {
    const bare = Fastify();
    addConsoleFiles(bare, { refused: () => undefined });
    assert.equal((await bare.inject('/console/')).statusCode, 404);
    await bare.close();
  });
});
