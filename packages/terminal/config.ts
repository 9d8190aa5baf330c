import { existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { CertificateBook, Fault, isNetworkId, parseAsset } from '@coinbox/protocol';
import type { Asset, Certificate, Instant, PublicKey } from '@coinbox/protocol';
import {
  createKeys,
  makeFolder,
  openKeys,
  readJsonFile,
  writeFileDurably,
  writeJsonFile,
} from '@coinbox/storage';
import type { KeyStore } from '@coinbox/storage';
import { readAmount } from './sale.ts';
import type { SaleLimits } from './sale.ts';
import type { TerminalKeys } from './state.ts';

const CONFIG_FILE = 'terminal.json';
const TARIFF_FOLDER = 'tariffs';

/**
 * `terminal.json`: what a terminal was told when it was enrolled. Certificates and keys in
 * base64url, amounts in minor units.
 */
export type TerminalConfig = {
  readonly network: string;
  readonly asset: string;
  readonly issuerUrl: string;
  readonly brokerUrl: string;
  readonly root: { readonly algorithm: 'EdDSA' | 'ES256'; readonly bytes: string };
  /** Of the authority, then of the issuer's receipts. */
  readonly certificates: readonly string[];
  readonly holdingCertificate: string;
  readonly settlementCertificate: string;
  /** Smallest and largest payment of one session. */
  readonly least: string;
  readonly most: string;
};

/**
 * Makes the folder and the two keys of a new terminal: the public keys are what the issuer
 * certifies. Fault already-initialised.
 */
export function createTerminalFolder(folder: string): KeyStore {
  makeFolder(folder);
  return createKeys(folder, { holding: 'EdDSA', settlement: 'EdDSA' });
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

/** Reads the folder of a terminal. Faults: not-initialised, config-invalid, startup-unsafe. */
export function readTerminalFolder(folder: string, now: Instant): TerminalFolder {
  const config = readJsonFile(folder, CONFIG_FILE) as TerminalConfig;
  const store = openKeys(folder);
  if (!isNetworkId(config.network)) throw new Fault('config-invalid', 'terminal.json: network');
  const book = new CertificateBook(config.network, readRoot(config));
  const certificates = config.certificates.map((text) => pinned(book, text, now).bytes);
  return {
    config,
    book,
    certificates,
    keys: {
      network: config.network,
      holding: store.signer('holding'),
      holdingCertificate: pinned(book, config.holdingCertificate, now),
      settlement: store.signer('settlement'),
      settlementCertificate: pinned(book, config.settlementCertificate, now),
    },
    limits: {
      asset: readAsset(config.asset),
      least: readAmount(config.least, 'terminal.json: least'),
      most: readAmount(config.most, 'terminal.json: most'),
    },
    tariffs: readTariffs(folder),
  };
}

function readRoot({ root }: TerminalConfig): PublicKey {
  const bytes = fromBase64(root.bytes);
  if (bytes.length !== (root.algorithm === 'EdDSA' ? 32 : 64)) {
    throw new Fault('config-invalid', 'terminal.json: root');
  }
  return { algorithm: root.algorithm, bytes };
}

function pinned(book: CertificateBook, text: string, now: Instant): Certificate {
  const certificate = book.add(fromBase64(text), now, true);
  if (certificate.ok) return certificate.value;
  throw new Fault('config-invalid', `terminal.json: a certificate: ${certificate.rejection.code}`);
}

function readAsset(text: string): Asset {
  const asset = parseAsset(text);
  if (!asset.ok) throw new Fault('config-invalid', `terminal.json: asset: ${asset.rejection.code}`);
  return asset.value;
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

const fromBase64 = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'base64url'));
