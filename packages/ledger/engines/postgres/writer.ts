import { Fault } from '@coinbox/protocol';
import type { Account, AccountId } from '../../account.ts';
import type { PlannedEntry, BatchPlan } from '../../plan.ts';
import { stepsToText } from '../../stored-steps.ts';
import type { Session, Statement } from './connection.ts';
import type { LockedHead } from './head.ts';
import { inOrder } from './in-order.ts';

// Each statement writes all rows of a batch into one table. Numbers go as text: a BigInt must not
// become a float on the way.

const OPEN_ACCOUNTS = {
  name: 'open-accounts',
  text: `INSERT INTO accounts (key, id, asset, may_overdraw, frozen, balance, held)
    SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::boolean[], $5::boolean[],
      $6::bigint[], $7::bigint[])`,
};
const SET_ACCOUNTS = {
  name: 'set-accounts',
  text: `UPDATE accounts AS a SET frozen = u.frozen, balance = u.balance, held = u.held
    FROM unnest($1::bigint[], $2::boolean[], $3::bigint[], $4::bigint[])
      AS u (key, frozen, balance, held)
    WHERE a.key = u.key`,
};
const SET_HOLDS = {
  name: 'set-holds',
  text: `INSERT INTO holds (id, account, remaining)
    SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[])
    ON CONFLICT (id) DO UPDATE SET remaining = excluded.remaining`,
};
// Bytes go as one value for all rows, which is cut up here: an array of them would be written out
// in hexadecimal on one side and read on the other.
const ADD_ENTRIES = {
  name: 'add-entries',
  text: `INSERT INTO entries (number, id, code, refusal, fingerprint, steps, claims, series,
      sequence, memo, at, hash, commit_end)
    SELECT $1::bigint + u.place, u.id, u.code, u.refusal,
      substring($2::bytea FROM 32 * u.place::int - 31 FOR 32), u.steps, u.claims, u.series,
      u.sequence, substring($3::bytea FROM u.memo_from FOR u.memo_length), $4::bigint,
      substring($5::bytea FROM 32 * u.place::int - 31 FOR 32), $6::bigint
    FROM unnest($7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[],
        $13::bigint[], $14::int[], $15::int[]) WITH ORDINALITY
      AS u (id, code, refusal, steps, claims, series, sequence, memo_from, memo_length, place)`,
};
const ADD_LEGS = {
  name: 'add-legs',
  text: `INSERT INTO legs (account, entry, balance, held)
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[])`,
};
const ADD_CLAIMS = {
  name: 'add-claims',
  text: 'INSERT INTO claims (key, entry) SELECT * FROM unnest($1::text[], $2::bigint[])',
};
const SET_SERIES = {
  name: 'set-series',
  text: `INSERT INTO series (name, last) SELECT * FROM unnest($1::text[], $2::bigint[])
    ON CONFLICT (name) DO UPDATE SET last = excluded.last`,
};
const SET_HEAD = {
  name: 'set-head',
  text: 'UPDATE head SET entry = $1, hash = $2, accounts = $3 WHERE entry = $4',
};

/**
 * Writes a plan inside the open transaction, which holds the lock on the head: each account, hold
 * and series once, netted over the batch. `keys` are those of the accounts that were there before.
 * Throws Fault ledger-corrupt where a row to be changed is not there.
 */
export async function writePlan(
  session: Session,
  { head, accounts }: LockedHead,
  keys: ReadonlyMap<AccountId, number>,
  plan: BatchPlan,
): Promise<void> {
  const opened = new Map<AccountId, number>();
  for (const id of plan.accounts.keys()) {
    if (!keys.has(id)) opened.set(id, accounts + opened.size + 1);
  }
  const keyIn = (id: AccountId): number => (keys.get(id) ?? opened.get(id)) as number;
  const changed = [...plan.accounts.values()];
  const holds = [...plan.holds.values()].map((hold) => {
    return [hold.id, keyIn(hold.account), `${hold.remaining}`];
  });
  const newHead = [plan.head.index, plan.head.hash, accounts + opened.size, head.index];
  await inOrder(
    write(session, OPEN_ACCOUNTS, openedRows(changed, opened)),
    write(session, SET_ACCOUNTS, changedRows(changed, keys)),
    write(session, SET_HOLDS, holds),
    writeEntries(session, head.index, plan.entries),
    write(session, ADD_LEGS, legRows(plan.entries, keyIn)),
    write(session, ADD_CLAIMS, claimRows(plan.entries)),
    write(session, SET_SERIES, [...plan.series]),
    expectRows(1, session.run(SET_HEAD, newHead)),
  );
}

type Values = readonly unknown[];

/** Sends rows as one array a column; nothing where there are none. */
async function write(
  session: Session,
  statement: Statement,
  rows: readonly Values[],
): Promise<void> {
  if (rows.length === 0) return;
  await expectRows(rows.length, session.run(statement, columnsOf(rows)));
}

async function expectRows(count: number, sent: ReturnType<Session['run']>): Promise<void> {
  const { rowCount, command } = await sent;
  if (rowCount === count) return;
  throw new Fault('ledger-corrupt', `${command} met ${rowCount} rows where ${count} must be`);
}

function openedRows(
  changed: readonly Account[],
  opened: ReadonlyMap<AccountId, number>,
): readonly Values[] {
  return changed
    .filter(({ id }) => opened.has(id))
    .map(({ id, asset, mayOverdraw, frozen, balance, held }) => {
      return [opened.get(id), id, asset, mayOverdraw, frozen, `${balance}`, `${held}`];
    });
}

function changedRows(
  changed: readonly Account[],
  keys: ReadonlyMap<AccountId, number>,
): readonly Values[] {
  return changed
    .filter(({ id }) => keys.has(id))
    .map(({ id, frozen, balance, held }) => [keys.get(id), frozen, `${balance}`, `${held}`]);
}

async function writeEntries(
  session: Session,
  before: number,
  planned: readonly PlannedEntry[],
): Promise<void> {
  const entries = planned.map(({ entry }) => entry);
  let memoFrom = 1;
  const rows = entries.map(({ id, code, refusal, steps, claims, sequence, memo }): Values => {
    const [from, length] = [memoFrom, memo.length];
    memoFrom += length;
    const { series = null, number = null } = sequence ?? {};
    const texts = [stepsToText(steps), JSON.stringify(claims)];
    return [id, code, refusal ?? null, ...texts, series, number, from, length];
  });
  const bytes = (part: 'fingerprint' | 'memo' | 'hash') =>
    Buffer.concat(entries.map((entry) => entry[part]));
  // One commit has one instant and one end.
  const { at, commitEnd } = entries[0] ?? {};
  const fixed = [before, bytes('fingerprint'), bytes('memo'), at, bytes('hash'), commitEnd];
  const sent = session.run(ADD_ENTRIES, [...fixed, ...columnsOf(rows)]);
  await expectRows(entries.length, sent);
}

const columnsOf = (rows: readonly Values[]): readonly Values[] =>
  (rows[0] ?? []).map((_, column) => rows.map((row) => row[column]));

const legRows = (
  entries: readonly PlannedEntry[],
  keyIn: (id: AccountId) => number,
): readonly Values[] =>
  entries.flatMap(({ entry, touched }) =>
    touched.map(({ id, balance, held }) => [keyIn(id), entry.index, `${balance}`, `${held}`]),
  );

const claimRows = (entries: readonly PlannedEntry[]): readonly Values[] =>
  entries
    .filter(({ entry }) => entry.refusal === undefined)
    .flatMap(({ entry }) => entry.claims.map((claim) => [claim, entry.index]));
