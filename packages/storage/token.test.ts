import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Fault, toHex, verifySignature } from '@coinbox/protocol';
import type { FaultCode } from '@coinbox/protocol';
import type * as Pkcs11 from 'pkcs11js';
import { hasSoftToken, isRequired, makeSoftToken } from './testing/kit.ts';
import { openToken } from './token.ts';
import type { Token, TokenPlace } from './token.ts';

const root = mkdtempSync(join(tmpdir(), 'coinbox-token-'));
after(() => rmSync(root, { recursive: true, force: true }));
const skip =
  hasSoftToken() || isRequired('softhsm') ? false : 'skipped: no SoftHSM on this machine';
const fault =
  (code: FaultCode, said = /./) =>
  (thrown: unknown): boolean =>
    thrown instanceof Fault && thrown.code === code && said.test(thrown.message);

const message = Uint8Array.of(1, 2, 3);
const signs = ({ publicKey, sign }: ReturnType<Token['signer']>): boolean =>
  verifySignature(publicKey, message, sign(message));

/** The token's library as another part of the same program would use it. */
function library(path: string): { api: typeof Pkcs11; pkcs11: Pkcs11.PKCS11 } {
  const api = createRequire(import.meta.url)('pkcs11js') as typeof Pkcs11;
  const pkcs11 = new api.PKCS11();
  pkcs11.load(path);
  return { api, pkcs11 };
}

/** Shuts the token's library down, if it is up. */
function shutDown(path: string): void {
  const { api, pkcs11 } = library(path);
  try {
    pkcs11.C_Finalize();
  } catch (cause) {
    assert.equal((cause as Pkcs11.Pkcs11Error).code, api.CKR_CRYPTOKI_NOT_INITIALIZED);
  }
}

describe('keys on a token', { skip }, () => {
  let place: TokenPlace;
  let token: Token;
  before(() => {
    const { module, token: label, pinFile } = makeSoftToken(root, 'machine 7');
    place = { module, token: label, pin: readFileSync(pinFile, 'utf8').trim() };
    token = openToken(place);
  });
  /** Changes the objects of the token from outside, in a session that stays logged in. */
  const withObjects = (
    label: string,
    work: (all: Buffer[], session: Buffer, lib: ReturnType<typeof library>) => void,
  ): void => {
    const lib = library(place.module);
    const { api, pkcs11 } = lib;
    const [slot] = pkcs11
      .C_GetSlotList(true)
      .filter((one) => pkcs11.C_GetTokenInfo(one).label.trimEnd() === place.token);
    const session = pkcs11.C_OpenSession(
      slot as Buffer,
      api.CKF_SERIAL_SESSION | api.CKF_RW_SESSION,
    );
    pkcs11.C_FindObjectsInit(session, [{ type: api.CKA_LABEL, value: label }]);
    const all = pkcs11.C_FindObjects(session, 8);
    pkcs11.C_FindObjectsFinal(session);
    work(all, session, lib);
    pkcs11.C_CloseSession(session);
  };

  for (const algorithm of ['EdDSA', 'ES256'] as const) {
    it(`sign with ${algorithm}, many times, and keep no secret in the program`, () => {
      const key = token.create('holding', algorithm);
      const signer = token.signer(key);
      assert.equal(signer.publicKey.algorithm, algorithm);
      // Half of all ECDSA signatures need the other s.
      for (let n = 0; n < 20; n++) assert.ok(signs(signer));
      withObjects(key.label, (all, session, { api, pkcs11 }) => {
        const values = all.map((one) => () => {
          pkcs11.C_GetAttributeValue(session, one, [{ type: api.CKA_VALUE }]);
        });
        assert.equal(values.length, 2);
        const codes = values.map((value) => {
          try {
            value();
          } catch (cause) {
            return (cause as Error).message.split(':')[0];
          }
        });
        assert.ok(codes.includes('CKR_ATTRIBUTE_SENSITIVE'), String(codes));
      });
    });
  }

  it('are the same when the token is opened again', () => {
    const key = token.create('holding', 'EdDSA');
    const again = openToken(place);
    assert.equal(toHex(again.signer(key).keyId), toHex(token.signer(key).keyId));
    again.close();
  });

  it('stop with a fault when the library is shut down, and sign again after that', () => {
    const signer = token.signer(token.create('holding', 'EdDSA'));
    assert.ok(signs(signer));
    shutDown(place.module);
    assert.throws(() => signer.sign(message), fault('token-failed', /NOT_INITIALIZED/));
    assert.ok(signs(signer));
  });

  it('stop with a fault when all sessions are ended, and sign again after that', () => {
    const signer = token.signer(token.create('holding', 'ES256'));
    assert.ok(signs(signer));
    const { pkcs11 } = library(place.module);
    for (const slot of pkcs11.C_GetSlotList(true)) pkcs11.C_CloseAllSessions(slot);
    assert.throws(() => signer.sign(message), fault('token-failed'));
    assert.ok(signs(signer));
  });

  it('never sign with another key that has come into the place of the first', () => {
    const [first, second] = [token.create('holding', 'EdDSA'), token.create('holding', 'EdDSA')];
    const signer = token.signer(first);
    withObjects(first.label, (all, session, { pkcs11 }) => {
      for (const one of all) pkcs11.C_DestroyObject(session, one);
    });
    withObjects(second.label, (all, session, { api, pkcs11 }) => {
      for (const one of all) {
        pkcs11.C_SetAttributeValue(session, one, [{ type: api.CKA_LABEL, value: first.label }]);
      }
    });
    assert.throws(() => signer.sign(message), fault('token-failed'));
    assert.throws(() => signer.sign(message), fault('token-failed', /another .* now/));
  });

  it('are gone with a fault when the token is gone', () => {
    const signer = token.signer(token.create('holding', 'EdDSA'));
    const tokens = join(root, 'tokens');
    shutDown(place.module);
    rmSync(tokens, { recursive: true });
    for (let n = 0; n < 3; n++) {
      assert.throws(() => signer.sign(message), fault('token-failed'));
    }
    makeSoftToken(root, place.token);
    shutDown(place.module);
    assert.throws(() => signer.sign(message), fault('config-invalid', /no key holding/));
  });

  it('are refused when they are of another algorithm, or can be taken out', () => {
    const key = token.create('holding', 'EdDSA');
    assert.throws(
      () => token.signer({ ...key, algorithm: 'ES256' }),
      fault('config-invalid', /not for ES256/),
    );
    withObjects('', (_, session, { api, pkcs11 }) => {
      const label = 'loose';
      const both = [
        { type: api.CKA_TOKEN, value: true },
        { type: api.CKA_LABEL, value: label },
      ];
      pkcs11.C_GenerateKeyPair(
        session,
        { mechanism: api.CKM_EC_KEY_PAIR_GEN },
        [...both, { type: api.CKA_EC_PARAMS, value: Buffer.from('06082a8648ce3d030107', 'hex') }],
        [...both, { type: api.CKA_EXTRACTABLE, value: true }],
      );
    });
    assert.throws(
      () => token.signer({ algorithm: 'ES256', label: 'loose' }),
      fault('startup-unsafe', /taken out/),
    );
  });

  it('need the right PIN, the right label and a library', () => {
    const key = token.create('holding', 'EdDSA');
    shutDown(place.module);
    const wrong = openToken({ ...place, pin: '9999' });
    assert.throws(() => wrong.signer(key), fault('token-failed', /PIN_INCORRECT/));
    const other = openToken({ ...place, token: 'machine 8' });
    assert.throws(() => other.signer(key), fault('token-failed', /no token "machine 8"/));
    assert.throws(
      () => openToken({ ...place, module: join(root, 'none.so') }),
      fault('config-invalid', /no PKCS#11 library/),
    );
  });
});
