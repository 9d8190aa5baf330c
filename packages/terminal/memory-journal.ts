import {
  BILL,
  Fault,
  METER,
  OFFER,
  PAY,
  RECEIPT,
  REFUND,
  SETTLE,
  openEnvelope,
  readOwn,
  sha256,
  toHex,
} from '@coinbox/protocol';
import type { OfferId, SessionId, WalletId } from '@coinbox/protocol';
import { decodeEvent, encodeEvent } from './events.ts';
import type { TerminalEvent } from './events.ts';
import { JOURNAL_GENESIS, chainHash } from './journal.ts';
import type { Journal, JournalMessage, SessionRow } from './journal.ts';
import { createOutboxIndex } from './outbox.ts';
import type { OutboxRow } from './outbox.ts';
import { outgoingOf } from './outgoing.ts';
import type { Target } from './outgoing.ts';

/** What a journal in memory keeps when its agent stops. Owned by one journal at a time. */
export type JournalMemory = {
  readonly events: { readonly hash: Uint8Array; readonly bytes: Uint8Array }[];
  /** Messages that are out of the outbox for good: by target and hash. */
  readonly cleared: Set<string>;
};

export const createJournalMemory = (): JournalMemory => ({ events: [], cleared: new Set() });

/** Answered messages that stay in the outbox until the next commit, as in the journal in SQLite. */
const MOST_UNCLEARED = 64;

const keyOf = (target: Target, hash: Uint8Array): string => `${target}/${toHex(hash)}`;

/**
 * A journal without a disk, for a simulator and for tests. It answers as the one in SQLite does;
 * what that one would lose in a power cut is lost when the memory is opened again. It does not
 * check the amounts of a session, as the table in SQLite does. Fault journal-corrupt.
 */
export function openMemoryJournal({ events, cleared }: JournalMemory): Journal {
  const index = createIndex();
  const rows = events.flatMap(({ bytes }, at) => index.take(readEvent(bytes), at + 1));
  const outbox = createOutboxIndex(
    rows.filter(({ target, hash }) => !cleared.has(keyOf(target, hash))),
  );
  let answeredSince: string[] = [];
  const headNow = (): Uint8Array => events.at(-1)?.hash ?? JOURNAL_GENESIS;
  const leave = (target: Target, hash: Uint8Array): void => {
    outbox.remove(target, hash);
    answeredSince.push(keyOf(target, hash));
  };
  const clear = (): void => {
    for (const key of answeredSince) cleared.add(key);
    answeredSince = [];
  };
  return {
    get head() {
      return headNow();
    },
    replay: () => replayMemory(events),
    append(event, _before, answered) {
      const added = index.take(event, events.length + 1);
      const bytes = encodeEvent(event);
      events.push({ hash: chainHash(headNow(), bytes), bytes });
      if (answered) leave(answered.target, answered.hash);
      clear();
      added.forEach(outbox.add);
    },
    message: (hash) => index.messages.get(toHex(hash)),
    messagesOf: (session) => [...(index.ofSession.get(session) ?? [])],
    sessionOfOffer: (offer) => index.sessionOfOffer(offer),
    hasSession: (session) => index.sums.has(session),
    voidOf: (offer) => index.voids.get(offer),
    pending: (target, limit = 64) =>
      outbox.first(target, limit).map(({ hash, upload, provider }) => ({
        target,
        hash,
        bytes: index.messages.get(toHex(hash))?.bytes as Uint8Array,
        upload,
        ...(provider && { peer: provider }),
      })),
    sent(target, hash) {
      leave(target, hash);
      if (answeredSince.length >= MOST_UNCLEARED) clear();
    },
    close: clear,
  };
}

function* replayMemory(events: JournalMemory['events']): Generator<TerminalEvent> {
  for (const { bytes } of events) yield readEvent(bytes);
}

function readEvent(bytes: Uint8Array): TerminalEvent {
  const event = decodeEvent(bytes);
  if (!event.ok) throw new Fault('journal-corrupt', 'an event of the journal cannot be read');
  return event.value;
}

/** What one session has come to, minor units. */
type Sum = {
  readonly session: SessionId;
  readonly provider: WalletId | null;
  stage: SessionRow['stage'];
  billed: bigint;
  returned: bigint;
  settled: bigint;
  refunded: bigint;
};

/** What is found in the events. Owned by one open journal. */
function createIndex() {
  const messages = new Map<string, JournalMessage>();
  const ofSession = new Map<SessionId, JournalMessage[]>();
  const voids = new Map<OfferId, JournalMessage>();
  const providers = new Map<OfferId, WalletId>();
  const sums = new Map<SessionId, Sum>();
  const ofOffer = new Map<OfferId, Sum>();

  const keep = (event: TerminalEvent, message: JournalMessage): void => {
    const key = toHex(message.hash);
    if (messages.has(key)) return;
    messages.set(key, message);
    const { offer, session } = event;
    if (session) ofSession.set(session, [...(ofSession.get(session) ?? []), message]);
    if (offer && event.kind === 'voided') voids.set(offer, message);
  };
  const sumUp = (event: TerminalEvent): void => {
    const { kind, offer, session } = event;
    const [first] = event.messages;
    if (kind === 'offered' && first && offer) {
      providers.set(offer, readOwn(OFFER, first).body.provider);
    }
    if ((kind === 'accepted' || kind === 'taken') && offer && session) {
      const provider = providers.get(offer) ?? null;
      const amounts = { billed: 0n, returned: 0n, settled: 0n, refunded: 0n };
      const sum: Sum = { session, provider, stage: 'accepted', ...amounts };
      sums.set(session, sum);
      ofOffer.set(offer, sum);
    }
    const sum = session && sums.get(session);
    if (sum && first) changeSum(sum, event, first);
  };
  return {
    messages,
    ofSession,
    voids,
    sums,
    sessionOfOffer(offer: OfferId): SessionRow | undefined {
      const found = ofOffer.get(offer);
      return found && { session: found.session, stage: found.stage };
    },
    /** Takes the `n`-th event; gives what it puts into the outbox. */
    take(event: TerminalEvent, n: number): OutboxRow[] {
      const found = event.messages.map((bytes) => readMessage(event, bytes));
      for (const message of found) keep(event, message);
      sumUp(event);
      const provider = (event.session && sums.get(event.session)?.provider) ?? null;
      return outgoingOf(event).map(({ target, upload, hash, bytes }) => {
        return { n, place: event.messages.indexOf(bytes), target, upload, hash, provider };
      });
    },
  };
}

function readMessage(event: TerminalEvent, bytes: Uint8Array): JournalMessage {
  const opened = openEnvelope(bytes);
  if (!opened.ok) throw new Fault('journal-corrupt', 'a message of an event cannot be read');
  const { offer, session } = event;
  return {
    typ: opened.value.typ,
    hash: sha256(opened.value.payload),
    bytes,
    ...(offer && { offer }),
    ...(session && { session }),
  };
}

/** Takes an event into the sum of its session, as the table of sessions does. */
function changeSum(sum: Sum, event: TerminalEvent, first: Uint8Array): void {
  if (event.kind === 'metered') {
    sum.stage = readOwn(METER, first).body.final ? 'awaiting-bill' : 'delivering';
    return;
  }
  if (event.kind === 'billed') sum.billed = readOwn(BILL, first).body.amount;
  if (event.kind === 'billed' || event.kind === 'returned') {
    sum.stage = 'drawn';
    const refund = event.messages.find((bytes) => readMessage(event, bytes).typ === REFUND.typ);
    sum.returned = refund ? readOwn(REFUND, refund).body.amount : 0n;
  }
  if (event.kind === 'receipted') {
    const { subjectTyp, result, amount } = readOwn(RECEIPT, first).body;
    const isMoved = result === 'posted' && subjectTyp !== PAY.typ;
    if (isMoved) sum[subjectTyp === SETTLE.typ ? 'settled' : 'refunded'] = amount;
  }
  const isDone = sum.settled === sum.billed && sum.refunded === sum.returned;
  if (sum.stage === 'drawn' && isDone) sum.stage = 'closed';
}
