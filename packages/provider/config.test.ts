import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Fault } from '@coinbox/protocol';
import { exampleTime } from '@coinbox/protocol/testing';
import { readJsonFile, writeJsonFile } from '@coinbox/storage';
import { createProviderFolder, enrolProvider, readProviderFolder } from './config.ts';
import type { ProviderConfig } from './config.ts';
import { enrolledFolder, temporaryFolder } from './testing/folder.ts';
import { KIT_TARIFF, kit, kitConfig, kitProvider, kitTariff } from './testing/kit.ts';

const now = exampleTime(0);
const faultCode = (work: () => unknown): string => {
  try {
    work();
    return 'none';
  } catch (fault) {
    return fault instanceof Fault ? fault.code : String(fault);
  }
};

test('an enrolled folder gives key, certificate, trust and tariffs', (t) => {
  const folder = readProviderFolder(enrolledFolder(t), now);
  assert.equal(folder.certificate.body.wallet, kitProvider);
  assert.deepEqual(folder.signer.publicKey, folder.certificate.body.publicKey);
  assert.equal(folder.asset, 'CNY/2');
  assert.ok(folder.tariffs.tariffOf(kitTariff.hash));
  assert.ok(folder.book.certificateOf(kit.issuer.certificate.keyId));
});

test('a key is made once, and a folder is usable only after enrolment', (t) => {
  const folder = temporaryFolder(t);
  createProviderFolder(folder);
  assert.equal(
    faultCode(() => createProviderFolder(folder)),
    'already-initialised',
  );
  assert.equal(
    faultCode(() => readProviderFolder(folder, now)),
    'not-initialised',
  );
});

const spoilt: readonly [string, Partial<ProviderConfig>][] = [
  ['a network that is none', { network: 'A B' }],
  ['an asset that is none', { asset: 'XXY/2' }],
  ['a root that is no key', { root: { algorithm: 'EdDSA', bytes: 'AAAA' } }],
  ['a certificate that nobody signed', { certificate: 'AAAA' }],
  [
    'the certificate of a terminal',
    { certificate: kitConfig(kit.holding.certificate.bytes).certificate },
  ],
];
for (const [name, over] of spoilt) {
  test(`readProviderFolder() refuses ${name}`, (t) => {
    const folder = enrolledFolder(t);
    const config = readJsonFile(folder, 'provider.json') as ProviderConfig;
    writeJsonFile(folder, 'provider.json', { ...config, ...over });
    assert.equal(
      faultCode(() => readProviderFolder(folder, now)),
      'config-invalid',
    );
  });
}

test('enrolProvider() takes no tariff that cannot be read', (t) => {
  const folder = temporaryFolder(t);
  createProviderFolder(folder);
  const config = kitConfig(kit.provider.certificate.bytes);
  assert.equal(
    faultCode(() => enrolProvider(folder, config, ['{}'])),
    'config-invalid',
  );
  enrolProvider(folder, config, [KIT_TARIFF]);
});
