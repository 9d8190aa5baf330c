import {
  ACCEPT,
  BILL,
  OFFER,
  PAY,
  RECEIPT,
  REFUND,
  REFUSAL,
  decodeCarrierRequest,
  encodeCarrierReply,
  equalBytes,
  newId,
  openMessage,
  readOwn,
} from '@coinbox/protocol';
import type {
  CarrierReply,
  CarrierRequest,
  OfferId,
  Pay,
  RejectionCode,
  SessionId,
  Signed,
} from '@coinbox/protocol';
import type { Core } from './core.ts';
import type { JournalMessage } from './journal.ts';
import type { SaleDesk } from './sale.ts';
import type { OpenOffer } from './state.ts';
import { makeOffer, presentPay, voidOffer } from './step-offer.ts';
import { takeOffline } from './step-offline.ts';

/**
 * The side of a terminal that payers talk to, whatever the carrier: one request, one reply, the
 * same bytes.
 */
export interface CarrierDoor {
  exchange(request: Uint8Array): Promise<Uint8Array>;
}

export type CarrierDoorParts = {
  readonly core: Core;
  readonly desk: SaleDesk;
  /** Certificates that a payer needs to check what it gets: the authority's and the issuer's. */
  readonly certificates: readonly Uint8Array[];
  readonly random: (bytes: number) => Uint8Array;
  /**
   * Resolves when something has happened to the offer or session: true; false after `ms`, or at
   * once when too many wait.
   */
  readonly news: (of: OfferId | SessionId, ms: number) => Promise<boolean>;
};

/** How long a payer's request waits for the issuer's answer to its PAY. */
const WAIT_FOR_ISSUER_MS = 3_000;

/** A payer that gets `wait` asks again after so many milliseconds. */
const ASK_AGAIN_MS = 250;
/** Messages of a session that fit a reply beside its certificates. */
const MOST_REPLY_BYTES = 3000;

export function createCarrierDoor(parts: CarrierDoorParts): CarrierDoor {
  return {
    async exchange(request) {
      const decoded = decodeCarrierRequest(request);
      const reply = decoded.ok
        ? await answer(parts, decoded.value)
        : refused(decoded.rejection.code);
      return encodeCarrierReply(reply);
    },
  };
}

const refused = (code: RejectionCode): CarrierReply => ({
  kind: 'refused',
  messages: [],
  certificates: [],
  code,
});

function answer(parts: CarrierDoorParts, request: CarrierRequest): Promise<CarrierReply> {
  if (request.kind === 'pay') return takePay(parts, request);
  if (request.kind === 'ask-session') return tellSession(parts, request);
  return Promise.resolve(giveOffer(parts, request));
}

function giveOffer(parts: CarrierDoorParts, { amount, asset }: CarrierRequest): CarrierReply {
  const { core, desk, random } = parts;
  const terms = desk.terms();
  if (!terms.ok) return refused(terms.rejection.code);
  const id = newId('offer', core.now(), random(10));
  const wanted = { ...(amount && { amount }), ...(asset && { asset }) };
  const made = core.applyStep(makeOffer(core.state, terms.value, id, wanted, core.context()));
  if (!made.ok) return refused(made.rejection.code);
  return {
    kind: 'offer',
    messages: made.value.messages,
    certificates: certificatesOf(parts),
  };
}

/** Answers at once, or, when asked to, as soon as there are more messages than it knows. */
async function tellSession(
  parts: CarrierDoorParts,
  { payHash, known = 0, waitMs = 0 }: CarrierRequest,
): Promise<CarrierReply> {
  const { core } = parts;
  const pay = payHash && core.journal.message(payHash);
  if (!pay?.offer || pay.typ !== PAY.typ) return refused('payment-unknown');
  const until = core.now() + waitMs;
  for (;;) {
    const reply = tellOffer(parts, pay.offer);
    const leftMs = until - core.now();
    if (leftMs <= 0 || reply.messages.length > known || reply.stage === 'closed') return reply;
    const of = core.journal.sessionOfOffer(pay.offer)?.session ?? pay.offer;
    if (!(await parts.news(of, leftMs))) return tellOffer(parts, pay.offer);
  }
}

async function takePay(parts: CarrierDoorParts, request: CarrierRequest): Promise<CarrierReply> {
  const { core } = parts;
  const { message, certificate } = request;
  if (!message || !certificate) return refused('malformed-missing-field');
  const known = core.book.add(certificate, core.now());
  if (!known.ok) return refused(known.rejection.code);
  const pay = openMessage(PAY, message, core.book, core.now());
  if (!pay.ok) return refused(pay.rejection.code);
  const seen = core.journal.message(pay.value.hash);
  if (!seen) {
    const no = presentNew(parts, pay.value);
    if (no) return no;
  }
  const offer = (seen ?? core.journal.message(pay.value.hash))?.offer;
  if (!offer) return refused('offer-unknown');
  if (core.state.offers.get(offer)?.presented) await parts.news(offer, WAIT_FOR_ISSUER_MS);
  return tellOffer(parts, offer);
}

/** A PAY that was not seen before: journals it for its offer, or says why not. */
function presentNew(parts: CarrierDoorParts, pay: Signed<Pay>): CarrierReply | undefined {
  const { core } = parts;
  const offer = findOffer(core, pay.body.offerHash);
  if (!offer) return refused('offer-unknown');
  const id = offer.body.offer;
  const present = () => presentPay(core.state, offer, pay, core.context());
  if (core.journal.sessionOfOffer(id)) return refused('offer-taken');
  if (core.journal.voidOf(id)) return tellOffer(parts, id);
  const presented = core.applyStep(pay.body.offline ? take(parts, offer, pay) : present());
  if (presented.ok) return undefined;
  if (presented.rejection.code !== 'offer-expired') return refused(presented.rejection.code);
  core.apply(voidOffer(core.state, offer, core.context()));
  return tellOffer(parts, id);
}

/** Takes a PAY as money by itself, into a session of its own. */
function take({ core, random }: CarrierDoorParts, offer: OpenOffer, pay: Signed<Pay>) {
  const session = newId('session', core.now(), random(10));
  const opening = { session, journalHead: core.journal.head };
  return takeOffline(core.state, offer, pay, opening, core.context());
}

/**
 * An offer of ours by its hash: an open one, or one that has expired and is only in the journal.
 */
function findOffer(core: Core, hash: Uint8Array): OpenOffer | undefined {
  for (const offer of core.state.offers.values()) if (equalBytes(offer.hash, hash)) return offer;
  const stored = core.journal.message(hash);
  return stored?.typ === OFFER.typ ? readOwn(OFFER, stored.bytes) : undefined;
}

/** Authority, issuer, provider, holding wallet: whoever signs what a payer gets. */
function certificatesOf({ core, desk, certificates }: CarrierDoorParts): readonly Uint8Array[] {
  const provider = desk.providerCertificate;
  return [...certificates, ...(provider ? [provider] : []), core.keys.holdingCertificate.bytes];
}

const told: ReadonlySet<string> = new Set([ACCEPT, BILL, REFUND, RECEIPT].map(({ typ }) => typ));

/**
 * What the payer is told of a session: no bill that was refused, and the bill last, since it is the
 * longest and the refund must not be crowded out by it.
 */
function toldMessages(messages: readonly JournalMessage[]): Uint8Array[] {
  let room = MOST_REPLY_BYTES;
  const forPayer = messages.filter(
    ({ typ }, place) => told.has(typ) && messages[place + 1]?.typ !== REFUSAL.typ,
  );
  return [
    ...forPayer.filter(({ typ }) => typ !== BILL.typ),
    ...forPayer.filter(({ typ }) => typ === BILL.typ),
  ]
    .map(({ bytes }) => bytes)
    .filter(({ length }) => {
      if (length > room) return false;
      room -= length;
      return true;
    });
}

/** What became of an offer: wait, session with its messages, or void. */
function tellOffer(parts: CarrierDoorParts, offer: OfferId): CarrierReply {
  const { core } = parts;
  const own = certificatesOf(parts);
  const row = core.journal.sessionOfOffer(offer);
  if (row) {
    const messages = toldMessages(core.journal.messagesOf(row.session));
    return { kind: 'session', messages, certificates: own, stage: row.stage };
  }
  const voided = core.journal.voidOf(offer);
  if (voided) return { kind: 'voided', messages: [voided.bytes], certificates: own };
  return { kind: 'wait', messages: [], certificates: [], afterMs: ASK_AGAIN_MS };
}
