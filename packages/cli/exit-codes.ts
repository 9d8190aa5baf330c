import { Fault } from '@coinbox/protocol';
import type { FaultCode } from '@coinbox/protocol';

/** What a command ends with: 0, 1 and 2 as everywhere, the rest as in sysexits(3). */
export const EXIT = {
  ok: 0,
  /** The command ran, and what it checked does not hold. */
  failed: 1,
  usage: 2,
  data: 65,
  unavailable: 69,
  internal: 70,
  io: 74,
  alreadyRunning: 75,
  /** Another party has answered with a rejection. */
  refused: 77,
  config: 78,
  interrupted: 130,
} as const;

/** Every exit code with its meaning, for --help and the documentation. */
export const EXIT_MEANINGS: readonly (readonly [code: number, meaning: string])[] = [
  [EXIT.ok, 'done; a program that serves until Ctrl-C has been told to end'],
  [EXIT.failed, 'done, and what was checked does not hold'],
  [EXIT.usage, 'the command line cannot be understood'],
  [EXIT.data, 'a file or a ledger is damaged or cannot be read'],
  [EXIT.unavailable, 'another party cannot be reached, or a port cannot be used'],
  [EXIT.internal, 'a bug of Coinbox'],
  [EXIT.io, 'the disk failed or is full, or the token with the keys failed'],
  [EXIT.alreadyRunning, 'another program has the folder open'],
  [EXIT.refused, 'another party has said no; the code says why'],
  [EXIT.config, 'the folder or its configuration cannot be used'],
  [EXIT.interrupted, 'stopped with Ctrl-C before it was done'],
];

const exitOfFault: Readonly<Record<FaultCode, number>> = {
  unreachable: EXIT.unavailable,
  'answer-invalid': EXIT.unavailable,
  'storage-failed': EXIT.io,
  'storage-full': EXIT.io,
  'token-failed': EXIT.io,
  'startup-unsafe': EXIT.config,
  'already-running': EXIT.alreadyRunning,
  'ledger-corrupt': EXIT.data,
  'journal-corrupt': EXIT.data,
  'not-initialised': EXIT.config,
  'already-initialised': EXIT.config,
  'config-invalid': EXIT.config,
  closed: EXIT.internal,
};

/** A command that was asked for something it cannot do: exit 2, and the sentence for the user. */
export class UsageError extends Error {}

/** A file that the user named cannot be used: exit 65. */
export class FileError extends Error {}

/** Another party has said no: exit 77. */
export class RefusedError extends Error {}

/** Errors of the operating system that a listening socket meets. */
const portErrors = ['EADDRINUSE', 'EADDRNOTAVAIL', 'EACCES'];

/** An error of a system call, such as ENOENT of `open`. */
const isSystemError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && typeof (error as NodeJS.ErrnoException).syscall === 'string';

export function exitCodeOf(error: unknown): number {
  if (error instanceof Fault) return exitOfFault[error.code];
  if (error instanceof UsageError) return EXIT.usage;
  if (error instanceof FileError) return EXIT.data;
  if (error instanceof RefusedError) return EXIT.refused;
  if (isSystemError(error)) {
    const isPort = error.syscall === 'listen' && portErrors.includes(error.code ?? '');
    return isPort ? EXIT.unavailable : EXIT.io;
  }
  return EXIT.internal;
}

/** The line that a user sees of an error. */
export function describeError(error: unknown): string {
  if (error instanceof Fault) {
    const cause = isSystemError(error.cause) ? ` (${error.cause.message})` : '';
    return `${error.code}: ${error.message}${cause}`;
  }
  const isPlain = [UsageError, FileError, RefusedError].some((kind) => error instanceof kind);
  if (isPlain || isSystemError(error)) return (error as Error).message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
