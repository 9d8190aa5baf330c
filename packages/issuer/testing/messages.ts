import {
  BILL,
  DRAW,
  OFFER,
  PAY,
  REFUND,
  SETTLE,
  VOID,
  later,
  money,
  paymentIdOf,
  settlementIdOf,
} from '@coinbox/protocol';
import type {
  Asset,
  Bill,
  Clock,
  Draw,
  Id,
  IdKind,
  Offer,
  Pay,
  PaymentId,
  Refund,
  SessionId,
  Settle,
  Signed,
  Void,
  WalletId,
} from '@coinbox/protocol';
import type { TestWallet } from './wallets.ts';

/** The two wallets of a machine, and its upload counter. */
export type TestTerminal = {
  readonly holding: TestWallet;
  readonly settlement: TestWallet;
  /** The number of its last upload that the issuer has taken. */
  upload: number;
};

type Setting = {
  readonly clock: Clock;
  readonly asset: Asset;
  readonly newId: <K extends IdKind>(kind: K) => Id<K>;
};

/** Parts of a message that a test wants otherwise. */
type Changed<T> = { readonly [K in keyof T]?: T[K] | undefined };

/** `undefined` takes an optional field out. */
function changed<T extends object>(body: T, change: Changed<T>): T {
  const entries = Object.entries({ ...body, ...change }).filter(([, part]) => part !== undefined);
  return Object.fromEntries(entries) as T;
}

const DAY_MS = 86_400_000;
const hashOf = (byte: number): Uint8Array => new Uint8Array(32).fill(byte);

const makeOffer = (
  { clock, asset, newId }: Setting,
  terminal: TestTerminal,
  provider: TestWallet,
  change: Changed<Offer> = {},
): Signed<Offer> => {
  const { holding } = terminal;
  const body: Offer = {
    sequence: holding.next(),
    offer: newId('offer'),
    terminal: holding.wallet,
    provider: provider.wallet,
    mappingVersion: 1,
    asset,
    least: money(1n),
    most: money(100_000n),
    tariffHash: hashOf(1),
    validUntil: later(clock.now(), 600_000),
  };
  return holding.sign(OFFER, changed(body, change));
};

const makePay = (
  { clock, asset }: Setting,
  payer: TestWallet,
  to: Signed<Offer>,
  amount: bigint,
  change: Changed<Pay> = {},
): Signed<Pay> => {
  const body: Pay = {
    sequence: payer.next(),
    offerHash: to.hash,
    payer: payer.wallet,
    terminal: to.body.terminal,
    amount: money(amount),
    asset,
    mappingVersion: to.body.mappingVersion,
    at: clock.now(),
  };
  return payer.sign(PAY, changed(body, change));
};

const makeVoidOf = (
  _: Setting,
  terminal: TestTerminal,
  of: Signed<Offer>,
  change: Changed<Void> = {},
): Signed<Void> => {
  const { holding } = terminal;
  const body: Void = {
    sequence: holding.next(),
    offer: of.body.offer,
    offerHash: of.hash,
    terminal: holding.wallet,
  };
  return holding.sign(VOID, changed(body, change));
};

const makeBill = (
  { clock, asset, newId }: Setting,
  provider: TestWallet,
  terminal: TestTerminal,
  session: SessionId,
  amount: bigint,
  change: Changed<Bill> = {},
): Signed<Bill> => {
  const net = money(amount);
  const line = {
    description: 'Energy',
    quantity: '1',
    unit: 'kWh',
    unitPrice: '1',
    tax: money(0n),
  };
  const body: Bill = {
    sequence: provider.next(),
    bill: newId('bill'),
    session,
    terminal: terminal.holding.wallet,
    provider: provider.wallet,
    asset,
    amount: net,
    lines: [{ ...line, net }],
    tariffHash: hashOf(1),
    meterHash: hashOf(2),
    final: true,
    issuedAt: clock.now(),
    validUntil: later(clock.now(), DAY_MS),
  };
  return provider.sign(BILL, changed(body, change));
};

const makeDraw = (
  { asset }: Setting,
  { holding, settlement }: TestTerminal,
  { body: of, hash }: Signed<Bill>,
  change: Changed<Draw> = {},
): Signed<Draw> => {
  const body: Draw = {
    sequence: holding.next(),
    draw: settlementIdOf(of.bill, of.session),
    bill: of.bill,
    billHash: hash,
    session: of.session,
    terminal: holding.wallet,
    settlementWallet: settlement.wallet,
    amount: of.amount,
    remaining: money(0n),
    asset,
  };
  return holding.sign(DRAW, changed(body, change));
};

const makeSettle = (
  setting: Setting,
  terminal: TestTerminal,
  of: Signed<Bill>,
  payments: readonly PaymentId[],
  change: Changed<Settle> = {},
  drawn: Signed<Draw> = makeDraw(setting, terminal, of),
): Signed<Settle> => {
  const { holding, settlement } = terminal;
  const { asset } = setting;
  const body: Settle = {
    sequence: settlement.next(),
    settlement: settlementIdOf(of.body.bill, of.body.session),
    amount: of.body.amount,
    asset,
    terminal: holding.wallet,
    settlementWallet: settlement.wallet,
    session: of.body.session,
    billHash: of.hash,
    payments,
    draw: drawn.bytes,
    bill: of.bytes,
    upload: terminal.upload + 1,
  };
  return settlement.sign(SETTLE, changed(body, change));
};

const makeRefund = (
  { asset, newId }: Setting,
  terminal: TestTerminal,
  payer: WalletId,
  payments: readonly PaymentId[],
  amount: bigint,
  change: Changed<Refund> = {},
): Signed<Refund> => {
  const { holding } = terminal;
  const body: Refund = {
    sequence: holding.next(),
    refund: newId('refund'),
    session: newId('session'),
    payer,
    terminal: holding.wallet,
    amount: money(amount),
    asset,
    cause: 'rest',
    payments,
    upload: terminal.upload + 1,
  };
  return holding.sign(REFUND, changed(body, change));
};

/** Makes the messages of an ordinary session, each with changes. Amounts are minor units. */
export function createMessages(setting: Setting) {
  const bind =
    <A extends unknown[], R>(make: (setting: Setting, ...rest: A) => R) =>
    (...rest: A): R =>
      make(setting, ...rest);
  return {
    offer: bind(makeOffer),
    pay: bind(makePay),
    voidOf: bind(makeVoidOf),
    bill: bind(makeBill),
    draw: bind(makeDraw),
    settle: bind(makeSettle),
    refund: bind(makeRefund),
    paymentIdOf,
  };
}
export type Messages = ReturnType<typeof createMessages>;
