import type { Instant, RejectionCode, Result } from '@coinbox/protocol';
import { Fault } from '@coinbox/protocol';
import type { Account, AccountId, Hold, HoldId } from '../../account.ts';
import { recordedOf } from '../../entry.ts';
import type { Entry } from '../../entry.ts';
import type { GroupId, TransferGroup } from '../../group.ts';
import { planBatch } from '../../plan.ts';
import type { Known, Outcome, View } from '../../view.ts';
import type { Session } from './connection.ts';
import { asFault, isWorthRetrying } from './errors.ts';
import { BEGIN, commitSession, lockHead } from './head.ts';
import type { LockedHead, Witness } from './head.ts';
import { inOrder } from './in-order.ts';
import { ACCOUNT_COLUMNS, HOLD_COLUMNS, accountFrom, holdFrom, numberFrom } from './values.ts';
import type { Row } from './values.ts';
import { writePlan } from './writer.ts';

/** What one commit did. */
export type Committed = {
  readonly results: readonly Result<Outcome>[];
  readonly entries: readonly Entry[];
};

/** Transactions that were rolled back for the sake of others are tried so often. */
const MOST_TRIES = 5;

/**
 * Decides and commits one batch on `session`, in three round trips: lock and read, write, commit.
 * Throws Fault; then nothing is known about the batch, and the session is of no more use.
 */
export async function commitBatch(
  session: Session,
  witness: Witness,
  at: Instant,
  groups: readonly TransferGroup[],
): Promise<Committed> {
  try {
    for (let tries = 1; ; tries++) {
      try {
        return await tryBatch(session, witness, at, groups);
      } catch (error) {
        if (!isWorthRetrying(error) || tries === MOST_TRIES) throw error;
        await session.run('ROLLBACK');
      }
    }
  } catch (error) {
    session.drop();
    throw asFault(error);
  }
}

async function tryBatch(
  session: Session,
  witness: Witness,
  at: Instant,
  groups: readonly TransferGroup[],
): Promise<Committed> {
  const { locked, view, keys } = await lockAndRead(session, witness, groups);
  const plan = planBatch(view, locked.head, at, groups);
  const entries = plan.entries.map(({ entry }) => entry);
  if (entries.length > 0) await writePlan(session, locked, keys, plan);
  else if (!plan.results.some(({ ok }) => ok)) {
    await session.run('ROLLBACK');
    return { results: plan.results, entries };
  }
  // THE COMMIT POINT. Before it returns nothing of the batch has happened, or it is not known
  // whether it has. When it has returned, the batch is durable and its results may be given out.
  // A batch of nothing but replays passes here too: what it repeats must be as durable.
  await commitSession(session);
  witness.seen = plan.head;
  return { results: plan.results, entries };
}

/** Everything that the groups name, each name once. */
function namesIn(groups: readonly TransferGroup[]) {
  const accounts = new Set<AccountId>();
  const holds = new Set<HoldId>();
  const claims = new Set<string>();
  const series = new Set<string>();
  for (const { steps, claims: wanted = [], sequence } of groups) {
    for (const claim of wanted) claims.add(claim);
    if (sequence) series.add(sequence.series);
    for (const step of steps) {
      if ('account' in step) accounts.add(step.account);
      if ('debit' in step) accounts.add(step.debit);
      if ('credit' in step) accounts.add(step.credit);
      if ('hold' in step) holds.add(step.hold);
    }
  }
  return { accounts, holds, claims, series };
}

// The accounts are locked in the order of their ids, so that no tool that keeps to the same order,
// as any that touches balances must, can wait for this transaction while it waits for the tool.
const READ_ACCOUNTS = {
  name: 'read-accounts',
  text: `SELECT a.key, ${ACCOUNT_COLUMNS} FROM accounts AS a WHERE a.key IN (
      SELECT n.key FROM accounts AS n WHERE n.id = ANY ($1)
      UNION SELECT h.account FROM holds AS h WHERE h.id = ANY ($2))
    ORDER BY a.id FOR NO KEY UPDATE`,
};
const READ_HOLDS = {
  name: 'read-holds',
  text: `SELECT ${HOLD_COLUMNS} FROM holds AS h JOIN accounts AS a ON a.key = h.account
    WHERE h.id = ANY ($1)`,
};
const READ_CLAIMS = {
  name: 'read-claims',
  text: `SELECT c.key, e.id FROM claims AS c JOIN entries AS e ON e.number = c.entry
    WHERE c.key = ANY ($1)`,
};
const READ_SERIES = {
  name: 'read-series',
  text: 'SELECT name, last FROM series WHERE name = ANY ($1)',
};
const READ_KNOWN = {
  name: 'read-known',
  text: 'SELECT number, id, at, refusal, fingerprint FROM entries WHERE id = ANY ($1)',
};

type ReadBatch = {
  readonly locked: LockedHead;
  readonly view: View;
  /** The keys of the accounts that were read. */
  readonly keys: ReadonlyMap<AccountId, number>;
};

async function lockAndRead(
  session: Session,
  witness: Witness,
  groups: readonly TransferGroup[],
): Promise<ReadBatch> {
  const names = namesIn(groups);
  const holds = [...names.holds];
  const read = async (
    statement: { readonly name: string; readonly text: string },
    wanted: readonly string[],
    ...more: readonly unknown[]
  ): Promise<readonly Row[]> =>
    wanted.length === 0 && more.length === 0
      ? []
      : (await session.run(statement, [wanted, ...more])).rows;
  const [, locked, accountRows, holdRows, claimRows, seriesRows, knownRows] = await inOrder(
    session.run(BEGIN),
    lockHead(session, witness),
    read(READ_ACCOUNTS, [...names.accounts], holds),
    read(READ_HOLDS, holds),
    read(READ_CLAIMS, [...names.claims]),
    read(READ_SERIES, [...names.series]),
    read(READ_KNOWN, [...new Set(groups.map(({ id }) => id))]),
  );
  const view = viewOf(accountRows, holdRows, claimRows, seriesRows, knownRows);
  const keys = new Map(accountRows.map((row) => [row.id as AccountId, numberFrom(row.key)]));
  return { locked, view, keys };
}

function viewOf(
  accountRows: readonly Row[],
  holdRows: readonly Row[],
  claimRows: readonly Row[],
  seriesRows: readonly Row[],
  knownRows: readonly Row[],
): View {
  const accounts = new Map<AccountId, Account>();
  for (const row of accountRows) accounts.set(row.id as AccountId, accountFrom(row));
  const holds = new Map<HoldId, Hold>();
  for (const row of holdRows) holds.set(row.id as HoldId, holdFrom(row));
  const claims = new Map(claimRows.map((row) => [row.key as string, row.id as GroupId]));
  const series = new Map(seriesRows.map((row) => [row.name as string, numberFrom(row.last)]));
  const known = new Map(knownRows.map((row) => [row.id as GroupId, knownFrom(row)]));
  for (const { id, account } of holds.values()) {
    if (!accounts.has(account)) throw new Fault('ledger-corrupt', `hold ${id} is on no account`);
  }
  return {
    account: (id) => accounts.get(id),
    hold: (id) => holds.get(id),
    claim: (key) => claims.get(key),
    series: (name) => series.get(name) ?? 0,
    recorded: (id) => known.get(id),
  };
}

function knownFrom(row: Row): Known {
  const place = { index: numberFrom(row.number), at: numberFrom(row.at) as Instant };
  const refusal = row.refusal as RejectionCode | null;
  const outcome = recordedOf(refusal === null ? place : { ...place, refusal });
  return { outcome, fingerprint: row.fingerprint as Uint8Array };
}
