import { money } from '@coinbox/protocol';
import type { Asset, Instant, RejectionCode } from '@coinbox/protocol';
import type { Account, Hold, Standing } from '../../account.ts';
import { GENESIS } from '../../entry.ts';
import type { Entry, Head } from '../../entry.ts';
import { stepsFromText } from '../../stored-steps.ts';

// Every bigint column comes as a BigInt; what is not money becomes a number again here.

/** A row of a statement. */
export type Row = Readonly<Record<string, unknown>>;

/** An integer column that is not money: below 2^53. */
export const numberFrom = (value: unknown): number => Number(value);

/** The columns that `accountFrom` reads, of `accounts` named `a`. */
export const ACCOUNT_COLUMNS = 'a.id, a.asset, a.may_overdraw, a.frozen, a.balance, a.held';

export function accountFrom(row: Row): Account {
  return {
    id: row.id as string,
    asset: row.asset as Asset,
    mayOverdraw: row.may_overdraw as boolean,
    frozen: row.frozen as boolean,
    balance: row.balance as bigint,
    held: money(row.held as bigint),
  };
}

/** The columns `balance` and `held`. */
export const standingFrom = (row: Row): Standing => ({
  balance: row.balance as bigint,
  held: money(row.held as bigint),
});

/** The columns that `holdFrom` reads, of `holds` named `h` joined with `accounts` named `a`. */
export const HOLD_COLUMNS = 'h.id, a.id AS account, h.remaining';

export function holdFrom(row: Row): Hold {
  return {
    id: row.id as string,
    account: row.account as string,
    remaining: money(row.remaining as bigint),
  };
}

/** The columns that `entryFrom` reads, of `entries` named `e`. */
export const ENTRY_COLUMNS = `e.number, e.id, e.code, e.refusal, e.fingerprint, e.steps, e.claims,
  e.series, e.sequence, e.memo, e.at, e.hash, e.commit_end,
  (SELECT p.hash FROM entries AS p WHERE p.number = e.number - 1) AS previous`;

/** An entry from a row. Throws if a column does not hold what it must. */
export function entryFrom(row: Row): Entry {
  const refusal = row.refusal as RejectionCode | null;
  return {
    index: numberFrom(row.number),
    id: row.id as string,
    code: row.code as string,
    status: refusal === null ? 'posted' : 'refused',
    ...(refusal === null ? {} : { refusal }),
    fingerprint: row.fingerprint as Uint8Array,
    steps: stepsFromText(row.steps as string),
    claims: JSON.parse(row.claims as string) as string[],
    ...(row.series === null
      ? {}
      : { sequence: { series: row.series as string, number: numberFrom(row.sequence) } }),
    memo: row.memo as Uint8Array,
    at: numberFrom(row.at) as Instant,
    previousHash: (row.previous as Uint8Array | null) ?? GENESIS.hash,
    hash: row.hash as Uint8Array,
    commitEnd: numberFrom(row.commit_end),
  };
}

/** The head from the columns `entry` and `hash` of its row. */
export const headFrom = (row: Row): Head => ({
  index: numberFrom(row.entry),
  hash: row.hash as Uint8Array,
});
