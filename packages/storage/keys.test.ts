import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { Fault, toHex, verifySignature } from '@coinbox/protocol';
import type { FaultCode } from '@coinbox/protocol';
import { createKeys, openKeys } from './keys.ts';

const root = mkdtempSync(join(tmpdir(), 'coinbox-keys-'));
after(() => rmSync(root, { recursive: true }));
const newFolder = (): string => mkdtempSync(join(root, 'party-'));
const keyFile = (folder: string): string => join(folder, 'keys.json');
const fault =
  (code: FaultCode) =>
  (thrown: unknown): boolean =>
    thrown instanceof Fault && thrown.code === code;

describe('createKeys()', () => {
  it('makes keys that sign, of the algorithm that was asked for', () => {
    const store = createKeys(newFolder(), { holding: 'EdDSA', card: 'ES256' });
    assert.equal(store.tier, 0);
    const message = Uint8Array.of(1, 2, 3);
    for (const [name, algorithm] of [
      ['holding', 'EdDSA'],
      ['card', 'ES256'],
    ] as const) {
      const { publicKey, sign } = store.signer(name);
      assert.equal(publicKey.algorithm, algorithm);
      assert.ok(verifySignature(publicKey, message, sign(message)));
    }
  });

  it('makes other keys each time', () => {
    const [one, two] = [newFolder(), newFolder()].map((folder) =>
      toHex(createKeys(folder, { a: 'EdDSA' }).signer('a').keyId),
    );
    assert.notEqual(one, two);
  });

  it('writes them for the owner only', () => {
    const folder = newFolder();
    createKeys(folder, { a: 'EdDSA' });
    assert.equal(statSync(keyFile(folder)).mode & 0o777, 0o600);
  });

  it('does not touch keys that exist', () => {
    const folder = newFolder();
    createKeys(folder, { a: 'EdDSA' });
    const before = readFileSync(keyFile(folder), 'utf8');
    assert.throws(() => createKeys(folder, { a: 'EdDSA' }), fault('already-initialised'));
    assert.equal(readFileSync(keyFile(folder), 'utf8'), before);
  });
});

describe('openKeys()', () => {
  it('finds the same keys again', () => {
    const folder = newFolder();
    const made = createKeys(folder, { a: 'EdDSA', b: 'ES256' });
    const opened = openKeys(folder);
    for (const name of ['a', 'b']) {
      assert.deepEqual(opened.signer(name).publicKey, made.signer(name).publicKey);
    }
    assert.equal(opened.signer('a'), opened.signer('a'));
  });

  it('adds a key, and keeps those that it had', () => {
    const folder = newFolder();
    const store = createKeys(folder, { a: 'EdDSA' });
    const before = store.signer('a').publicKey;
    const added = store.add('b', 'ES256');
    assert.equal(added.publicKey.algorithm, 'ES256');
    assert.deepEqual(
      [store.has('a'), store.has('b'), store.has('constructor')],
      [true, true, false],
    );
    const again = openKeys(folder);
    assert.deepEqual(again.signer('a').publicKey, before);
    assert.deepEqual(again.signer('b').publicKey, added.publicKey);
    assert.equal(statSync(keyFile(folder)).mode & 0o777, 0o600);
    assert.throws(() => store.add('a', 'EdDSA'), fault('config-invalid'));
    assert.throws(() => again.add('b', 'EdDSA'), fault('config-invalid'));
  });

  it('has no key of a name that is not there', () => {
    const store = createKeys(newFolder(), { a: 'EdDSA' });
    for (const name of ['b', '', 'constructor', '__proto__']) {
      assert.throws(() => store.signer(name), fault('config-invalid'));
    }
  });

  for (const mode of [0o640, 0o604, 0o620, 0o601]) {
    it(`refuses a file of mode ${mode.toString(8)}`, () => {
      const folder = newFolder();
      createKeys(folder, { a: 'EdDSA' });
      chmodSync(keyFile(folder), mode);
      assert.throws(() => openKeys(folder), fault('startup-unsafe'));
    });
  }

  it('says that the folder was never made, where there is no file', () => {
    assert.throws(() => openKeys(newFolder()), fault('not-initialised'));
  });

  for (const content of ['', '{"a":', 'null', '7', '"keys"']) {
    it(`refuses a file that holds ${content === '' ? 'nothing' : content}`, () => {
      const folder = newFolder();
      writeFileSync(keyFile(folder), content, { mode: 0o600 });
      assert.throws(() => openKeys(folder), fault('config-invalid'));
    });
  }

  const whole = Buffer.alloc(32, 7).toString('base64url');
  const broken: readonly (readonly [title: string, key: unknown])[] = [
    ['nothing', null],
    ['a text', whole],
    ['no secret', { algorithm: 'EdDSA' }],
    ['a secret that is a number', { algorithm: 'EdDSA', secret: 5 }],
    ['a secret of 31 bytes', { algorithm: 'EdDSA', secret: whole.slice(0, 41) }],
    ['no algorithm', { secret: whole }],
    ['another algorithm', { algorithm: 'HS256', secret: whole }],
  ];
  for (const [title, key] of broken) {
    it(`has no use for a key that is ${title}`, () => {
      const folder = newFolder();
      const content = JSON.stringify({ a: key, b: { algorithm: 'EdDSA', secret: whole } });
      writeFileSync(keyFile(folder), content, { mode: 0o600 });
      const store = openKeys(folder);
      assert.throws(() => store.signer('a'), fault('config-invalid'));
      assert.equal(store.signer('b').publicKey.algorithm, 'EdDSA');
    });
  }
});
