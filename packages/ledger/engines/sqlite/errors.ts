import { Fault } from '@coinbox/protocol';
import type { FaultCode } from '@coinbox/protocol';

/**
 * Primary result codes of https://www.sqlite.org/rescode.html that mean more than "the store
 * failed".
 */
const faultCodes: ReadonlyMap<number, FaultCode> = new Map([
  [11, 'ledger-corrupt'], // SQLITE_CORRUPT
  [13, 'storage-full'], // SQLITE_FULL
  [26, 'ledger-corrupt'], // SQLITE_NOTADB
]);

/**
 * An error of SQLite or of the file system as a fault. A fault, or a bug of ours, stays what it is.
 */
export function asFault(error: unknown): unknown {
  if (error instanceof Fault || !(error instanceof Error)) return error;
  const { errcode, code, message } = error as Error & { errcode?: number; code?: string };
  if (code === 'ENOSPC') return new Fault('storage-full', 'the disk is full', error);
  if (errcode === undefined && code === undefined) return error;
  const known = errcode === undefined ? undefined : faultCodes.get(errcode & 0xff);
  return new Fault(known ?? 'storage-failed', message, error);
}
