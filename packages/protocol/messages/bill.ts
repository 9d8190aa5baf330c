import type { MessageType } from '../message.ts';
import {
  amountOrNone,
  asset,
  field,
  hash,
  id,
  instant,
  integer,
  list,
  record,
  text,
  versioned,
  yesNo,
} from '../shape.ts';
import type { ValueIn } from '../shape.ts';

/**
 * One line of a bill. Quantity and unit price are decimals for people; `net` and `tax` are minor
 * units and add up.
 */
const line = record({
  description: field(1, text(80)),
  quantity: field(2, text(24)),
  unit: field(3, text(12)),
  unitPrice: field(4, text(24)),
  net: field(5, amountOrNone),
  tax: field(6, amountOrNone),
});
export type BillLine = ValueIn<typeof line>;

export const MOST_BILL_LINES = 24;

/**
 * BILL, provider → terminal: the amount for what was delivered in one session. An amount of nothing
 * ends a session without a draw.
 */
const shape = versioned({
  sequence: field(2, integer(1)),
  bill: field(3, id('bill')),
  session: field(4, id('session')),
  terminal: field(5, id('wallet')),
  provider: field(6, id('wallet')),
  asset: field(7, asset),
  amount: field(8, amountOrNone),
  lines: field(9, list(line, MOST_BILL_LINES)),
  tariffHash: field(10, hash),
  /** Hash of the final METER that the bill rests on. */
  meterHash: field(11, hash),
  final: field(12, yesNo),
  issuedAt: field(13, instant),
  validUntil: field(14, instant),
});

export type Bill = ValueIn<typeof shape>;
export const BILL: MessageType<Bill> = { typ: 'coinbox.bill', signedBy: ['provider'], shape };

/** REFUSAL, holding → provider and issuer: this bill is not paid, and why. Nothing moves. */
const refusalShape = versioned({
  sequence: field(2, integer(1)),
  session: field(3, id('session')),
  terminal: field(4, id('wallet')),
  bill: field(5, id('bill')),
  billHash: field(6, hash),
  /** A code of the rejection table. */
  code: field(7, text(40)),
});

export type Refusal = ValueIn<typeof refusalShape>;
export const REFUSAL: MessageType<Refusal> = {
  typ: 'coinbox.refusal',
  signedBy: ['holding'],
  shape: refusalShape,
};
