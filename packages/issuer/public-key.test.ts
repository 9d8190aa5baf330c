import assert from 'node:assert/strict';
import { createECDH, generateKeyPairSync } from 'node:crypto';
import { describe, test } from 'node:test';
import type { Algorithm } from '@coinbox/protocol';
import { isGoodKey } from './public-key.ts';

const good = (algorithm: Algorithm, hex: string): boolean =>
  isGoodKey({ algorithm, bytes: Buffer.from(hex, 'hex') });

/** The eight points of small order, and encodings of them that are not canonical. */
const SMALL_ORDER = [
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0000000000000000000000000000000000000000000000000000000000000080',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '0100000000000000000000000000000000000000000000000000000000000080',
];

/** RFC 8032 §7.1, tests 1 to 3, and the base point. */
const GOOD = [
  'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
  '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
  'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
  '5866666666666666666666666666666666666666666666666666666666666666',
];

describe('isGoodKey()', () => {
  for (const hex of SMALL_ORDER) {
    test(`refuses ${hex.slice(0, 8)}…${hex.slice(-2)}, which is of small order`, () => {
      assert.equal(good('EdDSA', hex), false);
    });
  }

  test('takes the keys of RFC 8032', () => {
    for (const hex of GOOD) assert.equal(good('EdDSA', hex), true, hex);
  });

  test('takes every key that node:crypto makes', () => {
    for (let count = 0; count < 20; count++) {
      const { publicKey } = generateKeyPairSync('ed25519');
      const { x = '' } = publicKey.export({ format: 'jwk' });
      assert.equal(good('EdDSA', Buffer.from(x, 'base64url').toString('hex')), true, x);
    }
  });

  test('refuses about half of all y: there is no point with them', () => {
    // y = 2 is on no point of the curve, y = 3 is.
    assert.equal(good('EdDSA', `02${'00'.repeat(31)}`), false);
    assert.equal(good('EdDSA', `03${'00'.repeat(31)}`), true);
  });

  test('refuses wrong lengths', () => {
    for (const length of [0, 31, 33, 64]) assert.equal(good('EdDSA', '58'.repeat(length)), false);
    for (const length of [0, 32, 63, 65]) assert.equal(good('ES256', '01'.repeat(length)), false);
  });

  test('takes a point of P-256 and refuses one beside it', () => {
    const ecdh = createECDH('prime256v1');
    const point = Buffer.from(ecdh.generateKeys().subarray(1));
    assert.equal(good('ES256', point.toString('hex')), true);
    point[63] = (point[63] as number) ^ 1;
    assert.equal(good('ES256', point.toString('hex')), false);
    assert.equal(good('ES256', '00'.repeat(64)), false);
  });
});
