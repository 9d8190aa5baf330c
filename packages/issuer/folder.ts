import { createPostgresLedger, createPostgresLocks, createSqliteLedger } from '@coinbox/ledger';
import { SECRET_BYTES } from '@coinbox/log';
import { Fault } from '@coinbox/protocol';
import type { Clock, NetworkId } from '@coinbox/protocol';
import { checkSecretFile, openKeys } from '@coinbox/storage';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readConfig } from './config.ts';
import { SECRET_FILE } from './init.ts';
import type { IssuerPorts } from './issuer.ts';
import { openSoundRecords } from './registry/schema.ts';

/** The ledger's own folder inside the issuer's. */
export const ledgerFolder = (folder: string): string => join(folder, 'ledger');

/** Where tiles and checkpoint of the log are published. */
export const logFolder = (folder: string): string => join(folder, 'log');

/** The secret of the log. Faults: not-initialised, startup-unsafe, config-invalid. */
export function readSecret(folder: string): Uint8Array {
  const file = join(folder, SECRET_FILE);
  if (!existsSync(file)) throw new Fault('not-initialised', `${file} is missing`);
  checkSecretFile(file);
  const secret = Buffer.from(readFileSync(file, 'utf8').trim(), 'base64url');
  if (secret.length === SECRET_BYTES) return new Uint8Array(secret);
  throw new Fault('config-invalid', `${file} holds no secret of ${SECRET_BYTES} bytes`);
}

/** The log is behind and will catch up; nothing that was answered depends on it. */
const warn = (cause: unknown): void =>
  process.emitWarning(new Error('the transparency log cannot be published', { cause }));

const rebuilt = (why: string): void =>
  process.emitWarning(`the records are built again from the log: ${why}`);

/** The schema of a network's ledger: a database may hold those of several. */
export const ledgerSchema = (network: NetworkId): string =>
  `coinbox_${network.replaceAll('-', '_')}`;

type OpenedLedger = Pick<IssuerPorts, 'ledger' | 'sharedLocks'>;

async function openLedger(folder: string, clock: Clock): Promise<OpenedLedger> {
  const { network, database: url } = readConfig(folder);
  if (url === undefined) {
    return { ledger: await createSqliteLedger({ folder: ledgerFolder(folder), clock }) };
  }
  const place = { url, schema: ledgerSchema(network) };
  const ledger = await createPostgresLedger({ ...place, clock });
  return { ledger, sharedLocks: createPostgresLocks(place) };
}

/**
 * Opens all that an issuer keeps in its folder, and its ledger where that is in a database. Throws
 * Fault: not-initialised, config-invalid, startup-unsafe, already-running, ledger-corrupt,
 * storage-failed; and unreachable where there is a database.
 */
export async function openFolder(folder: string, clock: Clock): Promise<IssuerPorts> {
  const { network, asset, root, certificates } = readConfig(folder);
  const keys = openKeys(folder);
  const [authority, receipts] = [keys.signer('authority'), keys.signer('receipts')];
  const secret = readSecret(folder);
  const opened = await openLedger(folder, clock);
  try {
    const own = { network, asset, root, certificates, authority, receipts, clock };
    const log = { secret, folder: logFolder(folder), failed: warn };
    const records = openSoundRecords(folder, () => rebuilt('the file is damaged'));
    return { ...own, ...opened, log, records, rebuilt };
  } catch (cause) {
    await opened.ledger.close();
    throw cause;
  }
}
