import type { Asset, Certificate, CertificateBook, Instant, Signer } from '@coinbox/protocol';
import {
  createKeys,
  makeFolder,
  openKeys,
  readEnrolment,
  readJsonFile,
  writeJsonFile,
} from '@coinbox/storage';
import type { EnrolmentConfig, KeyStore } from '@coinbox/storage';

const CONFIG_FILE = 'payer.json';
const KEY_NAME = 'payer';

/**
 * `payer.json`: what a wallet was told when it was enrolled. Certificates and keys in base64url.
 */
export type PayerConfig = EnrolmentConfig & {
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
  const { book, asset, pin } = readEnrolment(CONFIG_FILE, config, now);
  const certificate = pin(config.certificate, 'payer');
  return { config, asset, signer: store.signer(KEY_NAME), certificate, book };
}
