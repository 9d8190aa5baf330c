import {
  ACCEPT,
  BILL,
  Fault,
  OFFER,
  RECEIPT,
  REFUND,
  VOID,
  accept,
  decodeCarrierReply,
  encodeCarrierRequest,
  equalBytes,
  isRejectionCode,
  openMessage,
  reject,
  typOf,
} from '@coinbox/protocol';
import type {
  Asset,
  CarrierReply,
  CarrierRequest,
  Certificate,
  CertificateBook,
  Clock,
  IssuerClient,
  MessageType,
  Money,
  Offer,
  OfferId,
  Result,
  Signed,
  Signer,
  Stage,
} from '@coinbox/protocol';
import type { Carrier } from './carrier.ts';
import type { Payment } from './payment.ts';
import type { Purse } from './purse.ts';
import {
  checkOffer,
  makePay,
  takeAccept,
  takeBill,
  takeReceipt,
  takeRefund,
  takeVoid,
} from './step.ts';
import type { PayerStore } from './store.ts';

export type PayerParts = {
  readonly signer: Signer;
  readonly certificate: Certificate;
  readonly asset: Asset;
  /**
   * Holds the authority's and the issuer's certificates; learns those of terminals and providers.
   */
  readonly book: CertificateBook;
  readonly store: PayerStore;
  readonly clock: Clock;
};

export type PayOrder = {
  readonly amount: Money;
  /** Hash of the tariff that the payer was shown. */
  readonly tariffHash?: Uint8Array;
  readonly spendable?: Money;
  /** Pays out of the float, without the issuer. */
  readonly purse?: Purse;
};

/** A payment with what the terminal last said of its session. */
export type PaymentView = {
  readonly payment: Payment;
  readonly stage?: Stage;
  /** How many messages the terminal had for it. */
  readonly told?: number;
};

/** Not before the terminal has more messages than it `told`, or after `waitMs` (at most 5,000). */
export type Patience = { readonly told: number; readonly waitMs: number };

/**
 * A payer's wallet. Rejections are values; a terminal or issuer that cannot be reached is a Fault.
 */
export interface Payer {
  /** Asks a terminal for an offer and checks its signature. */
  askOffer(carrier: Carrier, amount: Money): Promise<Result<Signed<Offer>>>;
  /**
   * Pays an offer: stores the PAY, then sends it. From the store on it can be sent again, whatever
   * happens to the sending.
   */
  pay(carrier: Carrier, offer: Signed<Offer>, order: PayOrder): Promise<Result<PaymentView>>;
  /** Sends the stored PAY again and takes what the terminal says. */
  resend(carrier: Carrier, offer: OfferId): Promise<Result<PaymentView>>;
  /** Asks the terminal how far the session is; with `patience` it waits for news. */
  refresh(carrier: Carrier, offer: OfferId, patience?: Patience): Promise<Result<PaymentView>>;
  /**
   * Asks the issuer about a PAY that no terminal has answered. A final refusal gives the money
   * back.
   */
  askIssuer(issuer: IssuerClient, offer: OfferId): Promise<Result<PaymentView>>;
  payment(offer: OfferId): Payment | undefined;
  payments(): Payment[];
}

export function createPayer(parts: PayerParts): Payer {
  const { certificate, store, book, clock } = parts;
  const { wallet } = certificate.body;
  /** Payments that are not durable yet: what asks for one waits until it is. */
  const beginnings = new Map<OfferId, Promise<Result<Payment>>>();
  const withPayment = async (
    offer: OfferId,
    use: (payment: Payment) => Promise<Result<PaymentView>>,
  ): Promise<Result<PaymentView>> => {
    const begun = await beginnings.get(offer);
    if (begun && !begun.ok) return begun;
    const payment = store.payment(wallet, offer);
    return payment ? use(payment) : reject('payment-unknown');
  };
  const beginOnce = (offer: Signed<Offer>, order: PayOrder): Promise<Result<Payment>> => {
    const id = offer.body.offer;
    const begun = begin(parts, offer, order).finally(() => beginnings.delete(id));
    beginnings.set(id, begun);
    return begun;
  };
  return {
    async askOffer(carrier, amount) {
      const request: CarrierRequest = { kind: 'ask-offer', amount, asset: parts.asset };
      const reply = await exchange(parts, carrier, request);
      const [message] = reply.messages;
      if (reply.kind === 'refused') return refusalIn(reply);
      if (reply.kind !== 'offer' || !message) return reject('offer-unknown');
      return openMessage(OFFER, message, book, clock.now());
    },
    async pay(carrier, offer, order) {
      const { offer: id } = offer.body;
      const known = store.payment(wallet, id);
      // Nothing may be awaited before this: another call for the same offer would come between.
      const begun = beginnings.get(id) ?? (known ? accept(known) : beginOnce(offer, order));
      const payment = await begun;
      return payment.ok ? send(parts, carrier, payment.value) : payment;
    },
    resend: (carrier, offer) => withPayment(offer, (payment) => send(parts, carrier, payment)),
    refresh: (carrier, offer, patience) =>
      withPayment(offer, (payment) =>
        ask(parts, carrier, payment, {
          kind: 'ask-session',
          payHash: payment.payHash,
          ...(patience && { known: patience.told, waitMs: patience.waitMs }),
        }),
      ),
    askIssuer: (issuer, offer) =>
      withPayment(offer, async (payment) => {
        const answer = await issuer.submit(payment.messages.pay);
        if (!answer.ok) return answer;
        const taken = takeMessage(parts, latest(parts, payment), answer.value);
        if (!taken.ok) return taken;
        await store.save(wallet, taken.value);
        return accept({ payment: taken.value });
      }),
    payment: (offer) => store.payment(wallet, offer),
    payments: () => store.payments(wallet),
  };
}

/** Checks the offer, signs the PAY and stores it: the payment is debited from here on. */
async function begin(
  { certificate, asset, signer, store, book, clock }: PayerParts,
  offer: Signed<Offer>,
  { amount, tariffHash, spendable, purse }: PayOrder,
): Promise<Result<Payment>> {
  const now = clock.now();
  const checked = checkOffer(offer, amount, {
    certificate,
    asset,
    now,
    ...(tariffHash && { tariffHash }),
    ...(spendable !== undefined && { spendable }),
    ...(purse && { purse }),
  });
  if (!checked.ok) return checked;
  const { wallet } = certificate.body;
  const signing = { signer, certificate, network: book.network, now, ...(purse && { purse }) };
  const made = makePay(offer, amount, store.counters(wallet), signing);
  await store.begin(wallet, made.payment, made.counters);
  return accept(made.payment);
}

/** The payment as it is now: while a request was under way another may have brought news. */
const latest = ({ store, certificate }: PayerParts, payment: Payment): Payment =>
  store.payment(certificate.body.wallet, payment.offer) ?? payment;

const send = (
  parts: PayerParts,
  carrier: Carrier,
  payment: Payment,
): Promise<Result<PaymentView>> =>
  ask(parts, carrier, payment, {
    kind: 'pay',
    message: payment.messages.pay,
    certificate: parts.certificate.bytes,
  });

async function ask(
  parts: PayerParts,
  carrier: Carrier,
  payment: Payment,
  request: CarrierRequest,
): Promise<Result<PaymentView>> {
  const reply = await exchange(parts, carrier, request);
  const before = latest(parts, payment);
  const taken = takeReply(parts, before, reply);
  if (taken.ok && taken.value.payment !== before) {
    await parts.store.save(parts.certificate.body.wallet, taken.value.payment);
  }
  return taken;
}

/** One exchange with the terminal; its certificates are checked and kept. */
async function exchange(
  { book, clock }: PayerParts,
  carrier: Carrier,
  request: CarrierRequest,
): Promise<CarrierReply> {
  const reply = decodeCarrierReply(await carrier.exchange(encodeCarrierRequest(request)));
  if (!reply.ok) throw new Fault('answer-invalid', `the terminal sent ${reply.rejection.code}`);
  for (const bytes of reply.value.certificates) book.add(bytes, clock.now());
  return reply.value;
}

const refusalIn = ({ code }: CarrierReply): Result<never> =>
  isRejectionCode(code) ? reject(code) : reject('terminal-not-accepting');

/**
 * Everything that a reply tells of one payment. A refused PAY stays debited: only a signature
 * changes that. A message that is no good does not keep the others out; where it is all there is,
 * it is what the reply is rejected for.
 */
function takeReply(parts: PayerParts, payment: Payment, reply: CarrierReply): Result<PaymentView> {
  if (reply.kind === 'refused') return refusalIn(reply);
  let taken = payment;
  let refusal: Result<never> | undefined;
  for (const bytes of reply.messages) {
    if (isKnown(taken, bytes)) continue;
    const next = takeMessage(parts, taken, bytes);
    if (next.ok) taken = next.value;
    else if (next.rejection.code !== 'key-unknown') refusal ??= next;
  }
  if (refusal && taken === payment) return refusal;
  const told = reply.messages.length;
  return accept({ payment: taken, told, ...(reply.stage && { stage: reply.stage }) });
}

/** Was this very message checked and kept before? */
const isKnown = ({ messages }: Payment, bytes: Uint8Array): boolean =>
  Object.values(messages).some((kept) => equalBytes(kept, bytes));

type Taker = (payment: Payment, bytes: Uint8Array, parts: PayerParts) => Result<Payment>;

const taker =
  <T>(
    type: MessageType<T>,
    take: (payment: Payment, message: Signed<T>) => Result<Payment>,
  ): Taker =>
  (payment, bytes, { book, clock }) => {
    const opened = openMessage(type, bytes, book, clock.now());
    return opened.ok ? take(payment, opened.value) : opened;
  };

const takers: ReadonlyMap<string, Taker> = new Map([
  [ACCEPT.typ, taker(ACCEPT, takeAccept)],
  [VOID.typ, taker(VOID, takeVoid)],
  [BILL.typ, taker(BILL, takeBill)],
  [REFUND.typ, taker(REFUND, takeRefund)],
  [RECEIPT.typ, taker(RECEIPT, takeReceipt)],
]);

/**
 * Takes one signed message into a payment. Rejects what is not signed by whom it should be, or
 * about something else.
 */
function takeMessage(parts: PayerParts, payment: Payment, bytes: Uint8Array): Result<Payment> {
  const typ = typOf(bytes);
  if (!typ.ok) return typ;
  const take = takers.get(typ.value);
  return take ? take(payment, bytes, parts) : reject('malformed-value', typ.value);
}
