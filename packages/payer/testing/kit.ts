import {
  ACCEPT,
  BILL,
  Fault,
  OFFER,
  PAY,
  RECEIPT,
  REFUND,
  VOID,
  assert,
  decodeCarrierRequest,
  encodeCarrierReply,
  money,
  openMessage,
} from '@coinbox/protocol';
import type {
  Accept,
  Bill,
  CarrierReply,
  Instant,
  Offer,
  Pay,
  Receipt,
  Refund,
  Signed,
  Void,
} from '@coinbox/protocol';
import {
  exampleBook,
  exampleBytes,
  exampleId,
  exampleMessage,
  exampleParties,
  exampleTime,
} from '@coinbox/protocol/testing';
import type { ExampleParty } from '@coinbox/protocol/testing';
import type { Carrier } from '../carrier.ts';
import { makePay } from '../step.ts';

// Fixed parties and messages: 20.00 CNY paid in, 12.34 billed, 7.66 given back.

export const kit = exampleParties();
export const kitPayer = kit.payer.wallet;
export const kitTerminal = kit.holding.wallet;
export const kitBook = () => exampleBook(kit);
export const kitSession = exampleId('session', 'session');
export const PAID = money(2000n);
export const REST = money(766n);
/** When the payer pays. */
export const NOW = exampleTime(1500);

export const kitOffer = (over: Partial<Offer> = {}, by = kit.holding): Signed<Offer> =>
  exampleMessage(
    OFFER,
    {
      sequence: 1,
      offer: exampleId('offer', 'offer'),
      terminal: kitTerminal,
      provider: kit.provider.wallet,
      mappingVersion: 3,
      asset: 'CNY/2',
      least: money(100n),
      most: money(20_000n),
      tariffHash: exampleBytes('tariff'),
      validUntil: exampleTime(300_000),
      ...over,
    },
    by,
  );

export const kitSigning = {
  signer: kit.payer.signer,
  certificate: kit.payer.certificate,
  network: 'example',
  now: NOW,
};

/** A payment of 20.00 that has been debited. */
export const kitPayment = (offer = kitOffer(), sequence = 0) =>
  makePay(offer, PAID, { sequence }, kitSigning).payment;

export type PaidOffer = { readonly payHash: Uint8Array };

export const kitAccept = (
  { payHash }: PaidOffer,
  over: Partial<Accept> = {},
  by: ExampleParty = kit.holding,
): Signed<Accept> =>
  exampleMessage(
    ACCEPT,
    {
      sequence: 2,
      payHash,
      offer: exampleId('offer', 'offer'),
      session: kitSession,
      held: PAID,
      journalHead: exampleBytes('journal'),
      ...over,
    },
    by,
  );

export const kitVoid = (
  offer: Signed<Offer>,
  over: Partial<Void> = {},
  by: ExampleParty = kit.holding,
): Signed<Void> =>
  exampleMessage(
    VOID,
    {
      sequence: 2,
      offer: offer.body.offer,
      offerHash: offer.hash,
      terminal: kitTerminal,
      ...over,
    },
    by,
  );

export const kitRefund = (
  over: Partial<Refund> = {},
  by: ExampleParty = kit.holding,
): Signed<Refund> =>
  exampleMessage(
    REFUND,
    {
      sequence: 5,
      refund: exampleId('refund', 'refund'),
      session: kitSession,
      payer: kitPayer,
      terminal: kitTerminal,
      amount: REST,
      asset: 'CNY/2',
      cause: 'rest',
      payments: [],
      upload: 2,
      ...over,
    },
    by,
  );

/** The issuer's RECEIPT of the message with this hash. */
export const kitReceipt = (
  subject: Uint8Array,
  over: Partial<Receipt> = {},
  by: ExampleParty = kit.issuer,
): Signed<Receipt> =>
  exampleMessage(
    RECEIPT,
    {
      index: 9,
      subject,
      subjectTyp: REFUND.typ,
      result: 'posted',
      entryHash: exampleBytes('entry'),
      amount: REST,
      asset: 'CNY/2',
      at: exampleTime(4_000_000),
      ...over,
    },
    by,
  );

/** The issuer's refusal of a PAY. */
export const kitRefusedPay = ({ payHash }: PaidOffer, by: ExampleParty = kit.issuer) =>
  kitReceipt(
    payHash,
    { subjectTyp: PAY.typ, result: 'refused', code: 'insufficient-funds', amount: PAID },
    by,
  );

export const kitBill = (over: Partial<Bill> = {}, by: ExampleParty = kit.provider): Signed<Bill> =>
  exampleMessage(
    BILL,
    {
      sequence: 1,
      bill: exampleId('bill', 'bill'),
      session: kitSession,
      terminal: kitTerminal,
      provider: kit.provider.wallet,
      asset: 'CNY/2',
      amount: money(1234n),
      lines: [],
      tariffHash: exampleBytes('tariff'),
      meterHash: exampleBytes('meter'),
      final: true,
      issuedAt: exampleTime(3_600_000),
      validUntil: exampleTime(90_000_000),
      ...over,
    },
    by,
  );

export const createClock = (now: Instant = NOW) => ({ now: () => now });

/** What the twin answers to a PAY and to a question after one. */
export type TwinAnswer = (pay: Signed<Pay>) => Partial<CarrierReply> & Pick<CarrierReply, 'kind'>;

/** A terminal twin: gives offers, remembers the PAYs it got, and answers as it is told. */
export function createTwin(answer: TwinAnswer, offer: Signed<Offer> = kitOffer()) {
  const pays: Signed<Pay>[] = [];
  const book = kitBook();
  const certificates = [kit.authority, kit.issuer, kit.provider, kit.holding].map(
    ({ certificate }) => certificate.bytes,
  );
  const twin = {
    pays,
    answer,
    /** The next request does not arrive; `answer`: it does, and the reply is lost. */
    lose: undefined as 'request' | 'answer' | undefined,
    carrier: { exchange: async (request) => exchange(request) } satisfies Carrier,
  };
  const reply = (bytes: Uint8Array): CarrierReply => {
    const request = decodeCarrierRequest(bytes);
    assert(request.ok, 'the payer asks properly');
    const { kind, message } = request.value;
    const whole = { messages: [], certificates };
    if (kind === 'ask-offer') return { ...whole, kind: 'offer', messages: [offer.bytes] };
    if (kind === 'pay') {
      assert(message, 'a PAY comes with its message');
      const pay = openMessage(PAY, message, book, NOW);
      assert(pay.ok, 'the PAY is good');
      pays.push(pay.value);
    }
    const last = pays.at(-1);
    return last ? { ...whole, ...twin.answer(last) } : { ...whole, kind: 'refused' };
  };
  const exchange = (request: Uint8Array): Uint8Array => {
    const { lose } = twin;
    twin.lose = undefined;
    if (lose === 'request') throw new Fault('unreachable', 'lost');
    const answered = encodeCarrierReply(reply(request));
    if (lose === 'answer') throw new Fault('unreachable', 'lost');
    return answered;
  };
  return twin;
}
