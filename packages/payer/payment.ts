// pure
import { money } from '@coinbox/protocol';
import type { Money, OfferId, SessionId } from '@coinbox/protocol';

/**
 * none → debited → done → refunded, or debited → recredited.
 *
 * debited     the PAY is stored, and from then on may be sent again on any channel, for ever
 * done        the terminal has signed an ACCEPT
 * recredited  the terminal has signed a VOID, or the issuer has refused the PAY for good
 * refunded    the issuer has given the rest of the session back
 *
 * There is no way out of `debited` by time: a payer that takes money back after a while makes
 * money.
 */
export type PaymentStage = 'debited' | 'done' | 'recredited' | 'refunded';

/** One payment of one wallet: the signed messages that belong to it, as far as they are there. */
export type Payment = {
  readonly offer: OfferId;
  readonly stage: PaymentStage;
  readonly amount: Money;
  readonly payHash: Uint8Array;
  /** OFFER and PAY; the rest comes with time. */
  readonly messages: PaymentMessages;
  readonly session?: SessionId;
  /** What came back, minor units. */
  readonly refunded?: Money;
};

export type PaymentMessages = {
  readonly offer: Uint8Array;
  readonly pay: Uint8Array;
  readonly accept?: Uint8Array;
  readonly void?: Uint8Array;
  readonly bill?: Uint8Array;
  readonly refund?: Uint8Array;
  /** The issuer's RECEIPT of the REFUND, or its refusal of the PAY. */
  readonly receipt?: Uint8Array;
};
export type PaymentMessageName = keyof PaymentMessages;

/** What a wallet signs its next PAY with. */
export type Counters = {
  /** Sequence number of the last message. */
  readonly sequence: number;
  /** Hash of the last message; absent before the first. */
  readonly previous?: Uint8Array;
};

const ORDER: readonly PaymentMessageName[] = [
  'offer',
  'pay',
  'void',
  'accept',
  'bill',
  'refund',
  'receipt',
];

/** The signed messages of a payment that are here, in the order in which they were made. */
export const receiptsOf = ({
  messages,
}: Payment): readonly { readonly name: PaymentMessageName; readonly bytes: Uint8Array }[] =>
  ORDER.flatMap((name) => {
    const bytes = messages[name];
    return bytes ? [{ name, bytes }] : [];
  });

/**
 * What a wallet may spend, minor units: the balance at the issuer less what is debited and not yet
 * confirmed. Some of that may be in the balance already; then this is too little, never too much.
 */
export function spendableOf(balance: Money, payments: readonly Payment[]): Money {
  const open = payments.filter(({ stage }) => stage === 'debited');
  const debited = open.reduce((sum, { amount }) => sum + amount, 0n);
  return money(debited > balance ? 0n : balance - debited);
}
