// pure

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/**
 * Waits after the first, second, … attempt that failed, milliseconds: about 75 hours in all
 * (Standard Webhooks, "Deliverability").
 */
export const RETRY_WAITS: readonly number[] = [
  5_000,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
];

/** What one attempt has come to. `status`: of the answer; absent where there was none. */
export type Attempt = { readonly status?: number; readonly error?: string };

/**
 * `delivered`: the endpoint has it. `disable`: it wants nothing any more. `dead`: it had its
 * chances. `retry`: after so many milliseconds.
 */
export type Outcome =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'disable' }
  | { readonly kind: 'dead' }
  | { readonly kind: 'retry'; readonly afterMs: number };

const GONE = 410;

/**
 * What follows from the `number`-th attempt (1, 2, …). `chance` is 0 to 1: waits are up to a tenth
 * longer, so that many endpoints of one host do not come at once.
 */
export function decideOutcome(
  { status = 0 }: Attempt,
  number: number,
  chance: number,
  waits: readonly number[] = RETRY_WAITS,
): Outcome {
  if (status >= 200 && status < 300) return { kind: 'delivered' };
  if (status === GONE) return { kind: 'disable' };
  const wait = waits[number - 1];
  if (wait === undefined) return { kind: 'dead' };
  return { kind: 'retry', afterMs: Math.round(wait * (1 + chance / 10)) };
}
