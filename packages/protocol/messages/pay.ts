import type { Instant } from '../time.ts';
import { derivedId } from '../ids.ts';
import type { PaymentId } from '../ids.ts';
import type { MessageType } from '../message.ts';
import {
  amount,
  asset,
  field,
  hash,
  id,
  instant,
  integer,
  list,
  optional,
  record,
  versioned,
} from '../shape.ts';
import type { ValueIn } from '../shape.ts';

/** Refunds that one PAY can spend before the issuer has seen them. */
export const MOST_CREDITS = 4;

const offlineShape = record({
  /** The number of the PARAMETERS that the offer names. */
  parameters: field(1, integer(1)),
  /** The epoch in which the wallet last heard the issuer. */
  epoch: field(2, integer(1)),
  /** What the wallet has paid offline since then, this payment included, minor units. */
  spent: field(3, amount),
  /** How many payments that were, this one included. */
  count: field(4, integer(1)),
  /** Refunds that this payment may rest on and that the issuer may not have seen. */
  credits: optional(5, list(id('refund'), MOST_CREDITS)),
});
/** What makes a PAY money by itself: it comes out of the payer's float. */
export type OfflinePart = ValueIn<typeof offlineShape>;

/**
 * PAY, payer → holding: so much for this offer, from this wallet. Bound to the offer, the receiver
 * and the mapping version, so that it is worth nothing anywhere else.
 */
const shape = versioned({
  /** The payer wallet's own counter. Two different PAYs with one number prove double spending. */
  sequence: field(2, integer(1)),
  offerHash: field(3, hash),
  payer: field(4, id('wallet')),
  terminal: field(5, id('wallet')),
  amount: field(6, amount),
  asset: field(7, asset),
  mappingVersion: field(8, integer(1)),
  at: field(9, instant),
  /** Hash of the message that this wallet signed before; absent on its first. */
  previous: optional(10, hash),
  /** There on an offline payment. */
  offline: optional(11, offlineShape),
});

export type Pay = ValueIn<typeof shape>;
export const PAY: MessageType<Pay> = { typ: 'coinbox.pay', signedBy: ['payer'], shape };

/** The id of a payment follows from the PAY itself: 48 bits of its time, 80 of its hash. */
export const paymentIdOf = (pay: { body: { at: Instant }; hash: Uint8Array }): PaymentId =>
  derivedId('payment', pay.body.at, pay.hash);
