// pure
import {
  ACCEPT,
  BILL,
  DRAW,
  METER,
  OFFER,
  RECEIPT,
  REFUND,
  REFUSAL,
  SETTLE,
  VOID,
  openEnvelope,
  readOwn,
  sha256,
  toHex,
} from '@coinbox/protocol';
import type {
  Bill,
  BillId,
  Draw,
  Instant,
  MessageType,
  OfferId,
  Receipt,
  Refund,
  SessionId,
  Settle,
  WalletId,
} from '@coinbox/protocol';

/** The part of a terminal's event that a witness looks at. */
export type JournalEvent = {
  readonly kind: string;
  readonly at: Instant;
  readonly messages: readonly Uint8Array[];
  readonly session?: SessionId;
  readonly offer?: OfferId;
  readonly subject?: Uint8Array;
};

export type OfferStage = 'offered' | 'presented' | 'accepted' | 'voided';

export type SessionTruth = {
  readonly id: SessionId;
  readonly offer: OfferId;
  readonly provider: WalletId;
  readonly held: bigint;
  drawn: bigint;
  returned: bigint;
  bill?: BillId;
  finalMeter?: Uint8Array;
  tariffHash: Uint8Array;
  /** Uploads without an answer, by the hash of the message in hexadecimal. */
  readonly open: Map<string, { readonly amount: bigint; readonly isDraw: boolean }>;
};

/**
 * What a terminal's durable journal adds up to, worked out here from the messages in it, by other
 * code than that of the terminal. Owned by the witness.
 */
export type TerminalTruth = {
  readonly wallet: WalletId;
  /** Last number of each of the two wallets' counters. */
  holdingSequence: number;
  settlementSequence: number;
  uploads: number;
  holding: bigint;
  inSettlement: bigint;
  /** Settled by the issuer, as far as a receipt of it is journalled. */
  receipted: bigint;
  readonly offers: Map<OfferId, { stage: OfferStage; readonly provider: WalletId }>;
  readonly sessions: Map<SessionId, SessionTruth>;
  /** The durable messages, by hash in hexadecimal. */
  readonly messages: Set<string>;
  /** The PAYs that were accepted, by hash in hexadecimal. */
  readonly acceptedPays: Set<string>;
};

export const createTerminalTruth = (wallet: WalletId): TerminalTruth => ({
  wallet,
  holdingSequence: 0,
  settlementSequence: 0,
  uploads: 0,
  holding: 0n,
  inSettlement: 0n,
  receipted: 0n,
  offers: new Map(),
  sessions: new Map(),
  messages: new Set(),
  acceptedPays: new Set(),
});

type Signed<T> = { readonly body: T; readonly hash: Uint8Array; readonly keyId: Uint8Array };

/** An event with what its messages say. */
export type EventFact = {
  readonly event: JournalEvent;
  /** Hash of each message, in hexadecimal. */
  readonly hashes: readonly string[];
  /** The counters that the terminal's own messages have used, in order. */
  readonly holdingSequences: readonly number[];
  readonly settlementSequences: readonly number[];
  readonly bill?: Signed<Bill>;
  readonly draws: readonly Signed<Draw>[];
  readonly settles: readonly Signed<Settle>[];
  readonly refunds: readonly Signed<Refund>[];
  readonly receipt?: Signed<Receipt>;
  /** The PAY that an ACCEPT answers, in hexadecimal. */
  readonly acceptedPay?: string;
};

const byHolding: ReadonlySet<string> = new Set(
  [OFFER, ACCEPT, VOID, METER, DRAW, REFUND, REFUSAL].map(({ typ }) => typ),
);
const types = new Map<string, MessageType<unknown>>(
  [OFFER, ACCEPT, VOID, METER, DRAW, REFUND, REFUSAL, BILL, SETTLE, RECEIPT].map((type) => [
    type.typ,
    type as MessageType<unknown>,
  ]),
);

/** Reads the messages of an event. */
export function readEvent(event: JournalEvent): EventFact {
  const found: Record<string, Signed<unknown>[]> = {};
  const hashes: string[] = [];
  const holdingSequences: number[] = [];
  for (const bytes of event.messages) {
    const envelope = openEnvelope(bytes);
    if (!envelope.ok) continue;
    const { typ, keyId, payload } = envelope.value;
    hashes.push(toHex(sha256(payload)));
    const type = types.get(typ);
    if (!type) continue;
    const read = readOwn(type, bytes);
    (found[typ] ??= []).push({ ...read, keyId });
    if (byHolding.has(typ)) holdingSequences.push((read.body as { sequence: number }).sequence);
  }
  const all = <T>(type: MessageType<T>) => (found[type.typ] ?? []) as Signed<T>[];
  const [bill] = all(BILL);
  const [receipt] = all(RECEIPT);
  const settles = all(SETTLE);
  const [accepted] = all(ACCEPT);
  return {
    event,
    hashes,
    holdingSequences,
    settlementSequences: settles.map(({ body }) => body.sequence),
    ...(bill && { bill }),
    draws: all(DRAW),
    settles,
    refunds: all(REFUND),
    ...(receipt && { receipt }),
    ...(accepted && { acceptedPay: toHex(accepted.body.payHash) }),
  };
}

/** Takes one more event into the truth. Every check of it comes before. */
export function applyEvent(truth: TerminalTruth, fact: EventFact): void {
  const { event } = fact;
  for (const hash of fact.hashes) truth.messages.add(hash);
  truth.holdingSequence = fact.holdingSequences.at(-1) ?? truth.holdingSequence;
  truth.settlementSequence = fact.settlementSequences.at(-1) ?? truth.settlementSequence;
  const [first] = event.messages;
  if (!first) return;
  if (event.kind === 'offered') {
    const { offer, provider } = readOwn(OFFER, first).body;
    truth.offers.set(offer, { stage: 'offered', provider });
  }
  if (event.kind === 'presented') setStage(truth, event, 'presented');
  if (event.kind === 'voided') setStage(truth, event, 'voided');
  if (event.kind === 'accepted') openSession(truth, event, first);
  const session = event.session && truth.sessions.get(event.session);
  if (!session) return;
  if (event.kind === 'metered') {
    const { body, hash } = readOwn(METER, first);
    session.tariffHash = body.tariffHash;
    if (body.final) session.finalMeter = hash;
  }
  if (event.kind === 'billed' || event.kind === 'returned') moveMoney(truth, session, fact);
  if (event.kind === 'receipted') takeReceipt(truth, session, fact);
}

function setStage(truth: TerminalTruth, { offer }: JournalEvent, stage: OfferStage): void {
  const known = offer && truth.offers.get(offer);
  if (known) known.stage = stage;
}

function openSession(truth: TerminalTruth, event: JournalEvent, first: Uint8Array): void {
  const { session, offer, held, payHash } = readOwn(ACCEPT, first).body;
  const known = truth.offers.get(offer);
  setStage(truth, event, 'accepted');
  truth.acceptedPays.add(toHex(payHash));
  truth.holding += held;
  truth.sessions.set(session, {
    id: session,
    offer,
    provider: known?.provider as WalletId,
    held,
    drawn: 0n,
    returned: 0n,
    tariffHash: new Uint8Array(32),
    open: new Map(),
  });
}

function moveMoney(truth: TerminalTruth, session: SessionTruth, fact: EventFact): void {
  if (fact.bill) session.bill = fact.bill.body.bill;
  for (const { body, hash } of fact.settles) {
    truth.uploads = body.upload;
    truth.holding -= body.amount;
    truth.inSettlement += body.amount;
    session.drawn += body.amount;
    session.open.set(toHex(hash), { amount: body.amount, isDraw: true });
  }
  for (const { body, hash } of fact.refunds) {
    truth.uploads = body.upload;
    truth.holding -= body.amount;
    session.returned += body.amount;
    session.open.set(toHex(hash), { amount: body.amount, isDraw: false });
  }
}

function takeReceipt(truth: TerminalTruth, session: SessionTruth, { receipt }: EventFact): void {
  if (!receipt) return;
  const subject = toHex(receipt.body.subject);
  const upload = session.open.get(subject);
  if (!upload) return;
  session.open.delete(subject);
  if (!upload.isDraw) return;
  truth.inSettlement -= upload.amount;
  if (receipt.body.result === 'posted') truth.receipted += upload.amount;
}
