import type { Instant } from '../time.ts';
import { derivedId } from '../ids.ts';
import type { PaymentId } from '../ids.ts';
import type { MessageType } from '../message.ts';
import { amount, asset, field, hash, id, instant, integer, optional, versioned } from '../shape.ts';
import type { ValueIn } from '../shape.ts';

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
});

export type Pay = ValueIn<typeof shape>;
export const PAY: MessageType<Pay> = { typ: 'coinbox.pay', signedBy: ['payer'], shape };

/** The id of a payment follows from the PAY itself: 48 bits of its time, 80 of its hash. */
export const paymentIdOf = (pay: { body: { at: Instant }; hash: Uint8Array }): PaymentId =>
  derivedId('payment', pay.body.at, pay.hash);
