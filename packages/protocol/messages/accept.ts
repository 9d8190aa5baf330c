import type { MessageType } from '../message.ts';
import { amount, field, hash, id, integer, versioned } from '../shape.ts';
import type { ValueIn } from '../shape.ts';

/**
 * ACCEPT, holding → payer: the machine has the money and the session is open. Always the same bytes
 * for the same PAY.
 */
const acceptShape = versioned({
  sequence: field(2, integer(1)),
  payHash: field(3, hash),
  offer: field(4, id('offer')),
  session: field(5, id('session')),
  held: field(6, amount),
  /** Head of the terminal's journal when it accepted. */
  journalHead: field(7, hash),
});

export type Accept = ValueIn<typeof acceptShape>;
export const ACCEPT: MessageType<Accept> = {
  typ: 'coinbox.accept',
  signedBy: ['holding'],
  shape: acceptShape,
};

/**
 * VOID, holding → payer and issuer: this offer will never be accepted, so the payer may take the
 * money back. The issuer gives back what it has applied for the offer, and applies nothing for it
 * afterwards.
 */
const voidShape = versioned({
  sequence: field(2, integer(1)),
  offer: field(3, id('offer')),
  offerHash: field(4, hash),
  terminal: field(5, id('wallet')),
});

export type Void = ValueIn<typeof voidShape>;
export const VOID: MessageType<Void> = {
  typ: 'coinbox.void',
  signedBy: ['holding'],
  shape: voidShape,
};
