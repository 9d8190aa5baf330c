import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Fault } from '@coinbox/protocol';
import { exampleParties, exampleSigner, exampleTime } from '@coinbox/protocol/testing';
import { readEnrolment } from './enrolment.ts';
import type { EnrolmentConfig } from './enrolment.ts';

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
const { authority, issuer, payer, provider } = exampleParties();
const now = exampleTime(0);
const config: EnrolmentConfig = {
  network: 'example',
  asset: 'CNY/2',
  issuerUrl: 'http://127.0.0.1:1',
  root: { algorithm: 'EdDSA', bytes: base64(exampleSigner('root').publicKey.bytes) },
  certificates: [base64(authority.certificate.bytes), base64(issuer.certificate.bytes)],
};
const invalid =
  (text: RegExp) =>
  (thrown: unknown): boolean =>
    thrown instanceof Fault && thrown.code === 'config-invalid' && text.test(thrown.message);

describe('readEnrolment()', () => {
  it('pins the certificates of the issuer, and one of its own', () => {
    const { asset, book, certificates, pin } = readEnrolment('payer.json', config, now);
    assert.equal(asset, 'CNY/2');
    assert.deepEqual(certificates, [authority.certificate.bytes, issuer.certificate.bytes]);
    assert.ok(book.certificateOf(issuer.certificate.keyId));
    const own = pin(base64(payer.certificate.bytes), 'payer');
    assert.equal(own.body.wallet, payer.wallet);
    assert.ok(book.certificateOf(payer.certificate.keyId));
  });

  const bad: readonly [name: string, over: Partial<EnrolmentConfig>, text: RegExp][] = [
    ['a network with a capital', { network: 'Example' }, /^payer\.json: network/],
    ['an unknown asset', { asset: 'XXY/2' }, /^payer\.json: asset/],
    ['a short root key', { root: { algorithm: 'EdDSA', bytes: 'AAAA' } }, /^payer\.json: root/],
    ['a P-256 root of 32 bytes', { root: { ...config.root, algorithm: 'ES256' } }, /root/],
    ['the authority missing', { certificates: config.certificates.slice(1) }, /key-unknown/],
    ['the root of another network', { network: 'elsewhere' }, /signature-invalid/],
  ];
  for (const [name, over, text] of bad) {
    it(`refuses ${name}, and names the file`, () => {
      assert.throws(() => readEnrolment('payer.json', { ...config, ...over }, now), invalid(text));
    });
  }

  it('refuses a certificate of another role as one of its own', () => {
    const { pin } = readEnrolment('payer.json', config, now);
    assert.throws(
      () => pin(base64(provider.certificate.bytes), 'payer'),
      invalid(/not of a payer/),
    );
  });
});
