import assert from 'node:assert/strict';
import { ed25519 } from '@noble/curves/ed25519.js';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { hex, toCbor, unhex } from './encoding.ts';
import { isSignedBy, keyOf, openSigned, readCertificate } from './signatures.ts';
import { signedBytes, verifySignature } from './signatures.ts';

type Raw = { name: string; publicKey: string; message: string; signature: string; valid: boolean };
type Named = { name: string; hex: string; expected: { ok: boolean; code?: string } };
type Signatures = {
  network: string;
  publicKey: string;
  keys: { algorithm: string; publicKey: string; keyId: string }[];
  raw: Raw[];
  envelopes: Named[];
};
type Certified = {
  name: string;
  hex: string;
  expected: {
    ok: boolean;
    code: string;
    value: {
      wallet: string;
      role: string;
      publicKey: { bytes: string };
      validFrom: number;
      validUntil: number;
    };
  };
};
const vectors = <T>(name: string): T =>
  JSON.parse(readFileSync(join(import.meta.dirname, '../../spec/vectors', name), 'utf8')) as T;
const signatures = vectors<Signatures>('signatures.json');

describe('the vectors of page 02', () => {
  for (const { algorithm, publicKey, keyId } of signatures.keys) {
    test(`keyOf() names the ${algorithm} key ${keyId}`, () => {
      assert.equal(keyOf(unhex(publicKey)).id, keyId);
    });
  }

  for (const { name, publicKey, message, signature, valid } of signatures.raw) {
    test(`verifySignature() says ${valid} to: ${name}`, () => {
      const key = keyOf(unhex(publicKey));
      // More often than it takes until a key gets its table.
      for (let i = 0; i < 20; i++) {
        assert.equal(verifySignature(key, unhex(message), unhex(signature)), valid);
      }
    });
  }

  const { network, publicKey } = signatures;
  const isGood = (text: string): boolean => {
    try {
      return isSignedBy(openSigned(unhex(text), network), keyOf(unhex(publicKey)));
    } catch {
      return false;
    }
  };
  for (const { name, hex: text, expected } of signatures.envelopes) {
    test(`a message is ${expected.ok ? 'taken' : 'refused'}: ${name}`, () => {
      assert.equal(isGood(text), expected.ok);
    });
  }

  const { cases } = vectors<{ cases: Certified[] }>('certificates.json');
  for (const { name, hex: text, expected } of cases.filter((one) => one.expected.ok)) {
    test(`readCertificate() reads what this one says: ${name}`, () => {
      const found = readCertificate(openSigned(unhex(text), network));
      const { wallet, role, publicKey: key, validFrom, validUntil } = expected.value;
      assert.deepEqual([found.wallet, found.role], [wallet, role]);
      assert.equal(hex(found.key.bytes), key.bytes);
      assert.deepEqual([found.since, found.until], [validFrom, validUntil]);
    });
  }

  // What only somebody knows who sees more than the certificate.
  const elsewhere = ['key-unknown', 'key-wrong-role', 'signature-invalid', 'key-expired'];
  const ranges = ['malformed-value', 'amount-zero'];
  for (const { name, hex: text, expected } of cases) {
    if (expected.ok || [...elsewhere, ...ranges].includes(expected.code)) continue;
    test(`readCertificate() throws at: ${name}`, () => {
      assert.throws(() => readCertificate(openSigned(unhex(text), network)));
    });
  }
});

test('verifySignature() takes no key of small order, under which anybody can sign', () => {
  // The key is the identity, so that S·B = R + k·A holds for R = S·B, whatever the message is.
  const key = keyOf(Buffer.from([1, ...new Uint8Array(31)]));
  const r = ed25519.Point.BASE.multiply(5n).toBytes();
  const signature = Buffer.concat([r, Buffer.of(5), Buffer.alloc(31)]);
  assert.equal(verifySignature(key, Buffer.from('anything'), signature), false);
});

test('isSignedBy() refuses a header that names another algorithm than the key has', () => {
  const { secretKey, publicKey } = ed25519.keygen(new Uint8Array(32).fill(7));
  const key = keyOf(Buffer.from(publicKey));
  for (const [alg, isTaken] of [
    [-8, true],
    [-7, false],
  ] as const) {
    const labels = new Map<number, unknown>().set(1, alg).set(4, unhex(key.id));
    const header = toCbor(labels.set(16, 'coinbox.pay'));
    const payload = toCbor(new Map());
    const signature = ed25519.sign(signedBytes('net', header, payload), secretKey);
    const parts = toCbor([header, new Map(), payload, signature]);
    const opened = openSigned(Buffer.concat([Buffer.of(0xd2), parts]), 'net');
    assert.equal(isSignedBy(opened, key), isTaken, `${alg}`);
  }
});
