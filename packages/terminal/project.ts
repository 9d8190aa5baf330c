import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import {
  ACCEPT,
  BILL,
  METER,
  PAY,
  RECEIPT,
  REFUND,
  REFUSAL,
  readOwn,
  typOf,
} from '@coinbox/protocol';
import type { TerminalEvent } from './events.ts';
import type { TerminalState } from './state.ts';

type Run = (sql: string, ...values: SQLInputValue[]) => void;

/** Writes what an event means; `before` is the state that the event came upon. */
export type Project = (event: TerminalEvent, before: TerminalState) => void;

/** The way from events to the table of sessions. */
export function createProjection(database: DatabaseSync): Project {
  const prepared = new Map<string, StatementSync>();
  const run: Run = (sql, ...values) => {
    const statement = prepared.get(sql) ?? database.prepare(sql);
    prepared.set(sql, statement);
    statement.run(...values);
  };
  return (event, before) => projectSession(run, event, before);
}

function projectSession(run: Run, event: TerminalEvent, before: TerminalState): void {
  const session = event.session ?? '';
  const [first, second] = event.messages;
  if (!first) return;
  if (event.kind === 'accepted' || event.kind === 'taken') {
    return insertSession(run, event, before);
  }
  if (event.kind === 'metered') {
    const stage = readOwn(METER, first).body.final ? 'awaiting-bill' : 'delivering';
    return run('UPDATE session SET stage = ? WHERE session = ?', stage, session);
  }
  if (event.kind === 'refused' && second) {
    const { code } = readOwn(REFUSAL, second).body;
    const sql = 'UPDATE session SET refusals = refusals + 1, last_refusal = ? WHERE session = ?';
    return run(sql, code, session);
  }
  if (event.kind === 'billed') {
    const { bill, amount } = readOwn(BILL, first).body;
    run('UPDATE session SET bill = ?, billed = ? WHERE session = ?', bill, amount, session);
  }
  if (event.kind === 'billed' || event.kind === 'returned') {
    const sql = "UPDATE session SET stage = 'drawn', returned = ? WHERE session = ?";
    run(sql, refundIn(event), session);
  }
  if (event.kind === 'receipted') countReceipt(run, event, first);
  if (event.session) closeSession(run, session);
}

function insertSession(run: Run, event: TerminalEvent, before: TerminalState): void {
  const offer = event.offer && before.offers.get(event.offer);
  const [first, second] = event.messages;
  const isTaken = event.kind === 'taken';
  const accepted = isTaken ? second : first;
  if (!offer || !first || !accepted || !event.session) return;
  const payer = isTaken ? readOwn(PAY, first).body.payer : offer.presented?.payer;
  if (!payer) return;
  const { held } = readOwn(ACCEPT, accepted).body;
  run(
    `INSERT INTO session (session, offer, provider, payer, asset, stage, held)
     VALUES (?, ?, ?, ?, ?, 'accepted', ?)`,
    event.session,
    offer.body.offer,
    offer.body.provider,
    payer,
    offer.body.asset,
    held,
  );
}

function refundIn(event: TerminalEvent): bigint {
  const bytes = event.messages.find((message) => {
    const typ = typOf(message);
    return typ.ok && typ.value === REFUND.typ;
  });
  return bytes ? readOwn(REFUND, bytes).body.amount : 0n;
}

function countReceipt(run: Run, event: TerminalEvent, bytes: Uint8Array): void {
  const { subjectTyp, result, amount } = readOwn(RECEIPT, bytes).body;
  if (result !== 'posted' || subjectTyp === PAY.typ) return;
  const column = subjectTyp === REFUND.typ ? 'refunded' : 'settled';
  run(`UPDATE session SET ${column} = ? WHERE session = ?`, amount, event.session ?? '');
}

/** A session is closed when what was billed is settled and what was returned is refunded. */
const closeSession = (run: Run, session: string): void =>
  run(
    `UPDATE session SET stage = 'closed'
     WHERE session = ? AND stage = 'drawn' AND settled = billed AND refunded = returned`,
    session,
  );
