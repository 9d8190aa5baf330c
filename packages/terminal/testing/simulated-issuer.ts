import {
  BILL,
  Fault,
  PAY,
  REFUND,
  REFUSAL,
  SETTLE,
  VOID,
  accept,
  assert,
  openEnvelope,
  openMessage,
  paymentIdOf,
  reject,
  settlementIdOf,
  sha256,
  toHex,
  typOf,
} from '@coinbox/protocol';
import type {
  IssuerClient,
  Money,
  PaymentId,
  Receipt,
  Rejection,
  Result,
  WalletId,
} from '@coinbox/protocol';
import type { ExampleParty } from '@coinbox/protocol/testing';
import { KIT_START, kitBook, kitParties, kitReceipt, kitTerminal } from './messages.ts';

/** A message that has come to the issuer. */
export type Submitted = { readonly typ: string; readonly hash: string; readonly bytes: Uint8Array };

/**
 * What the issuer does with a message instead of judging it. `lost`: it is judged, and the answer
 * does not come back. Bytes: they are the answer.
 */
export type Interference = 'unreachable' | 'lost' | Rejection | Uint8Array | undefined;

export type SimulatedMapping = { readonly version: number; readonly provider: ExampleParty };

/** An issuer of one terminal: signs real RECEIPTs, the same bytes for the same message. */
export interface SimulatedIssuer extends IssuerClient {
  /** Every message that came, in order, repeats too. */
  readonly submitted: readonly Submitted[];
  /** Messages of a class that were posted, each once. */
  posted(typ: string): readonly Submitted[];
  /** Minor units of a payer or provider. Payers begin with 1,000.00. */
  balance(wallet: WalletId): bigint;
  /** Minor units in the terminal's holding wallet. */
  held(): bigint;
  interfere: (message: Submitted) => Interference;
  /** Is nobody mapped, the terminal does not accept. */
  mapped: SimulatedMapping | undefined;
}

type Payment = { payer: WalletId; amount: bigint; rest: bigint; offer: string };
type Books = {
  readonly wallets: Map<WalletId, bigint>;
  readonly payments: Map<PaymentId, Payment>;
  /** Offer hash to who has used it up. */
  readonly offers: Map<string, PaymentId | 'voided'>;
  uploads: number;
};
type Verdict = Pick<Receipt, 'amount' | 'code' | 'to' | 'bill'>;

const PAYER_BEGINS_WITH = 100_000n;

export function createSimulatedIssuer(): SimulatedIssuer {
  const books: Books = { wallets: new Map(), payments: new Map(), offers: new Map(), uploads: 0 };
  const answers = new Map<string, { message: Submitted; receipt: Uint8Array; posted: boolean }>();
  const submitted: Submitted[] = [];
  const judgeOnce = (message: Submitted): Result<Uint8Array> => {
    const known = answers.get(message.hash);
    if (known) return accept(known.receipt);
    const verdict = judge(books, message.typ, message.bytes);
    if (!verdict.ok) return verdict;
    const { amount, code, to, bill } = verdict.value;
    const receipt = kitReceipt(
      { hash: sha256Of(message.hash), typ: message.typ, amount },
      {
        index: answers.size + 1,
        ...(code && { code, result: 'refused' }),
        ...(to && { to, from: kitTerminal }),
        ...(bill && { bill }),
      },
    ).bytes;
    answers.set(message.hash, { message, receipt, posted: code === undefined });
    return accept(receipt);
  };
  const unreachable = (): Promise<never> =>
    Promise.reject(new Fault('unreachable', 'the simulated issuer does not answer'));
  const issuer: SimulatedIssuer = {
    submitted,
    posted: (typ) =>
      [...answers.values()]
        .filter(({ message, posted }) => posted && message.typ === typ)
        .map(({ message }) => message),
    balance: (wallet) => balanceOf(books, wallet),
    held: () => [...books.payments.values()].reduce((sum, { rest }) => sum + rest, 0n),
    interfere: () => undefined,
    mapped: { version: 3, provider: kitParties.provider },
    async submit(bytes) {
      const typ = typOf(bytes);
      assert(typ.ok, 'a terminal sends messages');
      const message = { typ: typ.value, hash: payloadHash(bytes), bytes: Uint8Array.from(bytes) };
      submitted.push(message);
      const interference = issuer.interfere(message);
      if (interference instanceof Uint8Array) return accept(interference);
      if (interference === 'unreachable') return unreachable();
      if (interference === 'lost') judgeOnce(message);
      if (interference === 'lost') return unreachable();
      return interference ? { ok: false, rejection: interference } : judgeOnce(message);
    },
    async mapping(terminal) {
      const { mapped } = issuer;
      const { version, provider } = mapped ?? { version: 0, provider: kitParties.provider };
      const certificate = Buffer.from(provider.certificate.bytes).toString('base64url');
      const row = { version, provider: provider.wallet, certificate, index: 1, proposal: '' };
      return accept({ terminal, versions: mapped ? [row] : [], as_of_index: 1 });
    },
    submitRun: unreachable,
    beacon: unreachable,
    setParameters: unreachable,
    discover: unreachable,
    openWallet: unreachable,
    wallet: unreachable,
    issueMoney: unreachable,
    redeemMoney: unreachable,
    proposeMapping: unreachable,
    approveMapping: unreachable,
    summary: unreachable,
    movements: unreachable,
  };
  return issuer;
}

const sha256Of = (hash: string): Uint8Array => Uint8Array.from(Buffer.from(hash, 'hex'));

/** The hash that messages are called by, whatever their class. */
function payloadHash(bytes: Uint8Array): string {
  const opened = openEnvelope(bytes);
  assert(opened.ok, 'a terminal sends messages');
  return toHex(sha256(opened.value.payload));
}

const balanceOf = ({ wallets }: Books, wallet: WalletId): bigint =>
  wallets.get(wallet) ?? (wallet === kitParties.payer.wallet ? PAYER_BEGINS_WITH : 0n);

const add = (books: Books, wallet: WalletId, amount: bigint): void =>
  void books.wallets.set(wallet, balanceOf(books, wallet) + amount);

/** Judges a message once. A code in the verdict is a refusal with a receipt. */
function judge(books: Books, typ: string, bytes: Uint8Array): Result<Verdict> {
  const book = kitBook();
  if (typ === PAY.typ) {
    const pay = openMessage(PAY, bytes, book, KIT_START);
    return pay.ok ? accept(judgePay(books, pay.value)) : pay;
  }
  if (typ === VOID.typ) {
    const message = openMessage(VOID, bytes, book, KIT_START);
    return message.ok ? accept(judgeVoid(books, toHex(message.value.body.offerHash))) : message;
  }
  if (typ === SETTLE.typ) {
    const settle = openMessage(SETTLE, bytes, book, KIT_START);
    if (!settle.ok) return settle;
    const { body } = settle.value;
    const bill = openMessage(BILL, body.bill ?? new Uint8Array(), book, KIT_START);
    if (!bill.ok) return reject('settlement-bill-mismatch');
    const billed = bill.value.body.bill;
    if (settlementIdOf(billed, body.session) !== body.settlement) {
      return reject('settlement-bill-mismatch');
    }
    const taken = take(books, body, bill.value.signer.body.wallet);
    return taken.ok ? accept({ ...taken.value, bill: billed }) : taken;
  }
  if (typ === REFUND.typ) {
    const refund = openMessage(REFUND, bytes, book, KIT_START);
    return refund.ok ? take(books, refund.value.body, refund.value.body.payer) : refund;
  }
  const refusal = openMessage(REFUSAL, bytes, book, KIT_START);
  return refusal.ok ? accept({ amount: 0n as Money }) : refusal;
}

function judgePay(
  books: Books,
  pay: Parameters<typeof paymentIdOf>[0] & {
    body: { offerHash: Uint8Array; payer: WalletId; amount: Money };
  },
): Verdict {
  const { offerHash, payer, amount } = pay.body;
  const offer = toHex(offerHash);
  const taken = books.offers.get(offer);
  if (taken) return { amount, code: taken === 'voided' ? 'offer-voided' : 'offer-taken' };
  if (balanceOf(books, payer) < amount) return { amount, code: 'insufficient-funds' };
  const payment = paymentIdOf(pay);
  add(books, payer, -amount);
  books.payments.set(payment, { payer, amount, rest: amount, offer });
  books.offers.set(offer, payment);
  return { amount, to: kitTerminal };
}

function judgeVoid(books: Books, offer: string): Verdict {
  const taken = books.offers.get(offer);
  books.offers.set(offer, 'voided');
  const payment = taken && taken !== 'voided' ? books.payments.get(taken) : undefined;
  if (!payment) return { amount: 0n as Money };
  assert(payment.rest === payment.amount, 'nothing was drawn of a voided offer');
  add(books, payment.payer, payment.rest);
  payment.rest = 0n;
  return { amount: payment.amount as Money, to: payment.payer };
}

type Upload = { upload: number; amount: Money; payments: readonly PaymentId[] };

/** SETTLE and REFUND: in the order of uploads, out of the first payment that they name. */
function take(books: Books, { upload, amount, payments }: Upload, to: WalletId): Result<Verdict> {
  if (upload <= books.uploads) return reject('counter-conflict');
  if (upload > books.uploads + 1) return reject('counter-gap');
  const payment = books.payments.get(payments[0] as PaymentId);
  if (!payment) return reject('payment-unknown');
  books.uploads = upload;
  if (payment.rest < amount) return accept({ amount, code: 'refund-exceeds-unspent' });
  payment.rest -= amount;
  add(books, to, amount);
  return accept({ amount, to });
}
