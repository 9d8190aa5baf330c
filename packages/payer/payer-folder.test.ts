import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Fault, signCertificate } from '@coinbox/protocol';
import { EXAMPLE_NETWORK, exampleSigner, exampleTime } from '@coinbox/protocol/testing';
import { createPayerFolder, enrolPayer, readPayerFolder } from './payer-folder.ts';
import type { PayerConfig } from './payer-folder.ts';
import { temporaryFolder } from './testing/folder.ts';
import { kit, kitPayer } from './testing/kit.ts';

const now = exampleTime(0);
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
const faultCode = (work: () => unknown): string => {
  try {
    work();
    return 'none';
  } catch (fault) {
    return fault instanceof Fault ? fault.code : String(fault);
  }
};

function configOf(folder: string): PayerConfig {
  const { publicKey } = createPayerFolder(folder).signer('payer');
  const body = { ...kit.payer.certificate.body, publicKey };
  const { bytes } = signCertificate(body, kit.authority.signer, EXAMPLE_NETWORK);
  return {
    network: EXAMPLE_NETWORK,
    asset: 'CNY/2',
    issuerUrl: 'http://127.0.0.1:1',
    root: { algorithm: 'EdDSA', bytes: base64(exampleSigner('root').publicKey.bytes) },
    certificates: [kit.authority, kit.issuer].map((party) => base64(party.certificate.bytes)),
    certificate: base64(bytes),
  };
}

test('an enrolled folder gives what a payer is made of', (t) => {
  const folder = temporaryFolder(t);
  enrolPayer(folder, configOf(folder));
  const { certificate, signer, asset, book } = readPayerFolder(folder, now);
  assert.deepEqual([certificate.body.wallet, asset], [kitPayer, 'CNY/2']);
  assert.deepEqual(signer.publicKey, certificate.body.publicKey);
  assert.ok(book.certificateOf(kit.issuer.certificate.keyId));
});

test('a key is made once, and a folder is usable only after enrolment', (t) => {
  const folder = temporaryFolder(t);
  createPayerFolder(folder);
  assert.equal(
    faultCode(() => createPayerFolder(folder)),
    'already-initialised',
  );
  assert.equal(
    faultCode(() => readPayerFolder(folder, now)),
    'not-initialised',
  );
});

const spoilt: readonly [string, Partial<PayerConfig>][] = [
  ['a network that is none', { network: 'A B' }],
  ['an asset that is none', { asset: 'XXY/2' }],
  ['a root that is no key', { root: { algorithm: 'EdDSA', bytes: 'AAAA' } }],
  ['a certificate that nobody signed', { certificate: 'AAAA' }],
  ['the certificate of a terminal', { certificate: base64(kit.holding.certificate.bytes) }],
];
for (const [name, over] of spoilt) {
  test(`readPayerFolder() refuses ${name}`, (t) => {
    const folder = temporaryFolder(t);
    enrolPayer(folder, { ...configOf(folder), ...over });
    assert.equal(
      faultCode(() => readPayerFolder(folder, now)),
      'config-invalid',
    );
  });
}
