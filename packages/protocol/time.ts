/**
 * Milliseconds since 1970-01-01T00:00:00Z, a safe integer. Never decides an order: sequence numbers
 * do.
 */
export type Instant = number & { readonly __instant: unique symbol };

/** The only source of time. The shell brings the machine's clock, the simulator a virtual one. */
export interface Clock {
  now(): Instant;
}

/** The last instant a message may carry: the end of the year 9999. */
export const LATEST_INSTANT = 253_402_300_799_999 as Instant;

/** Is `value` a whole number of milliseconds between 1970 and 9999? */
export const isInstant = (value: unknown): value is Instant =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= LATEST_INSTANT;

/** RFC 3339 in UTC with milliseconds, as shown to people and in JSON. */
export const formatInstant = (at: Instant): string => new Date(at).toISOString();

/** Later by `milliseconds`; stops at the latest instant a message may carry. */
export const later = (at: Instant, milliseconds: number): Instant =>
  Math.min(at + milliseconds, LATEST_INSTANT) as Instant;
