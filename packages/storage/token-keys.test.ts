import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Fault, verifySignature } from '@coinbox/protocol';
import type { FaultCode } from '@coinbox/protocol';
import { openKeys } from './keys.ts';
import { hasSoftToken, isRequired, makeSoftToken } from './testing/kit.ts';
import { TOKEN_FILE, createTokenKeys, openTokenKeys } from './token-keys.ts';
import type { TokenFolder } from './token-keys.ts';

const root = mkdtempSync(join(tmpdir(), 'coinbox-token-keys-'));
after(() => rmSync(root, { recursive: true, force: true }));
const newFolder = (): string => mkdtempSync(join(root, 'party-'));
const skip =
  hasSoftToken() || isRequired('softhsm') ? false : 'skipped: no SoftHSM on this machine';
const fault =
  (code: FaultCode, said = /./) =>
  (thrown: unknown): boolean =>
    thrown instanceof Fault && thrown.code === code && said.test(thrown.message);

describe('a folder whose keys are on a token', { skip }, () => {
  let place: TokenFolder;
  before(() => {
    place = makeSoftToken(root, 'vending');
  });

  it('names them, signs with them, and holds no secret', () => {
    const folder = newFolder();
    const made = createTokenKeys(folder, place, { holding: 'EdDSA', settlement: 'ES256' });
    assert.equal(made.tier, 1);
    const opened = openKeys(folder);
    const message = Uint8Array.of(5);
    for (const name of ['holding', 'settlement']) {
      const { publicKey, sign } = opened.signer(name);
      assert.deepEqual(publicKey, made.signer(name).publicKey);
      assert.ok(verifySignature(publicKey, message, sign(message)));
    }
    const written = JSON.parse(readFileSync(join(folder, TOKEN_FILE), 'utf8'));
    assert.deepEqual(Object.keys(written), ['module', 'token', 'pinFile', 'keys']);
    assert.deepEqual(Object.keys(written.keys.holding), ['algorithm', 'label']);
  });

  it('gets one more key, beside those that it had', () => {
    const folder = newFolder();
    const store = createTokenKeys(folder, place, { settlement: 'EdDSA' });
    const before = store.signer('settlement').publicKey;
    const added = store.add('settlement-2', 'EdDSA').publicKey;
    assert.notDeepEqual(added, before);
    const again = openKeys(folder);
    assert.deepEqual([again.has('settlement-2'), again.has('toString')], [true, false]);
    assert.deepEqual(again.signer('settlement').publicKey, before);
    assert.deepEqual(again.signer('settlement-2').publicKey, added);
    assert.throws(() => again.add('settlement', 'EdDSA'), fault('config-invalid'));
    assert.throws(() => again.signer('holding'), fault('config-invalid', /no key "holding"/));
  });

  it('does not make keys twice', () => {
    const folder = newFolder();
    createTokenKeys(folder, place, { a: 'EdDSA' });
    const before = readFileSync(join(folder, TOKEN_FILE), 'utf8');
    assert.throws(
      () => createTokenKeys(folder, place, { a: 'EdDSA' }),
      fault('already-initialised'),
    );
    assert.equal(readFileSync(join(folder, TOKEN_FILE), 'utf8'), before);
  });

  it('takes no PIN from a file that others can read, or that is not there', () => {
    const pinFile = join(newFolder(), 'pin');
    const order = { ...place, pinFile };
    const make = () => createTokenKeys(newFolder(), order, { a: 'EdDSA' });
    assert.throws(make, fault('config-invalid', /no PIN file/));
    writeFileSync(pinFile, '1234\n');
    chmodSync(pinFile, 0o640);
    assert.throws(make, fault('startup-unsafe'));
    chmodSync(pinFile, 0o600);
    assert.equal(make().has('a'), true);
  });

  const key = { algorithm: 'EdDSA', label: 'x' };
  const broken: readonly (readonly [title: string, over: object])[] = [
    ['no library', { module: '' }],
    ['no label', { token: 7 }],
    ['no PIN file', { pinFile: null }],
    ['no keys', { keys: 'holding' }],
    ['a key that is nothing', { keys: { holding: null } }],
    ['a key without a label', { keys: { holding: { ...key, label: '' } } }],
    ['a key of another algorithm', { keys: { holding: { ...key, algorithm: 'HS256' } } }],
  ];
  for (const [title, over] of broken) {
    it(`cannot be used where ${TOKEN_FILE} has ${title}`, () => {
      const folder = newFolder();
      const config = { ...place, keys: { holding: key }, ...over };
      writeFileSync(join(folder, TOKEN_FILE), JSON.stringify(config));
      assert.throws(() => openTokenKeys(folder), fault('config-invalid', /token\.json/));
    });
  }
});
