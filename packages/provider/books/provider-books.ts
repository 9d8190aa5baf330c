import { settlementIdOf } from '@coinbox/protocol';
import type { Asset, Instant } from '@coinbox/protocol';
import type { BillRecord } from '../state.ts';
import { csvLine } from './csv.ts';
import type { BookLine } from './reconciler.ts';
import type { Statement, StatementEntry } from './statement.ts';

/** The bills that the provider expects money for, or has it for, as a side of the books. */
export const billLines = (bills: readonly BillRecord[], provider: string): readonly BookLine[] =>
  bills
    .filter(({ state, amount }) => amount > 0n && (state === 'settled' || state === 'sent'))
    .map((bill) => ({
      key: settlementIdOf(bill.bill, bill.session),
      amount: bill.amount,
      at: bill.settledAt ?? bill.issuedAt,
      from: bill.terminal,
      to: provider,
    }))
    .toSorted((a, b) => a.at - b.at);

/** From this instant on, up to and without the other. */
export type Stretch = { readonly from: Instant; readonly to: Instant };

/**
 * What the issuer has paid to a provider, as a statement of its wallet. Redemptions are the
 * issuer's: they are not in a provider's book.
 */
export function statementOf(
  bills: readonly BillRecord[],
  account: string,
  asset: Asset,
  { from, to }: Stretch,
  madeAt: Instant,
): Statement {
  const settled = bills.flatMap((bill) => {
    const { state, settledAt } = bill;
    return state === 'settled' && settledAt !== undefined ? [{ bill, settledAt }] : [];
  });
  const entries = settled
    .filter(({ settledAt }) => settledAt >= from && settledAt < to)
    .toSorted((a, b) => a.settledAt - b.settledAt)
    .map(({ bill, settledAt }) => entryOf(bill, settledAt));
  const opening = settled
    .filter(({ settledAt }) => settledAt < from)
    .reduce((sum, { bill }) => sum + bill.amount, 0n);
  const day = new Date(from).toISOString().slice(0, 10);
  const id = `${day}-${account.slice(-12)}`;
  return { id, account, asset, from, to, madeAt, opening, entries };
}

const entryOf = (bill: BillRecord, settledAt: Instant): StatementEntry => ({
  reference: settlementIdOf(bill.bill, bill.session),
  amount: bill.amount,
  bookedAt: settledAt,
  other: bill.terminal,
  session: bill.session,
  bill: bill.bill,
  ...(bill.receiptIndex !== undefined && { index: bill.receiptIndex }),
});

const COLUMNS = ['settlement', 'bill', 'session', 'terminal', 'booked_at', 'index'] as const;

/** A statement as CSV, a line an entry: amounts in minor units beside their asset. */
export function* csvOf({ asset, entries }: Statement): Generator<string> {
  yield csvLine([...COLUMNS, 'amount_minor', 'asset']);
  for (const entry of entries) {
    const { settlement, bill, session, terminal, booked_at: bookedAt, index } = plain(entry);
    const cells = [settlement, bill, session, terminal, bookedAt, index].map((cell) => `${cell}`);
    yield csvLine([...cells, `${entry.amount}`, asset]);
  }
}

/** A statement as NDJSON, an object an entry. */
export function* ndjsonOf({ asset, entries }: Statement): Generator<string> {
  for (const entry of entries) {
    yield `${JSON.stringify({ ...plain(entry), amount: `${entry.amount}`, asset })}\n`;
  }
}

const plain = ({ reference, bill = '', session = '', other = '', ...entry }: StatementEntry) => ({
  settlement: reference,
  bill,
  session,
  terminal: other,
  booked_at: new Date(entry.bookedAt).toISOString(),
  index: entry.index ?? 0,
});
