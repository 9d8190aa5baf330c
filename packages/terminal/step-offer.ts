// pure
import {
  ACCEPT,
  OFFER,
  VOID,
  accept,
  equalBytes,
  later,
  reject,
  signMessage,
} from '@coinbox/protocol';
import type {
  Instant,
  Money,
  Offer,
  OfferId,
  Pay,
  Receipt,
  Result,
  SessionId,
  Signed,
} from '@coinbox/protocol';
import { offlineTerms } from './check-offline.ts';
import type { TerminalEvent } from './events.ts';
import type { Bounds, OpenOffer, SaleTerms, TerminalKeys, TerminalState } from './state.ts';

/**
 * What a step knows besides the state: the keys it signs with, the bounds of this terminal, and the
 * time.
 */
export type StepContext = {
  readonly keys: TerminalKeys;
  readonly bounds: Bounds;
  readonly now: Instant;
};

/**
 * Makes an OFFER. `wanted` is what the payer would like to pay in, where it said so. Rejects:
 * terminal-busy, currency-mismatch, limit-transaction.
 */
export function makeOffer(
  state: TerminalState,
  terms: SaleTerms,
  offer: OfferId,
  wanted: { amount?: Money; asset?: Offer['asset'] },
  { keys, bounds, now }: StepContext,
): Result<TerminalEvent> {
  if (state.sessions.size >= bounds.mostSessions) return reject('terminal-busy');
  if (openOffers(state, now) >= bounds.mostOffers) return reject('terminal-busy');
  if (wanted.asset !== undefined && wanted.asset !== terms.asset)
    return reject('currency-mismatch');
  if (wanted.amount !== undefined && wanted.amount > terms.most) {
    return reject('limit-transaction', `at most ${terms.most}`);
  }
  const offline = offlineTerms(state, now);
  const body: Offer = {
    sequence: state.holdingSequence + 1,
    offer,
    terminal: keys.holdingCertificate.body.wallet,
    ...terms,
    validUntil: later(now, bounds.offerLifeMs),
    ...(offline && { parameters: offline.number }),
  };
  const signed = signMessage(OFFER, body, keys.holding, keys.holdingCertificate, keys.network);
  return accept({ kind: 'offered', at: now, messages: [signed.bytes], offer });
}

function openOffers(state: TerminalState, now: Instant): number {
  let open = 0;
  for (const offer of state.offers.values()) {
    if (offer.presented || offer.body.validUntil >= now) open++;
  }
  return open;
}

/**
 * Takes a PAY whose signature has been checked, for an open offer. Rejects: key-wrong-role (signed
 * with another wallet's key), offer-mismatch, currency-mismatch, offer-taken, offer-expired,
 * terminal-busy.
 */
export function presentPay(
  state: TerminalState,
  offer: OpenOffer,
  pay: Signed<Pay>,
  { bounds, now }: StepContext,
): Result<TerminalEvent> {
  const { body } = pay;
  const terms = offer.body;
  if (pay.signer.body.wallet !== body.payer) return reject('key-wrong-role');
  if (!equalBytes(body.offerHash, offer.hash)) return reject('offer-mismatch');
  if (body.terminal !== terms.terminal || body.mappingVersion !== terms.mappingVersion) {
    return reject('offer-mismatch');
  }
  if (body.asset !== terms.asset) return reject('currency-mismatch');
  if (body.amount < terms.least || body.amount > terms.most) {
    return reject('offer-mismatch', `from ${terms.least} to ${terms.most}`);
  }
  if (offer.presented) return reject('offer-taken');
  // An offer that the state has forgotten had expired, whatever the clock says now.
  if (now > terms.validUntil || !state.offers.has(terms.offer)) return reject('offer-expired');
  if (state.sessions.size >= bounds.mostSessions) return reject('terminal-busy');
  return accept({ kind: 'presented', at: now, messages: [pay.bytes], offer: terms.offer });
}

/**
 * The issuer has applied the PAY: opens the session and signs the ACCEPT. Rejects: offer-mismatch
 * where the receipt is not one of this PAY.
 */
export function acceptPay(
  state: TerminalState,
  offer: OpenOffer,
  receipt: Signed<Receipt>,
  opening: { session: SessionId; journalHead: Uint8Array },
  { keys, now }: StepContext,
): Result<TerminalEvent> {
  const pay = offer.presented;
  const { subject, result, amount } = receipt.body;
  if (!pay || !equalBytes(subject, pay.hash) || result !== 'posted' || amount !== pay.amount) {
    return reject('offer-mismatch', 'the receipt is not for the payment of this offer');
  }
  const body = {
    sequence: state.holdingSequence + 1,
    payHash: pay.hash,
    offer: offer.body.offer,
    session: opening.session,
    held: pay.amount,
    journalHead: opening.journalHead,
  };
  const signed = signMessage(ACCEPT, body, keys.holding, keys.holdingCertificate, keys.network);
  return accept({
    kind: 'accepted',
    at: now,
    messages: [signed.bytes, receipt.bytes],
    offer: offer.body.offer,
    session: opening.session,
  });
}

/**
 * Promises never to accept a PAY for this offer. Safe at any time before ACCEPT: the issuer gives
 * back what it has applied.
 */
export function voidOffer(
  state: TerminalState,
  offer: Pick<OpenOffer, 'body' | 'hash'>,
  { keys, now }: StepContext,
): TerminalEvent {
  const body = {
    sequence: state.holdingSequence + 1,
    offer: offer.body.offer,
    offerHash: offer.hash,
    terminal: offer.body.terminal,
  };
  const signed = signMessage(VOID, body, keys.holding, keys.holdingCertificate, keys.network);
  return { kind: 'voided', at: now, messages: [signed.bytes], offer: offer.body.offer };
}

/** The offers whose PAY the issuer has not answered in their time. They are voided. */
export const overdueOffers = (state: TerminalState, now: Instant): OpenOffer[] =>
  [...state.offers.values()].filter(
    ({ presented, body }) => presented !== undefined && now > body.validUntil,
  );
