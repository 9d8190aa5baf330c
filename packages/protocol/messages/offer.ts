import type { MessageType } from '../message.ts';
import { amount, asset, field, hash, id, instant, integer, optional, versioned } from '../shape.ts';
import type { ValueIn } from '../shape.ts';

/**
 * OFFER, holding → payer: what the machine offers, at which tariff, for which provider, and until
 * when. One-shot.
 */
const shape = versioned({
  sequence: field(2, integer(1)),
  offer: field(3, id('offer')),
  terminal: field(4, id('wallet')),
  provider: field(5, id('wallet')),
  mappingVersion: field(6, integer(1)),
  asset: field(7, asset),
  least: field(8, amount),
  most: field(9, amount),
  tariffHash: field(10, hash),
  validUntil: field(11, instant),
  /** The number of the PARAMETERS by which the terminal takes offline payments; else absent. */
  parameters: optional(12, integer(1)),
});

export type Offer = ValueIn<typeof shape>;
export const OFFER: MessageType<Offer> = { typ: 'coinbox.offer', signedBy: ['holding'], shape };
