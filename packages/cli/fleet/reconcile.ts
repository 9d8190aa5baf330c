import type { IssuerClient, MovementJson, SummaryJson } from '@coinbox/protocol';
import { readProviderBook } from '@coinbox/provider';
import { readTerminalReport } from '@coinbox/terminal';
import type { SessionReport } from '@coinbox/terminal';
import { orFail } from '../enrol.ts';
import type { DrivenSession } from './drive.ts';
import type { Fleet } from './fleet.ts';

/** The four books that have to say the same, session by session, minor units. */
export type SessionBooks = {
  readonly line: number;
  /** What the tariff gives for the row of the file, worked out without any party. */
  readonly expected: bigint;
  /** The provider's bill; undefined where there is none. */
  readonly bill: bigint | undefined;
  /** What the terminal's journal says. */
  readonly journal: Pick<
    SessionReport,
    'held' | 'billed' | 'returned' | 'settled' | 'refunded' | 'stage' | 'lastRefusal'
  >;
  /** What the issuer has moved to the provider. */
  readonly settled: bigint;
  /** What the issuer has moved back to the payer. */
  readonly refunded: bigint;
  /** What the payer has a receipt for. */
  readonly returned: bigint;
};

export type Books = {
  readonly sessions: readonly SessionBooks[];
  readonly summary: SummaryJson;
  /** Settlements and refunds of the issuer that belong to no session of the replay. */
  readonly strangers: number;
};

const distance = (a: bigint, b: bigint): bigint => (a > b ? a - b : b - a);

/**
 * How far the books of a session are apart: 0, or somebody is wrong. A session that was paid must
 * have one amount in all books; one that was not paid must have given everything back.
 */
export function differenceOf(books: SessionBooks): bigint {
  const { expected, bill = 0n, journal, settled, refunded, returned } = books;
  const kept = journal.held - refunded - stillHeldOf(journal);
  const apart =
    distance(journal.settled, settled) +
    distance(journal.refunded, refunded) +
    distance(returned, refunded) +
    distance(kept, settled);
  if (!isSettled(books)) return apart + settled;
  const amounts = [bill, journal.billed, journal.settled, settled];
  return apart + amounts.reduce((sum, amount) => sum + distance(amount, expected), 0n);
}

const stillHeldOf = ({ held, settled, refunded }: SessionBooks['journal']): bigint =>
  held - settled - refunded;

/** Has the session ended with its bill paid (a bill of nothing included)? */
export const isSettled = ({ bill, journal }: SessionBooks): boolean =>
  bill !== undefined &&
  journal.stage === 'closed' &&
  journal.settled + journal.refunded === journal.held &&
  journal.billed === bill &&
  (journal.billed > 0n || journal.lastRefusal === null);

/**
 * How far the ledger is from itself (`ledger`), from what the terminals hold (`held`), and how many
 * of its movements belong to nobody (`strangers`).
 */
export function apartFromLedger({ sessions, summary, strangers }: Books): Record<string, bigint> {
  const held = sessions.reduce((sum, { journal }) => sum + stillHeldOf(journal), 0n);
  return {
    ledger: distance(BigInt(summary.difference), 0n),
    held: distance(BigInt(summary.holding) + BigInt(summary.settlement), held),
    strangers: BigInt(strangers),
  };
}

/**
 * The difference over all books: of each session, and of the ledger with itself and with the
 * terminals.
 */
export function differenceOfBooks(books: Books): bigint {
  const sessions = books.sessions.reduce((sum, session) => sum + differenceOf(session), 0n);
  return Object.values(apartFromLedger(books)).reduce((sum, apart) => sum + apart, sessions);
}

/** Why a session was not paid, for the tally. */
export const refusalOf = ({ journal }: SessionBooks): string => journal.lastRefusal ?? 'no-bill';

/**
 * Reads the books of all parties: terminals' and providers' from their folders, the issuer's over
 * its API.
 */
export async function readBooks(fleet: Fleet, driven: readonly DrivenSession[]): Promise<Books> {
  const journals = new Map<string, SessionReport>();
  for (const { folder } of fleet.terminals.values()) {
    for (const session of readTerminalReport(folder).sessions)
      journals.set(session.session, session);
  }
  const bills = new Map<string, bigint>();
  for (const { folder } of fleet.providers.values()) {
    for (const { session, amount } of readProviderBook(folder).bills) bills.set(session, amount);
  }
  const settled = await readMovements(fleet.client, 'listSettlements');
  const refunded = await readMovements(fleet.client, 'listRefunds');
  const sessions: SessionBooks[] = [];
  for (const { session, recorded, returned } of driven) {
    const journal = session && journals.get(session);
    if (!session || !journal) continue;
    const { line, expected } = recorded;
    sessions.push({
      line,
      expected,
      bill: bills.get(session),
      journal,
      settled: take(settled, session),
      refunded: take(refunded, session),
      returned,
    });
  }
  const summary = orFail(await fleet.client.summary(), 'the issuer gives no summary');
  return { sessions, summary, strangers: settled.size + refunded.size };
}

function take(amounts: Map<string, bigint>, session: string): bigint {
  const amount = amounts.get(session) ?? 0n;
  amounts.delete(session);
  return amount;
}

/** All that was posted of one kind, by session. */
async function readMovements(
  client: IssuerClient,
  list: 'listSettlements' | 'listRefunds',
): Promise<Map<string, bigint>> {
  const amounts = new Map<string, bigint>();
  const add = ({ status, session, amount }: MovementJson): void => {
    if (status !== 'posted' || session === undefined) return;
    amounts.set(session, (amounts.get(session) ?? 0n) + BigInt(amount));
  };
  for (let cursor: string | undefined, more = true; more;) {
    const page = orFail(await client.movements(list, cursor), 'the issuer lists nothing');
    page.items.forEach(add);
    cursor = page.next;
    more = cursor !== undefined;
  }
  return amounts;
}
