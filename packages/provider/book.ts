import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { METER, money, readOwn } from '@coinbox/protocol';
import type {
  Bill,
  BillId,
  Instant,
  Meter,
  RejectionCode,
  SessionId,
  Signed,
  WalletId,
} from '@coinbox/protocol';
import type { LinkMessage } from '@coinbox/link';
import { inTransaction, openDatabase, storageFault } from '@coinbox/storage';
import { BOOK_APPLICATION_ID, BOOK_FILE, BOOK_SCHEMA, BOOK_VERSION } from './book-schema.ts';
import type { BillRecord, SessionState } from './state.ts';

/** A signed message that is kept as proof. */
export type Evidence = {
  readonly typ: string;
  readonly hash: Uint8Array;
  readonly bytes: Uint8Array;
};

/**
 * The provider's memory, in SQLite. Each method that writes is one commit, and what it has written
 * survives a power cut. One writer: the agent. Faults: storage-failed, storage-full.
 */
export interface Book {
  /** Of the next message that this wallet signs. */
  nextSequence(): number;
  session(session: SessionId): SessionState | undefined;
  meterHash(session: SessionId, number: number): Uint8Array | undefined;
  /**
   * THE COMMIT POINT of a METER: the readings, and with a final one the bill, the sequence number
   * and the bill's place in the outbox. `meter` is absent where a session is billed afterwards.
   */
  record(state: SessionState, meter?: Signed<Meter>, bill?: Signed<Bill>): void;
  bill(bill: BillId): BillRecord | undefined;
  billByHash(hash: Uint8Array): BillRecord | undefined;
  /** What has become of a bill, with the message that says so. */
  change(bill: BillRecord, evidence?: Evidence): void;
  /** Finals without a bill, for this reason. */
  unbilled(problem: RejectionCode): SessionId[];
  pending(peer?: WalletId): Iterable<LinkMessage>;
  /** The message leaves the outbox; with it the bill may change. */
  acknowledged(hash: Uint8Array, change?: (bill: BillRecord) => BillRecord | undefined): void;
  close(): void;
}

/** Open sessions whose readings are kept in memory, so that a METER costs what it brings. */
const MOST_REMEMBERED = 1000;

/** Opens the book of a provider's folder, or makes it. Faults: startup-unsafe, storage-failed. */
export function openBook(folder: string): Book {
  const database = openDatabase(join(folder, BOOK_FILE), {
    schema: BOOK_SCHEMA,
    applicationId: BOOK_APPLICATION_ID,
    version: BOOK_VERSION,
  });
  const store = statements(database);
  /** Owned by this book; never ahead of what is committed. */
  const remembered = new Map<SessionId, SessionState>();
  const remember = (state: SessionState): void => {
    if (remembered.size >= MOST_REMEMBERED) remembered.clear();
    if (state.final) remembered.delete(state.session);
    else remembered.set(state.session, state);
  };
  return {
    nextSequence: () => (read(() => store.sequence.get()) as { value: number }).value + 1,
    session: (session) => remembered.get(session) ?? read(() => readSession(store, session)),
    meterHash: (session, number) =>
      (read(() => store.findMeterHash.get(session, number)) as { hash: Uint8Array } | undefined)
        ?.hash,
    record(state, meter, bill) {
      inTransaction(database, () => {
        const { session, terminal, final, problem = null } = state;
        const openedAt = state.readings[0]?.at ?? bill?.body.issuedAt ?? 0;
        store.putSession.run(session, terminal, +final, problem, state.bill ?? null, openedAt);
        if (meter) store.putMeter.run(session, meter.body.number, meter.hash, meter.bytes);
        if (bill) putBill(store, bill);
      });
      remember(state);
    },
    bill: (bill) => read(() => readBill(store.findBill.get(bill))),
    billByHash: (hash) => read(() => readBill(store.findBillByHash.get(hash))),
    change(bill, evidence) {
      inTransaction(database, () => {
        changeBill(store, bill);
        if (evidence) {
          store.putEvidence.run(evidence.hash, bill.bill, evidence.typ, evidence.bytes);
        }
      });
    },
    unbilled: (problem) =>
      (read(() => store.findUnbilled.all(problem)) as { session: SessionId }[]).map(
        ({ session }) => session,
      ),
    pending: (peer) =>
      read(() => (peer ? store.findOutboxOf.all(peer) : store.findOutbox.all()) as LinkMessage[]),
    acknowledged(hash, change) {
      inTransaction(database, () => {
        if (store.removeOutgoing.run(hash).changes === 0) return;
        const bill = readBill(store.findBillByHash.get(hash));
        const changed = bill && change?.(bill);
        if (changed) changeBill(store, changed);
      });
    },
    close: () => database.close(),
  };
}

type Statements = ReturnType<typeof statements>;

function statements(database: DatabaseSync) {
  const prepare = (sql: string) => database.prepare(sql);
  const columns = `bill, session, terminal, hash, CAST(amount AS TEXT) AS amount, state, code,
    issued_at, receipt_index, settled_at`;
  return {
    sequence: prepare("SELECT value FROM counter WHERE name = 'sequence'"),
    setSequence: prepare("UPDATE counter SET value = ? WHERE name = 'sequence' AND value < ?"),
    putSession: prepare(
      `INSERT INTO session (session, terminal, final, problem, bill, opened_at)
       VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (session) DO UPDATE
       SET final = excluded.final, problem = excluded.problem, bill = excluded.bill`,
    ),
    findSession: prepare('SELECT problem, bill FROM session WHERE session = ?'),
    findUnbilled: prepare(
      'SELECT session FROM session WHERE final = 1 AND bill IS NULL AND problem = ?',
    ),
    putMeter: prepare('INSERT INTO meter (session, number, hash, bytes) VALUES (?, ?, ?, ?)'),
    findMeters: prepare('SELECT bytes FROM meter WHERE session = ? ORDER BY number'),
    findMeterHash: prepare('SELECT hash FROM meter WHERE session = ? AND number = ?'),
    putBill: prepare(
      `INSERT INTO bill (bill, session, terminal, hash, bytes, amount, state, issued_at)
       VALUES (?, ?, ?, ?, ?, ?, 'sent', ?)`,
    ),
    findBillByHash: prepare(`SELECT ${columns} FROM bill WHERE hash = ?`),
    findBill: prepare(`SELECT ${columns} FROM bill WHERE bill = ?`),
    changeBill: prepare(
      'UPDATE bill SET state = ?, code = ?, receipt_index = ?, settled_at = ? WHERE bill = ?',
    ),
    putEvidence: prepare(
      'INSERT INTO evidence (hash, bill, typ, bytes) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
    ),
    putOutgoing: prepare('INSERT INTO outbox (peer, hash, bytes) VALUES (?, ?, ?)'),
    removeOutgoing: prepare('DELETE FROM outbox WHERE hash = ?'),
    findOutbox: prepare('SELECT peer, hash, bytes FROM outbox ORDER BY n'),
    findOutboxOf: prepare('SELECT peer, hash, bytes FROM outbox WHERE peer = ? ORDER BY n'),
  };
}

/** What SQLite throws while reading, as the Fault it is. */
function read<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw storageFault(cause);
  }
}

/** A session as its METERs tell it: they are the state, the row beside them only sums it up. */
function readSession(store: Statements, session: SessionId): SessionState | undefined {
  const row = store.findSession.get(session) as
    { problem: RejectionCode | null; bill: BillId | null } | undefined;
  if (!row) return undefined;
  const meters = (store.findMeters.all(session) as { bytes: Uint8Array }[]).map(({ bytes }) =>
    readOwn(METER, bytes),
  );
  const last = meters.at(-1);
  if (!last) return undefined;
  const { terminal, number, tariffHash, final } = last.body;
  return {
    session,
    terminal,
    number,
    lastMeter: last.hash,
    tariffHash,
    readings: meters.flatMap(({ body }) => body.readings),
    final,
    ...(row.problem && { problem: row.problem }),
    ...(row.bill && { bill: row.bill }),
  };
}

function putBill(store: Statements, { body, hash, bytes }: Signed<Bill>): void {
  const { bill, session, terminal, amount, issuedAt, sequence } = body;
  store.putBill.run(bill, session, terminal, hash, bytes, amount, issuedAt);
  store.setSequence.run(sequence, sequence);
  store.putOutgoing.run(terminal, hash, bytes);
}

function changeBill(store: Statements, bill: BillRecord): void {
  const { state, code = null, receiptIndex = null, settledAt = null } = bill;
  store.changeBill.run(state, code, receiptIndex, settledAt, bill.bill);
}

/** A bill from a row of the columns above; undefined where there is no row. */
export function readBill(row: Record<string, unknown> | undefined): BillRecord | undefined {
  if (!row) return undefined;
  return {
    bill: row.bill as BillId,
    session: row.session as SessionId,
    terminal: row.terminal as WalletId,
    hash: row.hash as Uint8Array,
    amount: money(BigInt(row.amount as string)),
    state: row.state as BillRecord['state'],
    issuedAt: row.issued_at as Instant,
    ...(row.code !== null && { code: row.code as string }),
    ...(row.receipt_index !== null && { receiptIndex: row.receipt_index as number }),
    ...(row.settled_at !== null && { settledAt: row.settled_at as Instant }),
  };
}
