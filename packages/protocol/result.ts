import type { RejectionCode } from './rejections.ts';

/** An expected "no". A value, never thrown. `detail` is for a person; programs read `code`. */
export type Rejection = { readonly code: RejectionCode; readonly detail?: string };

export type Accepted<T> = { readonly ok: true; readonly value: T };
export type Rejected = { readonly ok: false; readonly rejection: Rejection };

/** What every function that may say "no" returns. */
export type Result<T> = Accepted<T> | Rejected;

export const accept = <T>(value: T): Accepted<T> => ({ ok: true, value });

export const reject = (code: RejectionCode, detail?: string): Rejected => ({
  ok: false,
  rejection: detail === undefined ? { code } : { code, detail },
});

/**
 * A bug in this program: the state that the code before it had ruled out. Not for another party's
 * input.
 */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`bug: ${message}`);
}
