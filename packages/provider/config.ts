import { CertificateBook, Fault, isNetworkId, parseAsset } from '@coinbox/protocol';
import type { Asset, Certificate, Instant, PublicKey, Signer } from '@coinbox/protocol';
import { createKeys, makeFolder, openKeys, readJsonFile, writeJsonFile } from '@coinbox/storage';
import type { KeyStore } from '@coinbox/storage';
import { addTariff, createTariffShelf, readTariffs } from './tariff-shelf.ts';
import type { TariffShelf } from './tariff-shelf.ts';

const CONFIG_FILE = 'provider.json';
const KEY_NAME = 'provider';

/**
 * `provider.json`: what a provider was told when it was enrolled. Certificates and keys in
 * base64url.
 */
export type ProviderConfig = {
  readonly network: string;
  readonly asset: string;
  readonly issuerUrl: string;
  readonly brokerUrl: string;
  readonly root: { readonly algorithm: 'EdDSA' | 'ES256'; readonly bytes: string };
  /** Of the authority, then of the issuer's receipts. */
  readonly certificates: readonly string[];
  /** Of this provider's wallet. */
  readonly certificate: string;
};

/**
 * Makes the folder and the key of a new provider: its public key is what the issuer certifies.
 * Fault already-initialised.
 */
export function createProviderFolder(folder: string): KeyStore {
  makeFolder(folder);
  return createKeys(folder, { [KEY_NAME]: 'EdDSA' });
}

/**
 * Completes the folder with what the issuer has answered, and with tariff documents. Fault
 * config-invalid.
 */
export function enrolProvider(
  folder: string,
  config: ProviderConfig,
  tariffs: readonly string[],
): void {
  for (const document of tariffs) addTariff(folder, document);
  writeJsonFile(folder, CONFIG_FILE, config);
}

/** A provider's folder, read and checked. */
export type ProviderFolder = {
  readonly path: string;
  readonly config: ProviderConfig;
  readonly asset: Asset;
  readonly signer: Signer;
  readonly certificate: Certificate;
  readonly book: CertificateBook;
  readonly tariffs: TariffShelf;
};

/** Reads the folder of a provider. Faults: not-initialised, config-invalid, startup-unsafe. */
export function readProviderFolder(folder: string, now: Instant): ProviderFolder {
  const config = readJsonFile(folder, CONFIG_FILE) as ProviderConfig;
  const store = openKeys(folder);
  if (!isNetworkId(config.network)) throw new Fault('config-invalid', 'provider.json: network');
  const asset = parseAsset(config.asset);
  if (!asset.ok) throw new Fault('config-invalid', 'provider.json: asset');
  const book = new CertificateBook(config.network, readRoot(config));
  for (const text of config.certificates) pinned(book, text, now);
  const certificate = pinned(book, config.certificate, now);
  if (certificate.body.role !== 'provider') {
    throw new Fault('config-invalid', 'provider.json: the certificate is not of a provider');
  }
  return {
    path: folder,
    config,
    asset: asset.value,
    signer: store.signer(KEY_NAME),
    certificate,
    book,
    tariffs: createTariffShelf(readTariffs(folder), asset.value),
  };
}

function readRoot({ root }: ProviderConfig): PublicKey {
  const bytes = fromBase64(root.bytes);
  if (bytes.length !== (root.algorithm === 'EdDSA' ? 32 : 64)) {
    throw new Fault('config-invalid', 'provider.json: root');
  }
  return { algorithm: root.algorithm, bytes };
}

function pinned(book: CertificateBook, text: string, now: Instant): Certificate {
  const certificate = book.add(fromBase64(text), now, true);
  if (certificate.ok) return certificate.value;
  throw new Fault('config-invalid', `provider.json: a certificate: ${certificate.rejection.code}`);
}

const fromBase64 = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'base64url'));
