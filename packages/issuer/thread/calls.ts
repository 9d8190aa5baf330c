import type { Instant } from '@coinbox/protocol';
import type { Failure } from './failure.ts';

// What the thread of the issuer and the thread of the server say to each other. Every question
// brings the server's time with it: the issuer has no other clock.

export type ThreadOptions = { readonly folder: string; readonly at: Instant };

/** Call 0 is the opening, which is never asked but answered. */
export type Question = { readonly at: Instant } & (
  | { readonly kind: 'messages'; readonly packed: Uint8Array }
  | {
      readonly kind: 'ask';
      readonly call: number;
      readonly method: string;
      readonly args: readonly unknown[];
    }
);

export type Reply =
  | { readonly kind: 'answers'; readonly packed: Uint8Array }
  | { readonly kind: 'answer'; readonly call: number; readonly value: unknown }
  | { readonly kind: 'failure'; readonly call: number; readonly failure: Failure };

/** What the opening is answered with. */
export type Opening = { readonly index: number };
