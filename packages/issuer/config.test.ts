import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { Fault } from '@coinbox/protocol';
import { CONFIG_FILE, checkDatabase, readConfig, writeConfig } from './config.ts';
import { initIssuer } from './init.ts';
import { createTestClock } from './testing/wallets.ts';

let folder: string;
const clock = createTestClock();
const faultOf = (code: string) => (cause: unknown) => cause instanceof Fault && cause.code === code;
const init = (): void => initIssuer(folder, { network: 'demo', asset: 'CNY/2', clock });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'coinbox-config-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('readConfig()', () => {
  test('reads what writeConfig() has written', () => {
    init();
    const config = readConfig(folder);
    writeConfig(folder, config);
    assert.deepEqual(readConfig(folder), config);
  });

  const spoil = (change: (config: Record<string, unknown>) => void): void => {
    init();
    const file = join(folder, CONFIG_FILE);
    const config = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    change(config);
    writeFileSync(file, JSON.stringify(config));
  };
  const rows: readonly (readonly [string, (config: Record<string, unknown>) => void])[] = [
    ['an unknown setting', (config) => (config['more'] = 1)],
    ['a missing setting', (config) => delete config['asset']],
    ['a network that is none', (config) => (config['network'] = 'A B')],
    ['people that are none', (config) => (config['people'] = 7)],
    ['a person without a hash', (config) => (config['people'] = { maker: {} })],
    ['a database that is none', (config) => (config['database'] = 'http://localhost')],
    [
      'a hash that is too short',
      (config) => (config['people'] = { maker: { token_sha256: 'AA' } }),
    ],
  ];
  for (const [name, change] of rows) {
    test(`refuses ${name}: config-invalid`, () => {
      spoil(change);
      assert.throws(() => readConfig(folder), faultOf('config-invalid'));
    });
  }
});

describe('checkDatabase()', () => {
  const fine = [
    'postgres://coinbox@db.example:5432/ledger',
    'postgresql:///ledger?host=/run/postgresql&sslmode=verify-full',
  ];
  for (const url of fine) {
    test(`takes ${url}`, () => {
      assert.equal(checkDatabase(url), url);
    });
  }

  const wrong = [
    '',
    'ledger',
    'mysql://coinbox@db.example/ledger',
    'postgres://',
    'postgres://a b@db.example/ledger',
    'postgres://coinbox:secret@db.example/ledger',
    'postgres://coinbox@db.example/ledger?password=secret',
    'postgres://db.example/ledger?user=coinbox&password=secret',
  ];
  for (const url of wrong) {
    test(`refuses "${url}" without repeating it`, () => {
      const isSilent = (cause: unknown) =>
        faultOf('config-invalid')(cause) && !String(cause).includes('secret');
      assert.throws(() => checkDatabase(url), isSilent);
    });
  }
});
