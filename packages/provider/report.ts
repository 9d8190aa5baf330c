import { join } from 'node:path';
import { money, sumMoney } from '@coinbox/protocol';
import type { Money, RejectionCode, SessionId, WalletId } from '@coinbox/protocol';
import { openDatabaseReader } from '@coinbox/storage';
import { BOOK_FILE } from './book-schema.ts';
import { readBill } from './book.ts';
import type { BillRecord, BillState } from './state.ts';

export type SessionLine = {
  readonly session: SessionId;
  readonly terminal: WalletId;
  readonly final: boolean;
  /** Why a final session has no bill. */
  readonly problem?: RejectionCode;
};

/** What stands in a provider's book. */
export type ProviderReport = {
  /** Sessions without a bill, oldest first: in use, or with a problem. */
  readonly unbilled: readonly SessionLine[];
  readonly sessions: number;
  /** Oldest first. */
  readonly bills: readonly BillRecord[];
  /** Number and sum of the bills in each state, minor units. */
  readonly totals: Readonly<Record<BillState, { readonly count: number; readonly sum: Money }>>;
};

const STATES: readonly BillState[] = ['sent', 'settled', 'refused', 'void'];

/**
 * Reads a provider's book, also while the provider is at work. The lists hold what the book holds.
 * Fault storage-failed.
 */
export function readProviderBook(folder: string): ProviderReport {
  const database = openDatabaseReader(join(folder, BOOK_FILE));
  try {
    database.exec('BEGIN');
    const counted = database.prepare('SELECT COUNT(*) AS n FROM session').get() as { n: number };
    const unbilled = database
      .prepare(
        `SELECT session, terminal, final, problem FROM session WHERE bill IS NULL
         ORDER BY opened_at, session`,
      )
      .all() as { session: SessionId; terminal: WalletId; final: number; problem: string | null }[];
    const bills = database
      .prepare(
        `SELECT bill, session, terminal, hash, CAST(amount AS TEXT) AS amount, state, code,
         issued_at, receipt_index, settled_at FROM bill ORDER BY bill`,
      )
      .all()
      .map((row) => readBill(row))
      .filter((bill) => bill !== undefined);
    return {
      sessions: counted.n,
      unbilled: unbilled.map(({ session, terminal, final, problem }) => ({
        session,
        terminal,
        final: final === 1,
        ...(problem !== null && { problem: problem as RejectionCode }),
      })),
      bills,
      totals: totalsOf(bills),
    };
  } finally {
    database.close();
  }
}

function totalsOf(bills: readonly BillRecord[]): ProviderReport['totals'] {
  const total = (state: BillState) => {
    const amounts = bills.filter((bill) => bill.state === state).map(({ amount }) => amount);
    const sum = sumMoney(amounts);
    return [state, { count: amounts.length, sum: sum.ok ? sum.value : money(0n) }] as const;
  };
  return Object.fromEntries(STATES.map(total)) as ProviderReport['totals'];
}
