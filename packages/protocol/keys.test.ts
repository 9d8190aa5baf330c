import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { fromHex, textBytes, toHex } from './bytes.ts';
import { decodeCbor, encodeCbor } from './cbor.ts';
import type { CborValue } from './cbor.ts';
import {
  ALGORITHMS,
  coseKey,
  formatKeyId,
  keyIdOf,
  sameKey,
  softwareSigner,
  verifySignature,
} from './keys.ts';
import type { PublicKey } from './keys.ts';

const hex = (text: string): Uint8Array => fromHex(text) as Uint8Array;

/** RFC 8032 §7.1 TEST 1, and RFC 6979 A.2.5. */
const ed25519: PublicKey = {
  algorithm: 'EdDSA',
  bytes: hex('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a'),
};
const x = '60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6';
const y = '7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299';
const tree: PublicKey = { ...ed25519, algorithm: 'EdDSA-tree' };
const p256: PublicKey = { algorithm: 'ES256', bytes: hex(x + y) };

describe('keyIdOf()', () => {
  it('gives the thumbprint of RFC 9679 §6, cut to 8 bytes', () => {
    const key: PublicKey = {
      algorithm: 'ES256',
      bytes: hex(
        '65eda5a12577c2bae829437fe338701a10aaa375e1bb5b5de108de439c08551d' +
          '1e52ed75701163f7f9e40ddf9f341b3dc9ba860af7e0ca7ca7e9eecd0084d19c',
      ),
    };
    const thumbprint = '496bd8afadf307e5b08c64b0421bf9dc01528a344a43bda88fadd1669da253ec';
    assert.equal(formatKeyId(keyIdOf(key)), thumbprint.slice(0, 16));
  });

  it('leaves the algorithm out: RFC 9679 hashes what makes the key', () => {
    assert.deepEqual(keyIdOf(tree), keyIdOf(ed25519));
    assert.equal(sameKey(tree, ed25519), false);
  });

  it('hashes the COSE_Key as RFC 9053 §7 writes it, in deterministic order', () => {
    const okp = hex(`a301012006215820${toHex(ed25519.bytes)}`);
    const digest = createHash('sha256').update(okp).digest('hex');
    assert.equal(formatKeyId(keyIdOf(ed25519)), digest.slice(0, 16));
    const ec2 = hex(`a401022001215820${x}225820${y}`);
    assert.equal(
      formatKeyId(keyIdOf(p256)),
      createHash('sha256').update(ec2).digest('hex').slice(0, 16),
    );
  });
});

describe('coseKey', () => {
  it('reads what it writes', () => {
    for (const key of [ed25519, p256, tree]) {
      const read = decodeCbor(encodeCbor(coseKey.encode(key)));
      assert.ok(read.ok);
      const decoded = coseKey.decode(read.value);
      assert.ok(decoded.ok);
      assert.equal(sameKey(decoded.value, key), true);
    }
    assert.equal(sameKey(ed25519, p256), false);
    assert.equal(sameKey(ed25519, { ...ed25519, bytes: hex(x) }), false);
  });

  it('names EdDSA-tree as its alg, −65537', () => {
    const bytes = toHex(encodeCbor(coseKey.encode(tree)));
    assert.equal(bytes, `a40101033a0001000020062158 20${toHex(tree.bytes)}`.replace(' ', ''));
  });

  const part = hex(x);
  const bad: readonly (readonly [string, CborValue, string])[] = [
    ['no map', 7, 'malformed-type'],
    [
      'an unknown kty',
      new Map<number, CborValue>([
        [1, 4],
        [-1, 6],
        [-2, part],
      ]),
      'key-invalid',
    ],
    [
      'X25519',
      new Map<number, CborValue>([
        [1, 1],
        [-1, 4],
        [-2, part],
      ]),
      'key-invalid',
    ],
    [
      'P-256 without y',
      new Map<number, CborValue>([
        [1, 2],
        [-1, 1],
        [-2, part],
      ]),
      'key-invalid',
    ],
    [
      'a y that is a sign',
      new Map<number, CborValue>([
        [1, 2],
        [-1, 1],
        [-2, part],
        [-3, 1],
      ]),
      'key-invalid',
    ],
    [
      'a short x',
      new Map<number, CborValue>([
        [1, 1],
        [-1, 6],
        [-2, part.slice(1)],
      ]),
      'key-invalid',
    ],
    [
      'a secret beside it',
      new Map<number, CborValue>([
        [1, 1],
        [-1, 6],
        [-2, part],
        [-4, part],
      ]),
      'key-invalid',
    ],
    [
      'an alg that needs no saying',
      new Map<number, CborValue>([
        [1, 1],
        [3, -8],
        [-1, 6],
        [-2, part],
      ]),
      'key-invalid',
    ],
    [
      'P-384',
      new Map<number, CborValue>([
        [1, 2],
        [-1, 2],
        [-2, part],
        [-3, part],
      ]),
      'key-invalid',
    ],
  ];
  for (const [title, value, code] of bad) {
    it(`answers ${code} to ${title}`, () => {
      const decoded = coseKey.decode(value);
      assert.equal(decoded.ok ? 'ok' : decoded.rejection.code, code);
    });
  }
});

describe('softwareSigner()', () => {
  for (const algorithm of ALGORITHMS) {
    it(`signs with ${algorithm} what verifySignature() takes, under that key only`, () => {
      const [signer, other] = [randomBytes(32), randomBytes(32)].map((secret) =>
        softwareSigner(algorithm, secret),
      ) as [ReturnType<typeof softwareSigner>, ReturnType<typeof softwareSigner>];
      const message = textBytes('20.00 CNY');
      const signature = signer.sign(message);
      assert.equal(signature.length, 64);
      assert.deepEqual(signer.keyId, keyIdOf(signer.publicKey));
      assert.equal(verifySignature(signer.publicKey, message, signature), true);
      assert.equal(verifySignature(other.publicKey, message, signature), false);
      assert.equal(verifySignature(signer.publicKey, textBytes('20.01 CNY'), signature), false);
    });
  }

  it('has the keys of RFC 8032 and RFC 6979', () => {
    const seed = hex('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60');
    assert.equal(sameKey(softwareSigner('EdDSA', seed).publicKey, ed25519), true);
    const scalar = hex('c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721');
    assert.equal(sameKey(softwareSigner('ES256', scalar).publicKey, p256), true);
  });
});
