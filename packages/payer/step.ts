// pure
import {
  OFFER,
  PAY,
  REFUND,
  accept,
  equalBytes,
  readOwn,
  reject,
  signMessage,
} from '@coinbox/protocol';
import type {
  Accept,
  Bill,
  Certificate,
  Instant,
  Money,
  Offer,
  Pay,
  Receipt,
  Refund,
  Result,
  Signed,
  Signer,
  Void,
} from '@coinbox/protocol';
import type { Counters, Payment } from './payment.ts';
import { checkPurse, offlinePartOf } from './purse.ts';
import type { Purse } from './purse.ts';

/** What a payer knows of itself when it looks at an offer. */
export type PayerFacts = {
  readonly certificate: Certificate;
  readonly asset: Offer['asset'];
  readonly now: Instant;
  /** What the wallet may still spend, where it knows: balance less debited payments. */
  readonly spendable?: Money;
  /** Hash of the tariff that was shown to the payer, where one was. */
  readonly tariffHash?: Uint8Array;
  /** What is known of the float, to pay out of it. */
  readonly purse?: Purse;
};

/**
 * May this offer be paid with this amount? The signature has been checked. Rejects: key-wrong-role,
 * currency-mismatch, offer-expired, offer-mismatch, tariff-invalid (not the one that was shown),
 * limit-transaction, insufficient-funds; out of the float as checkPurse does.
 */
export function checkOffer(
  offer: Signed<Offer>,
  amount: Money,
  { certificate, asset, now, spendable, tariffHash, purse }: PayerFacts,
): Result<void> {
  const { body, signer } = offer;
  if (signer.body.wallet !== body.terminal) return reject('key-wrong-role');
  if (body.asset !== asset) return reject('currency-mismatch');
  if (now > body.validUntil) return reject('offer-expired');
  if (amount < body.least || amount > body.most) {
    return reject('offer-mismatch', `from ${body.least} to ${body.most}`);
  }
  if (tariffHash && !equalBytes(tariffHash, body.tariffHash)) {
    return reject('tariff-invalid', 'the offer names another tariff than the one that was shown');
  }
  if (purse) return checkPurse(offer.body, amount, purse, { certificate, now });
  const most = certificate.body.limits?.perPayment;
  if (most !== undefined && amount > most) return reject('limit-transaction');
  if (spendable !== undefined && amount > spendable) return reject('insufficient-funds');
  return accept(undefined);
}

export type PaySigning = {
  readonly signer: Signer;
  readonly certificate: Certificate;
  readonly network: string;
  readonly now: Instant;
  /** Pays out of the float. */
  readonly purse?: Purse;
};

/**
 * Signs the PAY for an offer that checkOffer has passed. Payment and counters are stored before
 * anything is sent.
 */
export function makePay(
  offer: Signed<Offer>,
  amount: Money,
  { sequence, previous }: Counters,
  { signer, certificate, network, now, purse }: PaySigning,
): { payment: Payment; counters: Counters } {
  const body: Pay = {
    sequence: sequence + 1,
    offerHash: offer.hash,
    payer: certificate.body.wallet,
    terminal: offer.body.terminal,
    amount,
    asset: offer.body.asset,
    mappingVersion: offer.body.mappingVersion,
    at: now,
    ...(previous && { previous }),
    ...(purse && { offline: offlinePartOf(offer.body, amount, purse) }),
  };
  const pay = signMessage(PAY, body, signer, certificate, network);
  const payment: Payment = {
    offer: offer.body.offer,
    stage: 'debited',
    amount,
    payHash: pay.hash,
    messages: { offer: offer.bytes, pay: pay.bytes },
  };
  return { payment, counters: { sequence: body.sequence, previous: pay.hash } };
}

const offerOf = (payment: Payment): { body: Offer; hash: Uint8Array } =>
  readOwn(OFFER, payment.messages.offer);

/** Takes an ACCEPT. Again changes nothing. Rejects: offer-mismatch, offer-voided. */
export function takeAccept(payment: Payment, message: Signed<Accept>): Result<Payment> {
  const { body, signer } = message;
  const offer = offerOf(payment).body;
  if (signer.body.wallet !== offer.terminal) return reject('offer-mismatch', 'another terminal');
  if (body.offer !== offer.offer || !equalBytes(body.payHash, payment.payHash)) {
    return reject('offer-mismatch', 'another payment');
  }
  if (body.held !== payment.amount) return reject('offer-mismatch', 'another amount');
  if (payment.stage === 'recredited') return reject('offer-voided');
  if (payment.messages.accept) return accept(payment);
  const messages = { ...payment.messages, accept: message.bytes };
  return accept({ ...payment, stage: 'done', session: body.session, messages });
}

/**
 * Takes a VOID: the money is the payer's again. Rejects: offer-mismatch, offer-taken (an ACCEPT
 * came before).
 */
export function takeVoid(payment: Payment, message: Signed<Void>): Result<Payment> {
  const { body, signer } = message;
  const offer = offerOf(payment);
  if (signer.body.wallet !== offer.body.terminal || body.terminal !== offer.body.terminal) {
    return reject('offer-mismatch', 'another terminal');
  }
  if (!equalBytes(body.offerHash, offer.hash)) return reject('offer-mismatch', 'another offer');
  if (payment.stage === 'recredited') return accept(payment);
  if (payment.stage !== 'debited') return reject('offer-taken');
  const messages = { ...payment.messages, void: message.bytes };
  return accept({ ...payment, stage: 'recredited', messages });
}

/**
 * Takes a RECEIPT of the issuer: of the PAY, where it has refused it for good, or of the REFUND.
 * Others change nothing. Rejects: offer-mismatch, offer-taken.
 */
export function takeReceipt(payment: Payment, message: Signed<Receipt>): Result<Payment> {
  const { subject, result, amount } = message.body;
  if (equalBytes(subject, payment.payHash)) {
    if (result !== 'refused' || payment.stage === 'recredited') return accept(payment);
    if (payment.stage !== 'debited') return reject('offer-taken');
    const messages = { ...payment.messages, receipt: message.bytes };
    return accept({ ...payment, stage: 'recredited', messages });
  }
  const refund = payment.messages.refund && readOwn(REFUND, payment.messages.refund);
  if (!refund || !equalBytes(subject, refund.hash)) return accept(payment);
  if (result !== 'posted' || amount !== refund.body.amount) return accept(payment);
  if (payment.stage === 'refunded' && payment.messages.receipt) return accept(payment);
  const messages = { ...payment.messages, receipt: message.bytes };
  return accept({ ...payment, stage: 'refunded', refunded: amount, messages });
}

/**
 * Keeps the REFUND of the session. Money is back only with the issuer's receipt, but where it was
 * paid out of the float: there the REFUND is money at once. Rejects offer-mismatch.
 */
export function takeRefund(payment: Payment, message: Signed<Refund>): Result<Payment> {
  const { body, signer } = message;
  const { pay } = payment.messages;
  const { payer, terminal, offline } = readOwn(PAY, pay).body;
  if (signer.body.wallet !== terminal || body.terminal !== terminal)
    return reject('offer-mismatch');
  if (body.session !== payment.session || body.payer !== payer) return reject('offer-mismatch');
  if (payment.messages.refund) return accept(payment);
  const messages = { ...payment.messages, refund: message.bytes };
  if (!offline) return accept({ ...payment, messages });
  return accept({ ...payment, stage: 'refunded', refunded: body.amount, messages });
}

/**
 * Keeps the BILL of the session, for the payer's books. Rejects bill-wrong-provider, offer-
 * mismatch.
 */
export function takeBill(payment: Payment, message: Signed<Bill>): Result<Payment> {
  const { body, signer } = message;
  if (signer.body.wallet !== offerOf(payment).body.provider) return reject('bill-wrong-provider');
  if (body.session !== payment.session) return reject('offer-mismatch');
  if (payment.messages.bill) return accept(payment);
  return accept({ ...payment, messages: { ...payment.messages, bill: message.bytes } });
}
