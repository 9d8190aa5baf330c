import assert from 'node:assert/strict';
import { createPrivateKey, sign } from 'node:crypto';
import { describe, it } from 'node:test';
import { ed25519 } from '@noble/curves/ed25519.js';
import { bytesToNumberLE, numberToBytesLE } from '@noble/curves/utils.js';
import { sha512 } from '@noble/hashes/sha2.js';
import fc from 'fast-check';
import { concatBytes, equalBytes, fromHex, textBytes, toHex } from './bytes.ts';
import * as browser from './primitives-browser.ts';
import * as node from './primitives-node.ts';
import type { Primitives } from './primitives.ts';

const hex = (text: string): Uint8Array => fromHex(text.replaceAll(/\s/g, '')) as Uint8Array;
const fallback: Primitives = { ...node, verifyEd25519: node.verifyEd25519ByNode };
const versions: readonly (readonly [string, Primitives])[] = [
  ['for Node', node],
  ['for Node without sodium-native', fallback],
  ['for browsers', browser],
];
/** Asserts the same answer of every version. */
function all(name: 'verifyEd25519' | 'verifyP256', expected: boolean) {
  return (key: Uint8Array, message: Uint8Array, signature: Uint8Array): void => {
    for (const [title, version] of versions) {
      assert.equal(version[name](key, message, signature), expected, `${name} ${title}`);
    }
  };
}

/** RFC 8032 §7.1, TEST 1, 2, 3 and SHA(abc): seed, public key, message, signature. */
const rfc8032: readonly (readonly [string, string, string, string])[] = [
  [
    '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    '',
    `e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155
     5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b`,
  ],
  [
    '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    '72',
    `92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da
     085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00`,
  ],
  [
    'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
    'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
    'af82',
    `6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac
     18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a`,
  ],
  [
    '833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42',
    'ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf',
    `ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a
     2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f`,
    `dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b589
     09351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704`,
  ],
];

/** The order of the group of Ed25519 (RFC 8032 §5.1). */
const L = (1n << 252n) + 27742317777372353535851937790883648493n;

/** RFC 6979 A.2.5, P-256 with SHA-256: x, public key, and the signatures of two messages. */
const rfc6979 = {
  secret: 'c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721',
  publicKey: `60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6
              7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299`,
  sample: `efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716
           f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8`,
  test: `f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367
         019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083`,
};
const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

const withS = (signature: Uint8Array, s: bigint): Uint8Array =>
  concatBytes(signature.subarray(0, 32), hex(s.toString(16).padStart(64, '0')));
const sOf = (signature: Uint8Array): bigint => BigInt(`0x${toHex(signature.subarray(32))}`);
const littleEndian = (value: bigint, length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => Number((value >> BigInt(8 * i)) & 255n));
const flipped = (bytes: Uint8Array, bit: number): Uint8Array =>
  bytes.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));

describe('sha256()', () => {
  it('gives the example of FIPS 180-4 for abc', () => {
    const digest = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    for (const [, version] of versions)
      assert.equal(toHex(version.sha256(textBytes('abc'))), digest);
  });
});

describe('Ed25519', () => {
  for (const [i, [seed, key, message, signature]] of rfc8032.entries()) {
    it(`gives vector ${i + 1} of RFC 8032 §7.1`, () => {
      for (const [, version] of versions) {
        assert.equal(toHex(version.publicKeyEd25519(hex(seed))), key);
        assert.deepEqual(
          toHex(version.signEd25519(hex(seed), hex(message))),
          toHex(hex(signature)),
        );
      }
      all('verifyEd25519', true)(hex(key), hex(message), hex(signature));
    });
  }

  const [, key, message, signature] = rfc8032[2]!.map(hex) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ];
  const refuses = all('verifyEd25519', false);

  it('refuses every flipped bit of signature and message', () => {
    for (let bit = 0; bit < 512; bit++) refuses(key, message, flipped(signature, bit));
    for (let bit = 0; bit < 16; bit++) refuses(key, flipped(message, bit), signature);
  });

  it('refuses S + L, which satisfies the equation', () => {
    let s = 0n;
    for (let i = 63; i >= 32; i--) s = (s << 8n) | BigInt(signature[i] as number);
    refuses(key, message, concatBytes(signature.subarray(0, 32), littleEndian(s + L, 32)));
  });

  it('refuses keys and signatures of a wrong length', () => {
    refuses(key.subarray(1), message, signature);
    refuses(concatBytes(key, key), message, signature);
    refuses(new Uint8Array(0), message, signature);
    refuses(key, message, signature.subarray(0, 63));
    refuses(key, message, concatBytes(signature, Uint8Array.of(0)));
    refuses(key, message, new Uint8Array(0));
  });

  // Points of order 1, 2, 4 and 8 and their encodings with y ≥ p, as in "Taming the many EdDSAs".
  const smallOrder = [
    '0100000000000000000000000000000000000000000000000000000000000000',
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    '0000000000000000000000000000000000000000000000000000000000000080',
    '0000000000000000000000000000000000000000000000000000000000000000',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
    '0100000000000000000000000000000000000000000000000000000000000080',
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
    'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
    'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
  ];
  for (const point of smallOrder) {
    it(`refuses the small-order key ${point.slice(0, 4)}…${point.slice(-2)}`, () => {
      // With S = 0 and R = the identity the equation holds for about one message in eight.
      const zero = concatBytes(hex(smallOrder[0] as string), new Uint8Array(32));
      for (let i = 0; i < 16; i++) refuses(hex(point), Uint8Array.of(i), zero);
    });
  }

  it('refuses what only the cofactored equation would take', () => {
    const { BASE, Fn } = ed25519.Point;
    const torsion = ed25519.Point.fromBytes(hex(smallOrder[4] as string));
    for (let i = 0; i < 8; i++) {
      const body = Uint8Array.of(i);
      const [a, r] = [Fn.create(123_456_789n + BigInt(i)), 987_654_321n];
      const A = BASE.multiply(a);
      // R with a part of small order: (S·B − k·A) differs from it by that part, whatever k is.
      const R = BASE.multiply(r).add(torsion).toBytes();
      const k = Fn.create(bytesToNumberLE(sha512(concatBytes(R, A.toBytes(), body))));
      const forged = concatBytes(R, numberToBytesLE(Fn.create(r + k * a), 32));
      assert.equal(ed25519.verify(forged, body, A.toBytes(), { zip215: false }), true);
      refuses(A.toBytes(), body, forged);
    }
  });

  it('is the same in every version for random keys and messages', () => {
    const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });
    fc.assert(
      fc.property(bytes32, fc.uint8Array(), fc.nat(511), (seed, body, bit) => {
        const publicKey = node.publicKeyEd25519(seed);
        const made = node.signEd25519(seed, body);
        assert.ok(equalBytes(browser.publicKeyEd25519(seed), publicKey));
        assert.ok(equalBytes(browser.signEd25519(seed, body), made));
        all('verifyEd25519', true)(publicKey, body, made);
        refuses(publicKey, body, flipped(made, bit));
      }),
      { numRuns: 40 },
    );
  });
});

describe('ES256', () => {
  const key = hex(rfc6979.publicKey);
  const sample = textBytes('sample');
  const refuses = all('verifyP256', false);
  const accepts = all('verifyP256', true);

  it('gives the public key of RFC 6979 A.2.5', () => {
    for (const [, version] of versions) {
      assert.ok(equalBytes(version.publicKeyP256(hex(rfc6979.secret)), key));
    }
  });

  it('takes the signature of RFC 6979 A.2.5 over test, whose s is the lower', () => {
    accepts(key, textBytes('test'), hex(rfc6979.test));
  });

  it('refuses the one over sample, whose s is the higher, and takes its twin', () => {
    const high = hex(rfc6979.sample);
    assert.ok(sOf(high) > P256_ORDER / 2n);
    refuses(key, sample, high);
    accepts(key, sample, withS(high, P256_ORDER - sOf(high)));
  });

  it('refuses every flipped bit of a signature', () => {
    const signature = hex(rfc6979.test);
    for (let bit = 0; bit < 512; bit++) refuses(key, textBytes('test'), flipped(signature, bit));
  });

  it('refuses r and s of 0, of n, and s + n', () => {
    const good = hex(rfc6979.test);
    const n = hex(P256_ORDER.toString(16));
    const none = new Uint8Array(32);
    for (const [r, s] of [
      [none, good.subarray(32)],
      [good.subarray(0, 32), none],
      [none, none],
      [n, good.subarray(32)],
      [good.subarray(0, 32), n],
    ] as const) {
      refuses(key, textBytes('test'), concatBytes(r, s));
    }
  });

  it('refuses DER, other lengths, and keys that are no point of the curve', () => {
    const good = hex(rfc6979.test);
    const body = textBytes('test');
    const jwk = {
      kty: 'EC',
      crv: 'P-256',
      d: Buffer.from(hex(rfc6979.secret)).toString('base64url'),
      x: Buffer.from(key.subarray(0, 32)).toString('base64url'),
      y: Buffer.from(key.subarray(32)).toString('base64url'),
    };
    refuses(key, body, sign('sha256', body, createPrivateKey({ key: jwk, format: 'jwk' })));
    refuses(key, body, good.subarray(0, 63));
    refuses(key, body, concatBytes(good, Uint8Array.of(0)));
    refuses(key.subarray(0, 63), body, good);
    refuses(concatBytes(Uint8Array.of(4), key), body, good);
    refuses(new Uint8Array(64), body, good);
    refuses(flipped(key, 0), body, good);
    refuses(new Uint8Array(64).fill(255), body, good);
  });

  it('is signed with the lower s, and taken by every version', () => {
    for (const [, version] of versions) {
      for (let i = 0; i < 12; i++) {
        const signature = version.signP256(hex(rfc6979.secret), Uint8Array.of(i));
        assert.equal(signature.length, 64);
        assert.ok(sOf(signature) <= P256_ORDER / 2n);
        accepts(key, Uint8Array.of(i), signature);
        refuses(key, Uint8Array.of(i), withS(signature, P256_ORDER - sOf(signature)));
      }
    }
  });
});

describe('ed25519Library', () => {
  it('names what verifies here', () => {
    assert.match(node.ed25519Library, /^(?:sodium-native|node:crypto)$/);
    assert.equal(browser.ed25519Library, '@noble/curves');
  });
});
