/** What can go wrong in the world so that a program cannot go on as asked. */
export type FaultCode =
  | 'unreachable'
  | 'answer-invalid'
  | 'storage-failed'
  | 'storage-full'
  | 'token-failed'
  | 'startup-unsafe'
  | 'already-running'
  | 'ledger-corrupt'
  | 'journal-corrupt'
  | 'not-initialised'
  | 'already-initialised'
  | 'config-invalid'
  | 'closed';

/**
 * The world failed: thrown, carries its cause, caught in a shell and nowhere else. A "no" is a
 * Rejection instead.
 */
export class Fault extends Error {
  readonly code: FaultCode;

  constructor(code: FaultCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'Fault';
    this.code = code;
  }
}
