// pure
import {
  ACCEPT,
  BILL,
  EPOCH,
  METER,
  OFFER,
  PARAMETERS,
  PAY,
  RECEIPT,
  REFUND,
  REFUSAL,
  SETTLE,
  STATUS_LIST,
  VOID,
  addMoney,
  assert,
  equalBytes,
  paymentIdOf,
  readOwn,
  subtractMoney,
  typOf,
} from '@coinbox/protocol';
import type { Money, OfferId, SessionId } from '@coinbox/protocol';
import type { EventKind, TerminalEvent } from './events.ts';
import { isClosed } from './state.ts';
import type { OpenOffer, Session, TerminalState, Upload } from './state.ts';

/**
 * The state after one more event. The same code runs when an event has just been made durable and
 * when the journal is read at the start. It cannot refuse: whatever is in the journal has been
 * decided.
 */
export const evolve = (state: TerminalState, event: TerminalEvent): TerminalState =>
  evolvers[event.kind](state, event);

const message = (event: TerminalEvent, place: number): Uint8Array => {
  const found = event.messages[place];
  assert(found, `event ${event.kind} has message ${place}`);
  return found;
};

const sum = (a: Money, b: Money): Money => {
  const added = addMoney(a, b);
  assert(added.ok, 'a wallet holds less than 2^63');
  return added.value;
};

const withOffer = (state: TerminalState, id: OfferId, offer?: OpenOffer): TerminalState => {
  const offers = new Map(state.offers);
  if (offer) offers.set(id, offer);
  else offers.delete(id);
  return { ...state, offers };
};

const withSession = (state: TerminalState, session: Session): TerminalState => {
  const sessions = new Map(state.sessions);
  if (isClosed(session)) sessions.delete(session.id);
  else sessions.set(session.id, session);
  return { ...state, sessions };
};

function sessionOf(state: TerminalState, event: TerminalEvent): Session {
  const found = state.sessions.get(event.session as SessionId);
  assert(found, `event ${event.kind} is about an open session`);
  return found;
}

const evolvers: Record<EventKind, (state: TerminalState, event: TerminalEvent) => TerminalState> = {
  offered,
  presented,
  accepted,
  voided,
  metered,
  billed,
  refused,
  returned,
  receipted,
  informed,
  taken,
};

function offered(state: TerminalState, event: TerminalEvent): TerminalState {
  const { body, hash } = readOwn(OFFER, message(event, 0));
  const offers = new Map(state.offers);
  for (const [id, offer] of offers) {
    if (!offer.presented && offer.body.validUntil < event.at) offers.delete(id);
  }
  offers.set(body.offer, { body, hash });
  const { provider, mappingVersion } = body;
  const lastMapping = { provider, mappingVersion };
  return { ...state, offers, holdingSequence: body.sequence, lastMapping };
}

function presented(state: TerminalState, event: TerminalEvent): TerminalState {
  const offer = state.offers.get(event.offer as OfferId);
  assert(offer, 'a PAY is presented for an open offer');
  const pay = readOwn(PAY, message(event, 0));
  const { payer, amount } = pay.body;
  const known = { hash: pay.hash, payment: paymentIdOf(pay), payer, amount };
  return withOffer(state, offer.body.offer, { ...offer, presented: known });
}

function accepted(state: TerminalState, event: TerminalEvent): TerminalState {
  const offer = state.offers.get(event.offer as OfferId);
  assert(offer?.presented, 'only a presented PAY is accepted');
  const { body, hash } = readOwn(ACCEPT, message(event, 0));
  const session: Session = {
    id: body.session,
    offer: offer.body,
    pay: offer.presented,
    acceptHash: hash,
    acceptedAt: event.at,
    stage: 'accepted',
    held: body.held,
    readings: [],
    meters: 0,
  };
  const next = withSession(withOffer(state, offer.body.offer), session);
  return { ...next, holdingSequence: body.sequence, holding: sum(state.holding, body.held) };
}

/** A PAY that is money by itself: presented and accepted at once. */
function taken(state: TerminalState, event: TerminalEvent): TerminalState {
  const pay = readOwn(PAY, message(event, 0));
  const { payer, sequence, amount } = pay.body;
  const before = presented(state, event);
  const after = accepted(before, { ...event, messages: event.messages.slice(1) });
  const session = sessionOf(after, event);
  const unsynced = new Map(state.unsynced).set(session.id, { payer, sequence, amount });
  return withSession({ ...after, unsynced }, { ...session, booking: { hash: pay.hash } });
}

/** Lists are those of the EPOCH that comes with them, or after them. */
function informed(state: TerminalState, event: TerminalEvent): TerminalState {
  let { heard } = state;
  for (const bytes of event.messages) {
    const typ = typOf(bytes);
    if (typ.ok && typ.value === EPOCH.typ) {
      heard = { ...heard, epoch: readOwn(EPOCH, bytes).body, heardAt: event.at };
    } else if (typ.ok && typ.value === PARAMETERS.typ) {
      heard = { ...heard, parameters: readOwn(PARAMETERS, bytes).body };
    } else {
      const { body } = readOwn(STATUS_LIST, bytes);
      heard = { ...heard, lists: new Map(heard.lists).set(body.first, body) };
    }
  }
  return { ...state, heard };
}

function voided(state: TerminalState, event: TerminalEvent): TerminalState {
  const { body } = readOwn(VOID, message(event, 0));
  return { ...withOffer(state, body.offer), holdingSequence: body.sequence };
}

function metered(state: TerminalState, event: TerminalEvent): TerminalState {
  const session = sessionOf(state, event);
  const { body, hash } = readOwn(METER, message(event, 0));
  const next = withSession(state, {
    ...session,
    stage: body.final ? 'awaiting-bill' : 'delivering',
    readings: [...session.readings, ...body.readings],
    meters: body.number,
    lastMeter: hash,
    meteredAt: event.at,
    ...(body.final && { deliveredAt: event.at }),
  });
  return { ...next, holdingSequence: body.sequence };
}

/** The messages of ours in an event, by class. */
function ownMessage(event: TerminalEvent, typ: string): Uint8Array | undefined {
  return event.messages.find((bytes) => {
    const found = typOf(bytes);
    return found.ok && found.value === typ;
  });
}

type Moved = { state: TerminalState; settle?: Upload; refund?: NonNullable<Session['refund']> };

/** Draw, settlement and refund of one event: what they do to the two wallets and the counters. */
function move(before: TerminalState, event: TerminalEvent): Moved {
  let state = before;
  const moved: Omit<Moved, 'state'> = {};
  const settleBytes = ownMessage(event, SETTLE.typ);
  if (settleBytes) {
    const { body, hash } = readOwn(SETTLE, settleBytes);
    moved.settle = { hash, number: body.upload, amount: body.amount };
    state = {
      ...state,
      holdingSequence: state.holdingSequence + 1,
      settlementSequence: body.sequence,
      uploads: body.upload,
      holding: subtractMoney(state.holding, body.amount),
      inSettlement: sum(state.inSettlement, body.amount),
    };
  }
  const refundBytes = ownMessage(event, REFUND.typ);
  if (refundBytes) {
    const { body, hash } = readOwn(REFUND, refundBytes);
    moved.refund = { hash, number: body.upload, amount: body.amount, refund: body.refund };
    state = {
      ...state,
      holdingSequence: body.sequence,
      uploads: body.upload,
      holding: subtractMoney(state.holding, body.amount),
    };
  }
  return { state, ...moved };
}

function billed(state: TerminalState, event: TerminalEvent): TerminalState {
  const bill = readOwn(BILL, message(event, 0));
  const { state: moved, ...uploads } = move(state, event);
  return withSession(moved, { ...sessionOf(state, event), stage: 'drawn', bill, ...uploads });
}

function refused(state: TerminalState, event: TerminalEvent): TerminalState {
  return { ...state, holdingSequence: readOwn(REFUSAL, message(event, 1)).body.sequence };
}

function returned(state: TerminalState, event: TerminalEvent): TerminalState {
  const { state: moved, ...uploads } = move(state, event);
  return withSession(moved, { ...sessionOf(state, event), stage: 'drawn', ...uploads });
}

function receipted(state: TerminalState, event: TerminalEvent): TerminalState {
  const session = sessionOf(state, event);
  const answer =
    readOwn(RECEIPT, message(event, 0)).body.result === 'posted' ? 'posted' : 'refused';
  const answers = (upload: Upload | undefined): upload is Upload =>
    upload !== undefined && equalBytes(upload.hash, event.subject as Uint8Array);
  const { booking } = session;
  if (booking && equalBytes(booking.hash, event.subject as Uint8Array)) {
    const unsynced = new Map(state.unsynced);
    unsynced.delete(session.id);
    return withSession({ ...state, unsynced }, { ...session, booking: { ...booking, answer } });
  }
  if (answers(session.settle)) {
    const inSettlement = subtractMoney(state.inSettlement, session.settle.amount);
    const next = { ...session, settle: { ...session.settle, answer } } as const;
    return withSession({ ...state, inSettlement }, next);
  }
  assert(session.refund && answers(session.refund), 'a receipt answers an upload of its session');
  return withSession(state, { ...session, refund: { ...session.refund, answer } });
}
