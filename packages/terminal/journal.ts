import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { Fault, concatBytes, equalBytes, openEnvelope, sha256 } from '@coinbox/protocol';
import type { OfferId, SessionId, Stage, WalletId } from '@coinbox/protocol';
import { inTransaction, openDatabase } from '@coinbox/storage';
import { decodeEvent, encodeEvent } from './events.ts';
import type { TerminalEvent } from './events.ts';
import {
  JOURNAL_APPLICATION_ID,
  JOURNAL_FILE,
  JOURNAL_SCHEMA,
  JOURNAL_VERSION,
} from './journal-schema.ts';
import { createOutboxIndex } from './outbox.ts';
import type { OutboxRow } from './outbox.ts';
import { outgoingOf } from './outgoing.ts';
import type { Outgoing, Target } from './outgoing.ts';
import { createProjection } from './project.ts';
import type { TerminalState } from './state.ts';

/** The hash that the first event follows. */
export const JOURNAL_GENESIS: Uint8Array = new Uint8Array(32);

export const chainHash = (previous: Uint8Array, event: Uint8Array): Uint8Array =>
  sha256(concatBytes(previous, event));

/** Answered messages that stay in the outbox until the next commit. */
const MOST_UNCLEARED = 64;
/** Events that are not read back from the disk. */
const MOST_RECENT = 64;

/** A message in the journal, with what it belongs to. */
export type JournalMessage = {
  readonly typ: string;
  readonly hash: Uint8Array;
  readonly bytes: Uint8Array;
  readonly offer?: OfferId;
  readonly session?: SessionId;
};

/** How far a session has come, for its payer. */
export type SessionRow = { readonly session: SessionId; readonly stage: Stage };

/**
 * The terminal's memory: a hash-chained log of events in SQLite. One event is one commit, together
 * with the messages it puts into the outbox; what a commit has written survives a power cut. One
 * writer: the agent.
 */
export interface Journal {
  /** Hash of the newest event. */
  readonly head: Uint8Array;
  /** Every event from the first on. Fault journal-corrupt where the chain does not hold. */
  replay(): Iterable<TerminalEvent>;
  /**
   * THE COMMIT POINT of a terminal. `answered`: the message that this event is the answer to leaves
   * the outbox.
   */
  append(event: TerminalEvent, before: TerminalState, answered?: Answered): void;
  message(hash: Uint8Array): JournalMessage | undefined;
  /** The messages of a session, oldest first. */
  messagesOf(session: SessionId): JournalMessage[];
  sessionOfOffer(offer: OfferId): SessionRow | undefined;
  hasSession(session: SessionId): boolean;
  /** The VOID of an offer, if it has been voided. */
  voidOf(offer: OfferId): JournalMessage | undefined;
  /** What is still to be sent, oldest first; uploads by number. */
  pending(target: Target, limit?: number): Pending[];
  /**
   * The message has been answered or acknowledged. It leaves the outbox with the next commit; after
   * a power cut it is sent once more, which its receiver knows to answer again.
   */
  sent(target: Target, hash: Uint8Array): void;
  close(): void;
}

/** An outgoing message, and for one to a provider: to which. */
export type Pending = Outgoing & { readonly peer?: WalletId };

/** The message itself is read when it is looked at: most of what is pending only waits. */
const toPending = (row: OutboxRow, read: (row: OutboxRow) => Uint8Array): Pending => ({
  target: row.target,
  hash: row.hash,
  get bytes() {
    return read(row);
  },
  upload: row.upload,
  ...(row.provider && { peer: row.provider }),
});

export type Answered = { readonly target: Target; readonly hash: Uint8Array };

/**
 * Opens the journal of a terminal's folder, or makes it. Faults: startup-unsafe, storage-failed,
 * journal-corrupt.
 */
export function openJournal(folder: string): Journal {
  const database = openDatabase(join(folder, JOURNAL_FILE), {
    schema: JOURNAL_SCHEMA,
    applicationId: JOURNAL_APPLICATION_ID,
    version: JOURNAL_VERSION,
  });
  let { n, head } = readHead(database);
  const store = statements(database);
  const project = createProjection(database);
  const outbox = createOutboxIndex(store.allOutgoing.all() as OutboxRow[]);
  const recent: Recent = new Map();
  let answeredSince: Answered[] = [];
  const clearOutbox = (): void => {
    for (const { target, hash } of answeredSince) store.removeOutgoing.run(target, hash);
  };
  const clearNow = (): void => {
    inTransaction(database, clearOutbox);
    answeredSince = [];
  };
  const readPending = (row: OutboxRow): Uint8Array => messageAt(store, recent, row);
  return {
    get head() {
      return head;
    },
    replay: () => replayEvents(database),
    append(event, before, answered) {
      const bytes = encodeEvent(event);
      const hash = chainHash(head, bytes);
      const outgoing = inTransaction(database, () => {
        store.insertEvent.run(n + 1, hash, bytes);
        project(event, before);
        if (answered) store.removeOutgoing.run(answered.target, answered.hash);
        clearOutbox();
        return indexMessages(store, event, n + 1);
      });
      answeredSince = [];
      if (answered) outbox.remove(answered.target, answered.hash);
      outgoing.forEach(outbox.add);
      n += 1;
      head = hash;
      remember(recent, n, event);
    },
    message(hash) {
      const row = store.findMessage.get(hash) as MessageRow | undefined;
      return row && readMessage(store, recent, row);
    },
    messagesOf: (session) =>
      (store.findOfSession.all(session) as MessageRow[]).map((row) =>
        readMessage(store, recent, row),
      ),
    sessionOfOffer: (offer) => store.findSession.get(offer) as SessionRow | undefined,
    hasSession: (session) => store.knowsSession.get(session) !== undefined,
    voidOf(offer) {
      const row = store.findVoid.get(offer) as MessageRow | undefined;
      return row && readMessage(store, recent, row);
    },
    pending: (target, limit = 64) =>
      outbox.first(target, limit).map((row) => toPending(row, readPending)),
    sent(target, hash) {
      outbox.remove(target, hash);
      answeredSince.push({ target, hash: Uint8Array.from(hash) });
      if (answeredSince.length >= MOST_UNCLEARED) clearNow();
    },
    close() {
      clearNow();
      database.close();
    },
  };
}

/** The last events by number: what a message is asked for soon after it was written. */
type Recent = Map<number, TerminalEvent>;

function remember(recent: Recent, n: number, event: TerminalEvent): void {
  recent.set(n, event);
  recent.delete(n - MOST_RECENT);
}

type MessageRow = {
  hash: Uint8Array;
  n: number;
  place: number;
  typ: string;
  offer: OfferId | null;
  session: SessionId | null;
};
type Statements = ReturnType<typeof statements>;

function statements(database: DatabaseSync) {
  const prepare = (sql: string) => database.prepare(sql);
  return {
    insertEvent: prepare('INSERT INTO journal (n, hash, event) VALUES (?, ?, ?)'),
    insertMessage: prepare(
      `INSERT INTO message (hash, n, place, typ, offer, session) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT DO NOTHING`,
    ),
    insertOutgoing: prepare(
      'INSERT INTO outbox (n, place, target, upload, hash) VALUES (?, ?, ?, ?, ?)',
    ),
    removeOutgoing: prepare('DELETE FROM outbox WHERE target = ? AND hash = ?'),
    findEvent: prepare('SELECT event FROM journal WHERE n = ?'),
    findMessage: prepare('SELECT * FROM message WHERE hash = ?'),
    findOfSession: prepare('SELECT * FROM message WHERE session = ? ORDER BY n, place'),
    findSession: prepare('SELECT session, stage FROM session WHERE offer = ?'),
    knowsSession: prepare('SELECT 1 FROM session WHERE session = ?'),
    allOutgoing: prepare(
      `SELECT outbox.*, session.provider FROM outbox
       JOIN message USING (hash) LEFT JOIN session ON session.session = message.session`,
    ),
    findProvider: prepare('SELECT provider FROM session WHERE session = ?'),
    findVoid: prepare("SELECT * FROM message WHERE offer = ? AND typ = 'coinbox.void'"),
  };
}

function readHead(database: DatabaseSync): { n: number; head: Uint8Array } {
  const row = database.prepare('SELECT n, hash FROM journal ORDER BY n DESC LIMIT 1').get() as
    { n: number; hash: Uint8Array } | undefined;
  return row ? { n: row.n, head: row.hash } : { n: 0, head: JOURNAL_GENESIS };
}

/** Writes where the messages of an event stand and where they go; gives what goes out. */
function indexMessages(store: Statements, event: TerminalEvent, n: number): OutboxRow[] {
  const { offer = null, session = null } = event;
  const outgoing = outgoingOf(event);
  const row = session && (store.findProvider.get(session) as { provider: WalletId } | undefined);
  const provider = row ? row.provider : null;
  return event.messages.flatMap((bytes, place) => {
    const opened = openEnvelope(bytes);
    if (!opened.ok) throw new Fault('journal-corrupt', 'a message of an event cannot be read');
    const hash = sha256(opened.value.payload);
    store.insertMessage.run(hash, n, place, opened.value.typ, offer, session);
    const rows = outgoing
      .filter((one) => equalBytes(one.hash, hash))
      .map(({ target, upload }) => ({ n, place, target, upload, hash, provider }));
    for (const { target, upload } of rows) store.insertOutgoing.run(n, place, target, upload, hash);
    return rows;
  });
}

function messageAt(
  store: Statements,
  recent: Recent,
  row: { n: number; place: number },
): Uint8Array {
  const event = recent.get(row.n) ?? eventAt(store, row.n);
  const bytes = event.messages[row.place];
  if (!bytes) throw new Fault('journal-corrupt', `event ${row.n} has no message ${row.place}`);
  return bytes;
}

function eventAt(store: Statements, n: number): TerminalEvent {
  const stored = store.findEvent.get(n) as { event: Uint8Array } | undefined;
  const event = stored && decodeEvent(stored.event);
  if (!event?.ok) throw new Fault('journal-corrupt', `event ${n} of the journal cannot be read`);
  return event.value;
}

const readMessage = (store: Statements, recent: Recent, row: MessageRow): JournalMessage => ({
  typ: row.typ,
  hash: row.hash,
  bytes: messageAt(store, recent, row),
  ...(row.offer && { offer: row.offer }),
  ...(row.session && { session: row.session }),
});

/**
 * Reads the log from the first event on and checks the chain. Also for a journal that another
 * process is writing.
 */
export function* replayEvents(database: DatabaseSync): Generator<TerminalEvent> {
  let previous = JOURNAL_GENESIS;
  let expected = 1;
  for (const row of database.prepare('SELECT n, hash, event FROM journal ORDER BY n').iterate()) {
    const { n, hash, event } = row as { n: number; hash: Uint8Array; event: Uint8Array };
    const decoded = decodeEvent(event);
    const computed = chainHash(previous, event);
    if (n !== expected || !equalBytes(hash, computed) || !decoded.ok) {
      throw new Fault('journal-corrupt', `event ${n} of the journal does not fit the chain`);
    }
    yield decoded.value;
    previous = computed;
    expected += 1;
  }
}
