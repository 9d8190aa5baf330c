import { createHash } from 'node:crypto';

// What the clients of a bank have seen: each call with the moments at which it began and ended, on
// one clock, in milliseconds. A call that was sent again after a fault is one call.

type Span = { readonly client: number; readonly began: number; readonly ended: number };

/** What a client was told of something that it wanted done. */
export type Told =
  | {
      readonly word: 'posted' | 'refused';
      /** Where the receipt says that it stands; answers in JSON may not say it. */
      readonly index?: number;
      readonly entryHash?: string;
      /** Digest of the receipt. */
      readonly receipt?: string;
    }
  | { readonly word: 'rejected'; readonly code: string };

/** Something that is to stand in the log once, under `id`. */
export type Write = Span & {
  readonly kind: 'write';
  readonly name: string;
  readonly id: string;
  /** The account that gets the amount, minor units; absent where no money moves. */
  readonly credit?: string;
  readonly amount?: bigint;
  /** A PAY: its terminal and the version of the mapping that it names. */
  readonly pinned?: { readonly terminal: string; readonly version: number };
  readonly told: Told;
};

/** A message that was answered before, sent again on purpose. */
export type Again = Span & { readonly kind: 'again'; readonly id: string; readonly told: Told };

/** What a read has shown. Amounts in minor units. */
export type Shown =
  | {
      readonly of: 'wallet';
      readonly account: string;
      readonly balance: bigint;
      readonly held: bigint;
    }
  | ({ readonly of: 'summary' } & Totals)
  | { readonly of: 'mapping'; readonly terminal: string; readonly versions: number }
  | {
      /** Movements of the entries with these codes, those after the index `after`. */
      readonly of: 'list';
      readonly codes: readonly string[];
      readonly after: number;
      readonly limit: number;
      readonly count: number;
      readonly digest: string;
      readonly isLast: boolean;
    };

/** Sums by kind of account, and what was posted, counted. */
export type Totals = {
  readonly outstanding: bigint;
  readonly payers: bigint;
  readonly holding: bigint;
  readonly settlement: bigint;
  readonly providers: bigint;
  readonly payments: number;
  readonly settlements: number;
  readonly refunds: number;
};

/** A read: what holds as of the index that it names. */
export type Read = Span & { readonly kind: 'read'; readonly asOf: number; readonly shown: Shown };

export type Call = Write | Again | Read;

export type History = {
  /** The last entry that was there before any client began. */
  readonly setUp: number;
  readonly calls: readonly Call[];
};

/** What of an entry of the log the check looks at: the JSON of `GET /v1/entries`. */
export type LogEntry = {
  readonly index: number;
  readonly id: string;
  readonly code: string;
  readonly status: 'posted' | 'refused';
  readonly refusal?: string;
  readonly steps: readonly LogStep[];
  readonly hash: string;
  readonly previous_hash: string;
};
export type LogStep = Readonly<Record<string, string | boolean>>;

export const digestOf = (...parts: readonly (string | Uint8Array)[]): string => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\n');
  return hash.digest('base64url').slice(0, 22);
};

/** A line of a list of movements, as far as it is compared. */
export const movementLine = (line: {
  readonly index: number;
  readonly id: string;
  readonly status: string;
  readonly amount: string;
}): string => `${line.index} ${line.id} ${line.status} ${line.amount}`;
