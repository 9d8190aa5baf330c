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
import { addTariff, createTariffShelf, readTariffs } from './tariff-shelf.ts';
import type { TariffShelf } from './tariff-shelf.ts';

const CONFIG_FILE = 'provider.json';
const KEY_NAME = 'provider';

/**
 * `provider.json`: what a provider was told when it was enrolled. Certificates and keys in
 * base64url.
 */
export type ProviderConfig = EnrolmentConfig & {
  readonly brokerUrl: string;
  /** Of this provider's wallet. */
  readonly certificate: string;
  /** `own`: bills come from a system of the provider's own. Default: from the tariff. */
  readonly billing?: 'tariff' | 'own';
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
  const { book, asset, pin } = readEnrolment(CONFIG_FILE, config, now);
  return {
    path: folder,
    config,
    asset,
    signer: store.signer(KEY_NAME),
    certificate: pin(config.certificate, 'provider'),
    book,
    tariffs: createTariffShelf(readTariffs(folder), asset),
  };
}
