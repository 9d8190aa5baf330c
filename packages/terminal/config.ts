import { existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Algorithm, CertificateBook, Instant } from '@coinbox/protocol';
import {
  createKeys,
  createTokenKeys,
  makeFolder,
  openKeys,
  readEnrolment,
  readJsonFile,
  writeFileDurably,
  writeJsonFile,
} from '@coinbox/storage';
import type { EnrolmentConfig, KeyStore, TokenFolder } from '@coinbox/storage';
import { readAmount } from './sale.ts';
import type { SaleLimits } from './sale.ts';
import type { TerminalKeys } from './state.ts';

const CONFIG_FILE = 'terminal.json';
const TARIFF_FOLDER = 'tariffs';

/**
 * `terminal.json`: what a terminal was told when it was enrolled. Certificates and keys in
 * base64url, amounts in minor units.
 */
export type TerminalConfig = EnrolmentConfig & {
  readonly brokerUrl: string;
  readonly holdingCertificate: string;
  readonly settlementCertificate: string;
  /** The name of the settlement wallet's key, once it is not the first. Default: `settlement`. */
  readonly settlementKey?: string;
  /** Smallest and largest payment of one session. */
  readonly least: string;
  readonly most: string;
};

/** How the keys of a new terminal are made. */
export type TerminalKeyOrder = {
  /** Default EdDSA. Many chips know ES256 only. */
  readonly algorithm?: Algorithm;
  /** The token that the keys are made on; without one they are in a file. */
  readonly token?: TokenFolder;
};

const FIRST_SETTLEMENT_KEY = 'settlement';

/**
 * Makes the folder and the two keys of a new terminal: the public keys are what the issuer
 * certifies. Faults: already-initialised; with a token also config-invalid, startup-unsafe,
 * token-failed.
 */
export function createTerminalFolder(folder: string, order: TerminalKeyOrder = {}): KeyStore {
  const { algorithm = 'EdDSA', token } = order;
  makeFolder(folder);
  const names = { holding: algorithm, [FIRST_SETTLEMENT_KEY]: algorithm };
  return token ? createTokenKeys(folder, token, names) : createKeys(folder, names);
}

/**
 * Has the terminal sign with another settlement wallet from its next start on. Its messages that
 * wait to be sent keep the signatures that they have. Faults: not-initialised, config-invalid.
 */
export function changeSettlementKey(
  folder: string,
  key: { readonly settlementKey: string; readonly settlementCertificate: string },
): void {
  const config = readJsonFile(folder, CONFIG_FILE) as TerminalConfig;
  writeJsonFile(folder, CONFIG_FILE, { ...config, ...key });
}

/** Completes the folder with what the issuer has answered, and with the tariff document. */
export function enrolTerminal(folder: string, config: TerminalConfig, tariff: string): void {
  mkdirSync(join(folder, TARIFF_FOLDER), { recursive: true, mode: 0o700 });
  writeFileDurably(join(folder, TARIFF_FOLDER, '1.json'), tariff);
  writeJsonFile(folder, CONFIG_FILE, config);
}

/** A terminal's folder, read and checked. */
export type TerminalFolder = {
  readonly config: TerminalConfig;
  readonly keys: TerminalKeys;
  readonly book: CertificateBook;
  readonly limits: SaleLimits;
  /** Tariff documents, the current one first. */
  readonly tariffs: readonly string[];
  /** Certificates of authority and issuer. */
  readonly certificates: readonly Uint8Array[];
};

/**
 * Reads the folder of a terminal. Faults: not-initialised, config-invalid, startup-unsafe,
 * token-failed.
 */
export function readTerminalFolder(folder: string, now: Instant): TerminalFolder {
  const config = readJsonFile(folder, CONFIG_FILE) as TerminalConfig;
  const store = openKeys(folder);
  const { book, asset, certificates, pin } = readEnrolment(CONFIG_FILE, config, now);
  return {
    config,
    book,
    certificates,
    keys: {
      network: config.network,
      holding: store.signer('holding'),
      holdingCertificate: pin(config.holdingCertificate, 'holding'),
      settlement: store.signer(config.settlementKey ?? FIRST_SETTLEMENT_KEY),
      settlementCertificate: pin(config.settlementCertificate, 'settlement'),
    },
    limits: {
      asset,
      least: readAmount(config.least, 'terminal.json: least'),
      most: readAmount(config.most, 'terminal.json: most'),
    },
    tariffs: readTariffs(folder),
  };
}

/**
 * The document with the highest number is the current one; older ones price the sessions that were
 * opened with them.
 */
function readTariffs(folder: string): string[] {
  const shelf = join(folder, TARIFF_FOLDER);
  const names = existsSync(shelf)
    ? readdirSync(shelf).filter((name) => /^\d+\.json$/.test(name))
    : [];
  return names
    .sort((a, b) => Number.parseInt(b) - Number.parseInt(a))
    .map((name) => readFileSync(join(shelf, name), 'utf8'));
}
