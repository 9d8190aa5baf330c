import { createSqliteLedger } from '@coinbox/ledger';
import type { Clock } from '@coinbox/protocol';
import { openKeys } from '@coinbox/storage';
import { join } from 'node:path';
import { readConfig } from './config.ts';
import type { IssuerPorts } from './issuer.ts';
import { openRecords } from './registry/schema.ts';

/** The ledger's own folder inside the issuer's. */
export const ledgerFolder = (folder: string): string => join(folder, 'ledger');

/**
 * Opens all that an issuer keeps in its folder. Throws Fault: not-initialised, config-invalid,
 * startup-unsafe, already-running, ledger-corrupt, storage-failed.
 */
export async function openFolder(folder: string, clock: Clock): Promise<IssuerPorts> {
  const { network, asset, root, certificates } = readConfig(folder);
  const keys = openKeys(folder);
  const [authority, receipts] = [keys.signer('authority'), keys.signer('receipts')];
  const ledger = await createSqliteLedger({ folder: ledgerFolder(folder), clock });
  try {
    const records = openRecords(folder);
    return { network, asset, root, certificates, authority, receipts, clock, ledger, records };
  } catch (cause) {
    await ledger.close();
    throw cause;
  }
}
