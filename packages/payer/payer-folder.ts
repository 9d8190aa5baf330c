import { CertificateBook, Fault, isNetworkId, parseAsset } from '@coinbox/protocol';
import type { Asset, Certificate, Instant, PublicKey, Signer } from '@coinbox/protocol';
import { createKeys, makeFolder, openKeys, readJsonFile, writeJsonFile } from '@coinbox/storage';
import type { KeyStore } from '@coinbox/storage';

const CONFIG_FILE = 'payer.json';
const KEY_NAME = 'payer';

/**
 * `payer.json`: what a wallet was told when it was enrolled. Certificates and keys in base64url.
 */
export type PayerConfig = {
  readonly network: string;
  readonly asset: string;
  readonly issuerUrl: string;
  readonly root: { readonly algorithm: 'EdDSA' | 'ES256'; readonly bytes: string };
  /** Of the authority, then of the issuer's receipts. */
  readonly certificates: readonly string[];
  /** Of this wallet. */
  readonly certificate: string;
};

/**
 * Makes the folder and the key of a new wallet: its public key is what the issuer certifies. Fault
 * already-initialised.
 */
export function createPayerFolder(folder: string): KeyStore {
  makeFolder(folder);
  return createKeys(folder, { [KEY_NAME]: 'EdDSA' });
}

/** Completes the folder with what the issuer has answered. */
export const enrolPayer = (folder: string, config: PayerConfig): void =>
  writeJsonFile(folder, CONFIG_FILE, config);

/** A payer's folder, read and checked: what createPayer takes, beside store and clock. */
export type PayerFolder = {
  readonly config: PayerConfig;
  readonly asset: Asset;
  readonly signer: Signer;
  readonly certificate: Certificate;
  readonly book: CertificateBook;
};

/** Reads the folder of a wallet. Faults: not-initialised, config-invalid, startup-unsafe. */
export function readPayerFolder(folder: string, now: Instant): PayerFolder {
  const config = readJsonFile(folder, CONFIG_FILE) as PayerConfig;
  const store = openKeys(folder);
  if (!isNetworkId(config.network)) throw new Fault('config-invalid', 'payer.json: network');
  const asset = parseAsset(config.asset);
  if (!asset.ok) throw new Fault('config-invalid', 'payer.json: asset');
  const book = new CertificateBook(config.network, readRoot(config));
  for (const text of config.certificates) pinned(book, text, now);
  const certificate = pinned(book, config.certificate, now);
  if (certificate.body.role !== 'payer') {
    throw new Fault('config-invalid', 'payer.json: the certificate is not of a payer');
  }
  return { config, asset: asset.value, signer: store.signer(KEY_NAME), certificate, book };
}

function readRoot({ root }: PayerConfig): PublicKey {
  const bytes = fromBase64(root.bytes);
  if (bytes.length !== (root.algorithm === 'EdDSA' ? 32 : 64)) {
    throw new Fault('config-invalid', 'payer.json: root');
  }
  return { algorithm: root.algorithm, bytes };
}

function pinned(book: CertificateBook, text: string, now: Instant): Certificate {
  const certificate = book.add(fromBase64(text), now, true);
  if (certificate.ok) return certificate.value;
  throw new Fault('config-invalid', `payer.json: a certificate: ${certificate.rejection.code}`);
}

const fromBase64 = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'base64url'));
