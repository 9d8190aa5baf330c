import {
  OFFER,
  accept,
  bytesToSign,
  completeSign1,
  openEnvelope,
  openMessage,
  readOwn,
  toHex,
  assert,
} from '@coinbox/protocol';
import type { Money, Offer, Result, Signed } from '@coinbox/protocol';
import { checkOffer, httpCarrier, makePay } from '@coinbox/payer';
import type { Carrier, Payment } from '@coinbox/payer';
import type { Shelf } from '../shared/shelf.ts';
import { keepCertificates, now } from './wallet.ts';
import type { BrowserWallet } from './wallet.ts';

/** The way from this page to a terminal. */
export const carrierTo = (terminal: string, shelf: Shelf): Carrier =>
  keepCertificates(
    httpCarrier(`${terminal}/carrier`, (url, init) => fetch(url, init)),
    shelf,
  );

/**
 * The offer to pay: the one of the link while it is good and nobody has taken it, else a new one.
 * Rejects what the terminal says.
 */
export async function findOffer(
  { payer, book }: BrowserWallet,
  carrier: Carrier,
  linked: Uint8Array | undefined,
): Promise<Result<Signed<Offer>>> {
  const fresh = await payer.askOffer(carrier, 1n as Money);
  if (!linked || !fresh.ok) return fresh;
  const opened = openMessage(OFFER, linked, book, now());
  const isGood = opened.ok && opened.value.body.validUntil > now() + 10_000;
  return isGood ? opened : fresh;
}

/**
 * Signs the PAY and stores it: from here on the payment is debited, and can be sent again for
 * ever. Rejects as checkOffer does.
 */
export async function beginPayment(
  wallet: BrowserWallet,
  offer: Signed<Offer>,
  amount: Money,
): Promise<Result<Payment>> {
  const { certificate, asset, key, store, book } = wallet;
  const facts = { certificate, asset, now: now(), tariffHash: offer.body.tariffHash };
  const checked = checkOffer(offer, amount, facts);
  if (!checked.ok) return checked;
  const of = certificate.body.wallet;
  const signing = { certificate, network: book.network, now: facts.now };
  const unsigned = { ...key, sign: () => new Uint8Array(64).fill(1) };
  const made = makePay(offer, amount, store.counters(of), { ...signing, signer: unsigned });
  const pay = await signAgain(wallet, made.payment.messages.pay);
  const payment = { ...made.payment, messages: { ...made.payment.messages, pay } };
  await store.begin(of, payment, made.counters);
  return accept(payment);
}

/** A message of ours under the real signature: the browser's key answers later than `makePay`. */
async function signAgain({ key, book }: BrowserWallet, message: Uint8Array): Promise<Uint8Array> {
  const opened = openEnvelope(message);
  assert(opened.ok, 'a message of our own opens');
  const { protectedHeader, payload } = opened.value;
  const toSign = bytesToSign(book.network, protectedHeader, payload);
  return completeSign1({ protectedHeader, payload, toSign }, await key.sign(toSign));
}

/** What a terminal shows of a session (`…/sessions/{hash of the PAY}`). */
export type SessionSight = {
  readonly stage: string;
  readonly held: string;
  readonly cost?: string;
  readonly from?: number;
  readonly to?: number;
  readonly registers: Readonly<Record<string, string>>;
};

const sessionUrl = (terminal: string, { payHash }: Payment): string =>
  `${terminal}/sessions/${toHex(payHash)}`;

export async function readSight(
  terminal: string,
  payment: Payment,
): Promise<SessionSight | undefined> {
  const answer = await fetch(sessionUrl(terminal, payment));
  return answer.ok ? ((await answer.json()) as SessionSight) : undefined;
}

/** The payer's stop button: what the button on the machine does. */
export const stopDelivery = (terminal: string, payment: Payment): Promise<unknown> =>
  fetch(`${sessionUrl(terminal, payment)}/stop`, { method: 'POST' });

/** The offer that a payment was made for. */
export const offerOf = ({ messages }: Payment): Offer => readOwn(OFFER, messages.offer).body;
