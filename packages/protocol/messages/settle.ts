import { concatBytes } from '../bytes.ts';
import { derivedId, idToBytes, instantOfId } from '../ids.ts';
import type { BillId, SessionId, SettlementId } from '../ids.ts';
import type { MessageType } from '../message.ts';
import {
  amount,
  amountOrNone,
  asset,
  embedded,
  field,
  hash,
  id,
  integer,
  list,
  optional,
  versioned,
  word,
} from '../shape.ts';
import type { ValueIn } from '../shape.ts';

/** DRAW, holding → settlement: the first wallet lets the billed amount go to the second. */
const drawShape = versioned({
  sequence: field(2, integer(1)),
  draw: field(3, id('settlement')),
  bill: field(4, id('bill')),
  billHash: field(5, hash),
  session: field(6, id('session')),
  terminal: field(7, id('wallet')),
  settlementWallet: field(8, id('wallet')),
  amount: field(9, amount),
  /** What stays in the holding wallet for this session after the draw. */
  remaining: field(10, amountOrNone),
  asset: field(11, asset),
});

export type Draw = ValueIn<typeof drawShape>;
export const DRAW: MessageType<Draw> = {
  typ: 'coinbox.draw',
  signedBy: ['holding'],
  shape: drawShape,
};

/**
 * A draw, and the settlement that carries it, have the one id that follows from bill and session.
 */
export const settlementIdOf = (bill: BillId, session: SessionId): SettlementId =>
  derivedId('settlement', instantOfId(bill), concatBytes(idToBytes(bill), idToBytes(session)));

/** Payments that one session can have (a first one and top-ups). */
export const MOST_PAYMENTS = 8;

/**
 * SETTLE, settlement → issuer: 交易信息. Payer and provider wallet are optional, as in the patent:
 * absent, the issuer resolves them; present, they must agree. Nothing here decides where the money
 * goes.
 */
const settleShape = versioned({
  sequence: field(2, integer(1)),
  settlement: field(3, id('settlement')),
  amount: field(4, amount),
  asset: field(5, asset),
  terminal: field(6, id('wallet')),
  settlementWallet: field(7, id('wallet')),
  payer: optional(8, id('wallet')),
  provider: optional(9, id('wallet')),
  session: field(10, id('session')),
  billHash: field(11, hash),
  payments: field(12, list(id('payment'), MOST_PAYMENTS)),
  /** The DRAW, signed by the holding wallet. */
  draw: field(13, embedded),
  /** The BILL, signed by the provider. */
  bill: optional(14, embedded),
  /** Place in the order of this terminal's uploads to the issuer: 1, 2, 3 … without a gap. */
  upload: field(15, integer(1)),
});

export type Settle = ValueIn<typeof settleShape>;
export const SETTLE: MessageType<Settle> = {
  typ: 'coinbox.settle',
  signedBy: ['settlement'],
  shape: settleShape,
};

/** Why money goes back to the payer. */
export const REFUND_CAUSES = { rest: 1, 'no-bill': 2, 'no-start': 3, cancelled: 4 } as const;
export type RefundCause = keyof typeof REFUND_CAUSES;

/** REFUND, holding → payer and issuer: this much of a session goes back to the wallet that paid. */
const refundShape = versioned({
  sequence: field(2, integer(1)),
  refund: field(3, id('refund')),
  session: field(4, id('session')),
  payer: field(5, id('wallet')),
  terminal: field(6, id('wallet')),
  amount: field(7, amount),
  asset: field(8, asset),
  cause: field(9, word(REFUND_CAUSES)),
  payments: field(10, list(id('payment'), MOST_PAYMENTS)),
  upload: field(11, integer(1)),
});

export type Refund = ValueIn<typeof refundShape>;
export const REFUND: MessageType<Refund> = {
  typ: 'coinbox.refund',
  signedBy: ['holding'],
  shape: refundShape,
};
