// pure
import { accountOf } from '@coinbox/issuer';
import { toHex } from '@coinbox/protocol';
import type { WalletId } from '@coinbox/protocol';
import type { Payment } from '@coinbox/payer';
import { WH_PER_FEN } from './genesis.ts';
import type { Truth, Wrong } from './invariants.ts';
import type { EventFact, TerminalTruth } from './terminal-truth.ts';

// The invariants that a terminal's journal or a payer's store can break. Each is asked before an
// event is taken into the truth, and answers with what is wrong, or nothing.

export type EventInvariant = (truth: Truth, own: TerminalTruth, fact: EventFact) => Wrong;

const sum = (amounts: readonly { readonly body: { readonly amount: bigint } }[]): bigint =>
  amounts.reduce((total, { body }) => total + body.amount, 0n);

/** I2: neither wallet of a terminal goes below nothing. */
export const deviceWallets: EventInvariant = (_truth, own, { settles, refunds }) => {
  const left = own.holding - sum(settles) - sum(refunds);
  return left < 0n ? `the holding wallet would have ${left}` : undefined;
};

/** I3: an offer is accepted or voided, once; a session is billed once. */
export const oneAnswer: EventInvariant = (_truth, own, { event }) => {
  const offer = event.offer && own.offers.get(event.offer);
  if (event.kind === 'accepted' && offer?.stage !== 'presented') {
    return `an offer that is ${offer?.stage} is accepted`;
  }
  if (event.kind === 'voided' && (offer?.stage === 'accepted' || offer?.stage === 'voided')) {
    return `an offer that is ${offer.stage} is voided`;
  }
  const session = event.session && own.sessions.get(event.session);
  const isPaid = session && session.drawn + session.returned > 0n;
  if ((event.kind === 'billed' || event.kind === 'returned') && isPaid) {
    return 'a session is paid or given back a second time';
  }
  return undefined;
};

/** I4: a bill is paid for what was delivered, to the provider of the offer, before it expires. */
export const billAccepted: EventInvariant = (truth, own, { event, bill }) => {
  const session = event.session && own.sessions.get(event.session);
  if (event.kind !== 'billed' || !bill) return undefined;
  if (!session) return 'a bill of no session is paid';
  if (!session.finalMeter) return 'a bill is paid before the delivery has ended';
  if (truth.walletOfKey.get(toHex(bill.keyId)) !== session.provider) {
    return 'the bill is not signed by the provider of the offer';
  }
  if (bill.body.terminal !== own.wallet) return 'a bill for another terminal is paid';
  if (event.at >= bill.body.validUntil) return 'a bill that has expired is paid';
  if (toHex(bill.body.tariffHash) !== toHex(session.tariffHash)) {
    return 'a bill of another tariff is paid';
  }
  if (toHex(bill.body.meterHash) !== toHex(session.finalMeter)) {
    return 'a bill for another METER is paid';
  }
  const lines = bill.body.lines.reduce((total, { net, tax }) => total + net + tax, 0n);
  if (lines !== bill.body.amount) return 'the lines of a bill that is paid do not add up';
  const worth = truth.deliveredWh(session.id) / WH_PER_FEN;
  return bill.body.amount > worth
    ? `a bill of ${bill.body.amount} is paid for a delivery worth ${worth}`
    : undefined;
};

/** I5: what is drawn and given back of a session is what was paid in; a draw names its one bill. */
export const sessionBounded: EventInvariant = (_truth, own, fact) => {
  const { event, settles, refunds, draws, bill } = fact;
  if (settles.length + refunds.length === 0) return undefined;
  const session = event.session && own.sessions.get(event.session);
  if (!session) return 'money of no session is moved';
  const moved = session.drawn + session.returned + sum(settles) + sum(refunds);
  if (moved !== session.held) return `${moved} are moved of ${session.held}`;
  if (draws.length !== settles.length || draws.length > 1) return 'draws and settlements differ';
  const [draw] = draws;
  const isNamed = !draw || (bill && toHex(draw.body.billHash) === toHex(bill.hash));
  return isNamed ? undefined : 'a draw names another bill than the one that was accepted';
};

/** I9: the counters of a terminal go up by one, and no number is used twice. */
export const sequences: EventInvariant = (_truth, own, fact) => {
  let last = own.holdingSequence;
  for (const sequence of fact.holdingSequences) {
    if (sequence !== last + 1) return `holding message ${sequence} follows ${last}`;
    last = sequence;
  }
  last = own.settlementSequence;
  for (const sequence of fact.settlementSequences) {
    if (sequence !== last + 1) return `settlement message ${sequence} follows ${last}`;
    last = sequence;
  }
  const uploads = [...fact.settles, ...fact.refunds].map(({ body }) => body.upload);
  const inOrder = uploads.every((upload, at) => upload === own.uploads + 1 + at);
  return inOrder ? undefined : `uploads ${uploads.join(', ')} follow ${own.uploads}`;
};

/** I10: what goes back goes back to who has paid, as the session has it. */
export const refundToPayer: EventInvariant = (truth, own, { event, refunds }) => {
  const session = event.session && own.sessions.get(event.session);
  for (const { body } of refunds) {
    const paid = truth.ledger.paid.get(body.payments[0] as (typeof body.payments)[number]);
    if (!session || !paid) return 'a refund of no payment';
    if (body.payer !== paid.payer) return 'a refund to another than the payer';
  }
  return undefined;
};

/** All checks of a terminal's event. */
export const EVENT_INVARIANTS: readonly (readonly [string, EventInvariant])[] = [
  ['I2 non-negativity', deviceWallets],
  ['I3 one answer to an offer', oneAnswer],
  ['I4 bill-bounded', billAccepted],
  ['I5 draw-bounded', sessionBounded],
  ['I9 counters', sequences],
  ['I10 refund to the payer', refundToPayer],
];

/**
 * I11: what a terminal holds is at most what the issuer holds for it, and what the issuer has
 * settled without the terminal knowing yet.
 */
export function backing({ ledger }: Truth, own: TerminalTruth): Wrong {
  let settled = 0n;
  for (const paid of ledger.paid.values())
    if (paid.terminal === own.wallet) settled += paid.settled;
  const backing = (ledger.balances.get(accountOf('holding', own.wallet)) ?? 0n) + settled;
  const held = own.holding + own.inSettlement + own.receipted;
  return held > backing ? `a terminal has ${held}, and ${backing} are behind it` : undefined;
}

/** I3, I8: what a payer takes for its own again, nobody else has; what came back, the log has. */
export function payerMoney(truth: Truth, wallet: WalletId, payment: Payment): Wrong {
  for (const { acceptedPays, sessions } of truth.terminals.values()) {
    if (payment.stage === 'recredited' && acceptedPays.has(toHex(payment.payHash))) {
      return 'a payment is credited again that a terminal has accepted';
    }
    if (payment.stage !== 'refunded' || !payment.session || !sessions.has(payment.session))
      continue;
    const refunded = truth.ledger.refundedSessions.get(payment.session) ?? 0n;
    if (refunded !== payment.refunded) {
      return `${wallet} counts ${payment.refunded} as refunded, the log has ${refunded}`;
    }
  }
  return undefined;
}

/** I3: the other way round: what is accepted, no payer has taken for its own again. */
export function notAcceptedLate(
  payments: Iterable<ReadonlyMap<string, Payment>>,
  { acceptedPay }: EventFact,
): Wrong {
  if (acceptedPay === undefined) return undefined;
  for (const of of payments) {
    for (const { stage, payHash } of of.values()) {
      if (stage === 'recredited' && toHex(payHash) === acceptedPay) {
        return 'a terminal accepts a payment that its payer was credited again';
      }
    }
  }
  return undefined;
}
