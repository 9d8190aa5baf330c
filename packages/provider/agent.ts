import {
  BILL,
  METER,
  RECEIPT,
  REFUSAL,
  accept,
  assert,
  newId,
  openEnvelope,
  readVerified,
  reject,
  signMessage,
  verifySigner,
} from '@coinbox/protocol';
import type {
  Bill,
  BillId,
  BillLine,
  Clock,
  Envelope,
  Meter,
  MessageType,
  Receipt,
  Refusal,
  Rejection,
  Result,
  SessionId,
  Signed,
  WalletId,
} from '@coinbox/protocol';
import type { Link, LinkHandler, LinkOptions } from '@coinbox/link';
import { lockFolder } from '@coinbox/storage';
import type { BillTerms } from './bill-for.ts';
import { openBook } from './book.ts';
import type { Book } from './book.ts';
import { readProviderFolder } from './config.ts';
import type { ProviderFolder } from './config.ts';
import { onAcknowledged, onReceipt, onRefusal } from './decide-bill.ts';
import type { BillOutcome } from './decide-bill.ts';
import { billSession, onMeter } from './decide-meter.ts';
import type { MeterFacts } from './decide-meter.ts';
import { billOfLines } from './own-bill.ts';
import type { SessionState } from './state.ts';

/** What the link of a provider is opened with; the shell brings the transport. */
export type LinkOrder = Omit<LinkOptions, 'retryMs' | 'onFault'>;

/** The world of one provider. */
export type ProviderParts = {
  readonly folder: ProviderFolder;
  readonly book: Book;
  readonly clock: Clock;
  readonly random: (bytes: number) => Uint8Array;
  /** For example `(order) => openMqttLink({ ...order, url })`. */
  readonly openLink: (order: LinkOrder) => Link;
  /** Default: what provider.json says. */
  readonly billing?: 'tariff' | 'own';
  /**
   * With own billing: a session waits for its bill. Called after its final METER is durable, and
   * again after a start for all that wait then.
   */
  readonly onDelivered?: (session: SessionState) => void;
  /** A message was refused for good: for a log. */
  readonly onRefused?: (from: WalletId, typ: string, rejection: Rejection) => void;
};

/** A provider at work: METERs come in, bills go out. */
export interface Provider {
  readonly wallet: WalletId;
  readonly link: Link;
  /** With own billing: the sessions that wait for their bill. */
  waiting(): readonly SessionState[];
  /**
   * Bills a session that waits. The bill is durable and on its way when this returns; again with
   * the same amount it is the same bill. Rejects: session-unknown, bill-before-delivery, id-reused
   * (it has a bill of another amount), bill-text, bill-invalid.
   */
  bill(session: SessionId, lines: readonly BillLine[]): Result<BillId>;
  close(): Promise<void>;
}

export type StartProvider = Omit<ProviderParts, 'folder' | 'book'> & { readonly folder: string };

/**
 * Opens a provider's folder (one program at a time) and starts to work. Any number of them may run
 * in one process. Faults: not-initialised, config-invalid, startup-unsafe, already-running,
 * storage-failed.
 */
export function startProvider(options: StartProvider): Provider {
  const folder = readProviderFolder(options.folder, options.clock.now());
  const lock = lockFolder(options.folder);
  let book: Book | undefined;
  try {
    book = openBook(options.folder);
    const opened = book;
    const provider = createProvider({ ...options, folder, book: opened });
    return {
      ...provider,
      async close() {
        await provider.close();
        opened.close();
        lock.release();
      },
    };
  } catch (fault) {
    book?.close();
    lock.release();
    throw fault;
  }
}

/** A provider over a book that is open. Closing it leaves the book open. */
export function createProvider(parts: ProviderParts): Provider {
  const { folder, book } = parts;
  const wallet = folder.certificate.body.wallet;
  billLeftovers(parts);
  const link = parts.openLink({
    side: 'provider',
    own: wallet,
    peers: 'any',
    certificates: [folder.certificate.bytes],
    outbox: {
      pending: (peer) => book.pending(peer),
      acknowledged: (_peer, hash) => book.acknowledged(hash, voided),
    },
    handler: { receive: (...message) => receive(parts, link, ...message) },
  });
  link.wake();
  const waiting = (): SessionState[] =>
    book.unbilled('bill-pending').flatMap((session) => book.session(session) ?? []);
  if (isOwn(parts)) for (const session of waiting()) parts.onDelivered?.(session);
  return {
    wallet,
    link,
    waiting,
    bill: (session, lines) => billByHand(parts, link, session, lines),
    close: () => link.close(),
  };
}

const isOwn = ({ billing, folder }: ProviderParts): boolean =>
  (billing ?? folder.config.billing) === 'own';

function billByHand(
  parts: ProviderParts,
  link: Link,
  session: SessionId,
  lines: readonly BillLine[],
): Result<BillId> {
  const { book, folder } = parts;
  const state = book.session(session);
  if (!state) return reject('session-unknown');
  if (!state.final) return reject('bill-before-delivery');
  const bill = billOfLines(state, lines, folder.asset, factsOf(parts).terms);
  if (!bill.ok) return bill;
  const known = state.bill && book.bill(state.bill);
  if (known) {
    return known.amount === bill.value.amount
      ? accept(known.bill)
      : reject('id-reused', 'the session has a bill of another amount');
  }
  const { problem: _problem, ...rest } = state;
  book.record({ ...rest, bill: bill.value.bill }, undefined, sign(parts, bill.value));
  link.wake(state.terminal);
  return accept(bill.value.bill);
}

const voided = (bill: Parameters<typeof onAcknowledged>[0]) => {
  const outcome = onAcknowledged(bill);
  return outcome.kind === 'changed' ? outcome.bill : undefined;
};

type Answer = ReturnType<LinkHandler['receive']>;

/**
 * One message from a terminal. What cannot be authenticated is not acknowledged: the true one may
 * still come. What is authentic is taken, or refused for good, and acknowledged either way.
 */
function receive(
  parts: ProviderParts,
  link: Link,
  from: WalletId,
  message: Uint8Array,
  certificates: readonly Uint8Array[],
): Answer {
  const { folder, clock } = parts;
  for (const bytes of certificates) folder.book.add(bytes, clock.now());
  const envelope = openEnvelope(message);
  if (!envelope.ok || !verifySigner(envelope.value, folder.book).ok) return 'later';
  const { typ } = envelope.value;
  const refuse = (rejection: Rejection): Answer => {
    parts.onRefused?.(from, typ, rejection);
    return 'durable';
  };
  const take = <T>(
    type: MessageType<T>,
    use: (signed: Signed<T>) => Answer | Rejection,
  ): Answer => {
    const signed = readSigned(parts, type, message, envelope.value);
    if (!signed.ok) {
      return signed.rejection.code === 'key-expired' ? 'later' : refuse(signed.rejection);
    }
    const answer = use(signed.value);
    return typeof answer === 'string' ? answer : refuse(answer);
  };
  if (typ === METER.typ) return take(METER, (meter) => takeMeter(parts, link, meter));
  if (typ === RECEIPT.typ) return take(RECEIPT, (receipt) => takeReceipt(parts, receipt));
  if (typ === REFUSAL.typ) return take(REFUSAL, (refusal) => takeRefusal(parts, refusal));
  return refuse({ code: 'parameter-unknown', detail: 'not a message for a provider' });
}

function readSigned<T>(
  { folder, clock }: ProviderParts,
  type: MessageType<T>,
  message: Uint8Array,
  envelope: Envelope,
) {
  const signer = folder.book.certificateOf(envelope.keyId);
  assert(signer, 'the signer has just been verified');
  return readVerified(type, message, envelope, signer, clock.now());
}

function takeMeter(parts: ProviderParts, link: Link, meter: Signed<Meter>): Answer | Rejection {
  const { book } = parts;
  const { session, terminal } = meter.body;
  const outcome = onMeter(book.session(session), meter, {
    ...factsOf(parts),
    hashOf: (number) => book.meterHash(session, number),
  });
  if (outcome.kind === 'refused') return outcome.rejection;
  if (outcome.kind !== 'recorded') return outcome.kind === 'later' ? 'later' : 'durable';
  book.record(outcome.state, meter, outcome.bill && sign(parts, outcome.bill));
  if (outcome.bill) link.wake(terminal);
  else if (outcome.state.problem === 'bill-pending') parts.onDelivered?.(outcome.state);
  return 'durable';
}

function factsOf(parts: ProviderParts): Omit<MeterFacts, 'hashOf'> {
  const { folder, book, clock, random } = parts;
  const now = clock.now();
  const terms: BillTerms = {
    sequence: book.nextSequence(),
    bill: newId('bill', now, random(10)),
    provider: folder.certificate.body.wallet,
    now,
  };
  const ownBilling = isOwn(parts);
  return { tariffOf: (hash) => folder.tariffs.tariffOf(hash), terms, ownBilling };
}

const sign = ({ folder }: ProviderParts, bill: Bill): Signed<Bill> =>
  signMessage(BILL, bill, folder.signer, folder.certificate, folder.config.network);

/** Sessions that could not be billed for want of a tariff are billed when it has been added. */
function billLeftovers(parts: ProviderParts): void {
  for (const id of parts.book.unbilled('tariff-invalid')) {
    const state = parts.book.session(id);
    const bill = state && billSession(state, factsOf(parts));
    if (!state || !bill?.ok) continue;
    const { problem: _problem, ...rest } = state;
    parts.book.record({ ...rest, bill: bill.value.bill }, undefined, sign(parts, bill.value));
  }
}

function takeReceipt(parts: ProviderParts, receipt: Signed<Receipt>): Answer | Rejection {
  const { book, folder } = parts;
  const { bill } = receipt.body;
  const known = bill && book.bill(bill);
  const outcome = onReceipt(known, receipt, folder.certificate.body.wallet);
  return settleOutcome(book, outcome, RECEIPT.typ, receipt);
}

function takeRefusal({ book }: ProviderParts, refusal: Signed<Refusal>): Answer | Rejection {
  const outcome = onRefusal(book.billByHash(refusal.body.billHash), refusal);
  return settleOutcome(book, outcome, REFUSAL.typ, refusal);
}

function settleOutcome(
  book: Book,
  outcome: BillOutcome,
  typ: string,
  { hash, bytes }: Signed<unknown>,
): Answer | Rejection {
  if (outcome.kind === 'refused') return outcome.rejection;
  if (outcome.kind === 'changed') book.change(outcome.bill, { typ, hash, bytes });
  return 'durable';
}
