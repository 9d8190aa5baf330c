import { Fault } from '@coinbox/protocol';
import type { FaultCode } from '@coinbox/protocol';

/**
 * SQLSTATEs of https://www.postgresql.org/docs/current/errcodes-appendix.html, whole or by their
 * class (the first two characters), that mean more than "the store failed".
 */
const faultCodes: Readonly<Record<string, FaultCode>> = {
  '53100': 'storage-full', // disk_full
  XX001: 'ledger-corrupt', // data_corrupted
  XX002: 'ledger-corrupt', // index_corrupted
  23: 'ledger-corrupt', // a constraint: `decide` had made sure of it
  28: 'config-invalid', // invalid authorization
  '3D': 'config-invalid', // no such database
  '42501': 'config-invalid', // insufficient_privilege
  '08': 'unreachable', // connection exceptions
  57: 'unreachable', // shut down, crashed, starting up, or an administrator ended the session
};

/** Errors of the network, as Node names them, and those of `pg` when a connection is lost. */
const networkCode = /^E(?:CONN|HOST|NET|PIPE|NOENT$|NOTFOUND|ADDR|TIMEDOUT|AI_AGAIN)/;
const lostConnection =
  /^(?:Connection terminated|timeout expired|Query read timeout)|not queryable/;

/** The SQLSTATE of an error of the server; undefined where the server has not said anything. */
export function sqlState(error: unknown): string | undefined {
  const { code, severity } = error as { code?: unknown; severity?: unknown };
  return typeof code === 'string' && typeof severity === 'string' ? code : undefined;
}

/**
 * Is it certain that the transaction was rolled back, and that the same one may succeed now? True
 * of serialization_failure and deadlock_detected.
 */
export const isWorthRetrying = (error: unknown): boolean =>
  ['40001', '40P01'].includes(sqlState(error) ?? '');

/**
 * An error of the server or of the connection to it as a fault. A fault, or a bug of ours, stays
 * what it is.
 */
export function asFault(error: unknown): unknown {
  if (error instanceof Fault || !(error instanceof Error)) return error;
  const { message } = error;
  const state = sqlState(error);
  if (state !== undefined) {
    const known = faultCodes[state] ?? faultCodes[state.slice(0, 2)];
    return new Fault(known ?? 'storage-failed', `PostgreSQL says: ${message} (${state})`, error);
  }
  const { code } = error as { code?: string };
  if (lostConnection.test(message) || (code !== undefined && networkCode.test(code))) {
    return new Fault('unreachable', `no connection to PostgreSQL: ${message}`, error);
  }
  return error;
}
