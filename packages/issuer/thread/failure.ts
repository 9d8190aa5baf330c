import { Fault } from '@coinbox/protocol';
import type { FaultCode } from '@coinbox/protocol';

/** An error on its way between threads. Without a code it is a bug. */
export type Failure = {
  readonly code?: FaultCode;
  readonly message: string;
  readonly cause: string;
};

export function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { message: String(error), cause: '' };
  const cause = error.cause === undefined ? '' : String(error.cause);
  return { message: error.message, cause, ...(error instanceof Fault && { code: error.code }) };
}

/** The error again: a Fault where it was one. */
export function errorOf({ code, message, cause }: Failure): Error {
  const because = cause === '' ? undefined : cause;
  if (code !== undefined) return new Fault(code, message, because);
  return new Error(message, because === undefined ? undefined : { cause: because });
}
