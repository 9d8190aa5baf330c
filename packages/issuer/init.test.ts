import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { CertificateBook, Fault, sha256 } from '@coinbox/protocol';
import { CONFIG_FILE, readConfig } from './config.ts';
import { initIssuer, tokenFile } from './init.ts';
import { createTestClock } from './testing/wallets.ts';

let folder: string;
const clock = createTestClock();
const faultOf = (code: string) => (cause: unknown) => cause instanceof Fault && cause.code === code;
const init = (change: object = {}): void =>
  initIssuer(folder, { network: 'demo', asset: 'CNY/2', clock, ...change });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'coinbox-init-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('initIssuer()', () => {
  test('makes certificates that hold up to the root', () => {
    init();
    const { network, root, certificates } = readConfig(folder);
    const book = new CertificateBook(network, root);
    const [authority, receipts] = certificates.map((bytes) => book.add(bytes, clock.now()));
    assert.equal(authority?.ok && authority.value.body.role, 'authority');
    assert.equal(receipts?.ok && receipts.value.body.role, 'issuer');
  });

  test('gives each person a token of 32 bytes, and keeps its hash alone', () => {
    init({ people: ['ann', 'ben', 'cy'] });
    const { people } = readConfig(folder);
    assert.deepEqual(Object.keys(people), ['ann', 'ben', 'cy']);
    const text = readFileSync(join(folder, CONFIG_FILE), 'utf8');
    for (const [name, hash] of Object.entries(people)) {
      const token = readFileSync(tokenFile(folder, name), 'utf8').trim();
      assert.equal(Buffer.from(token, 'base64url').length, 32);
      assert.deepEqual(Buffer.from(sha256(Buffer.from(token))), Buffer.from(hash));
      assert.equal(text.includes(token), false);
    }
  });

  const wrong: readonly object[] = [
    { network: 'Demo Net' },
    { network: '' },
    { asset: 'CNY' },
    { asset: 'CNY/3' },
    { people: ['alone'] },
    { people: ['twin', 'twin'] },
    { people: ['ok', '../up'] },
    { database: 'postgres://coinbox:secret@localhost/ledger' },
  ];
  for (const change of wrong) {
    test(`refuses ${JSON.stringify(change)}: config-invalid`, () => {
      assert.throws(() => init(change), faultOf('config-invalid'));
      assert.throws(() => readConfig(folder), faultOf('not-initialised'));
    });
  }

  test('does not touch a folder that holds an issuer', () => {
    init();
    const before = readFileSync(join(folder, CONFIG_FILE), 'utf8');
    assert.throws(() => init(), faultOf('already-initialised'));
    assert.equal(readFileSync(join(folder, CONFIG_FILE), 'utf8'), before);
  });
});
