import { Fault, later, newId, sha256, signCertificate } from '@coinbox/protocol';
import type { Certificate, Clock, Role, Signer, WalletId } from '@coinbox/protocol';
import { createKeys, makeFolder, writeFileDurably } from '@coinbox/storage';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SECRET_BYTES } from '@coinbox/log';
import { CONFIG_FILE, checkDatabase, checkSettings, writeConfig } from './config.ts';

export type InitIssuer = {
  /** Names the deployment: 1 to 32 of a–z, 0–9 and `-`. */
  readonly network: string;
  /** The one asset of the network: `CNY/2`. */
  readonly asset: string;
  readonly clock: Clock;
  /**
   * Operators; two at least, since nobody approves a proposal of their own. Default: maker,
   * checker.
   */
  readonly people?: readonly string[];
  /** Address of the PostgreSQL database for the ledger, without a password. Default: a file. */
  readonly database?: string;
};

/** The names of an issuer's keys in `keys.json`. */
export const KEY_NAMES = { root: 'EdDSA', authority: 'EdDSA', receipts: 'EdDSA-tree' } as const;

/** The file with the secret of the log, for the issuer only. */
export const SECRET_FILE = 'log.secret';

const YEAR_MS = 365 * 86_400_000;
const AUTHORITY_YEARS = 20;
const BACKDATED_MS = 3_600_000;

/** The file with the clear token of an operator, for its owner only. */
export const tokenFile = (folder: string, person: string): string =>
  join(folder, `${person}.token`);

/**
 * Makes the data folder of a new issuer: keys, certificates, the secret of the log, `issuer.json`,
 * and a token file for each person. The token file can be given away and deleted; the issuer keeps
 * its hash. Faults: already-initialised, config-invalid.
 */
export function initIssuer(folder: string, options: InitIssuer): void {
  const { network, clock, people = ['maker', 'checker'] } = options;
  const asset = checkSettings(network, options.asset, people);
  const database = options.database === undefined ? undefined : checkDatabase(options.database);
  if (existsSync(join(folder, CONFIG_FILE))) {
    throw new Fault('already-initialised', `${folder} holds an issuer already`);
  }
  makeFolder(folder);
  const keys = createKeys(folder, KEY_NAMES);
  const root = keys.signer('root');
  const authority = keys.signer('authority');
  const certify = (role: Role, subject: Signer, by: Signer): Certificate =>
    certificateOf(role, subject, by, network, clock);
  const hashes = people.map((person): [string, Uint8Array] => {
    const token = randomBytes(32).toString('base64url');
    writeFileDurably(tokenFile(folder, person), `${token}\n`);
    return [person, sha256(Buffer.from(token))];
  });
  writeFileDurably(
    join(folder, SECRET_FILE),
    `${randomBytes(SECRET_BYTES).toString('base64url')}\n`,
  );
  // Written last: a folder without it is not initialised.
  writeConfig(folder, {
    network,
    asset,
    root: root.publicKey,
    certificates: [
      certify('authority', authority, root).bytes,
      certify('issuer', keys.signer('receipts'), authority).bytes,
    ],
    people: Object.fromEntries(hashes),
    ...(database !== undefined && { database }),
  });
}

function certificateOf(
  role: Role,
  subject: Signer,
  by: Signer,
  network: string,
  clock: Clock,
): Certificate {
  const now = clock.now();
  const wallet: WalletId = newId('wallet', now, randomBytes(10));
  const validFrom = Math.max(0, now - BACKDATED_MS) as typeof now;
  const validUntil = later(now, AUTHORITY_YEARS * YEAR_MS);
  const { publicKey } = subject;
  return signCertificate({ wallet, role, publicKey, validFrom, validUntil, tier: 0 }, by, network);
}
