import { createPostgresLedger, createPostgresLocks, createSqliteLedger } from '@coinbox/ledger';
import type { Clock, NetworkId } from '@coinbox/protocol';
import { openKeys } from '@coinbox/storage';
import { join } from 'node:path';
import { readConfig } from './config.ts';
import type { IssuerPorts } from './issuer.ts';
import { openRecords } from './registry/schema.ts';

/** The ledger's own folder inside the issuer's. */
export const ledgerFolder = (folder: string): string => join(folder, 'ledger');

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
  const opened = await openLedger(folder, clock);
  try {
    const own = { network, asset, root, certificates, authority, receipts, clock };
    return { ...own, ...opened, records: openRecords(folder) };
  } catch (cause) {
    await opened.ledger.close();
    throw cause;
  }
}
