// pure
import {
  DRAW,
  METER,
  REFUND,
  REFUSAL,
  SETTLE,
  accept,
  concatBytes,
  derivedId,
  equalBytes,
  idToBytes,
  reject,
  settlementIdOf,
  signMessage,
  subtractMoney,
  textBytes,
} from '@coinbox/protocol';
import type {
  Bill,
  Meter,
  Money,
  Reading,
  Receipt,
  RefundCause,
  Result,
  Signed,
} from '@coinbox/protocol';
import { checkBill } from './check-bill.ts';
import type { BillFacts } from './check-bill.ts';
import type { TerminalEvent } from './events.ts';
import type { Session, TerminalState } from './state.ts';
import type { StepContext } from './step-offer.ts';

/**
 * Takes readings of the machine's own meter into the chain of METER messages. Rejects:
 * session-closed after the final one, meter-invalid where time or a register goes back.
 */
export function meter(
  state: TerminalState,
  session: Session,
  readings: readonly Reading[],
  final: boolean,
  { keys, now }: StepContext,
): Result<TerminalEvent> {
  if (session.stage !== 'accepted' && session.stage !== 'delivering')
    return reject('session-closed');
  if (!isForward([...session.readings.slice(-1), ...readings])) return reject('meter-invalid');
  const body: Meter = {
    sequence: state.holdingSequence + 1,
    session: session.id,
    terminal: keys.holdingCertificate.body.wallet,
    number: session.meters + 1,
    readings,
    final,
    ...(session.lastMeter && { previous: session.lastMeter }),
    tariffHash: session.offer.tariffHash,
  };
  const signed = signMessage(METER, body, keys.holding, keys.holdingCertificate, keys.network);
  return accept({ kind: 'metered', at: now, messages: [signed.bytes], session: session.id });
}

const registers = ['energyWh', 'volumeMl', 'massG', 'cycles'] as const;

/** Does neither time nor any register or count of items go back, and does no register vanish? */
function isForward(readings: readonly Reading[]): boolean {
  return readings.every((reading, place) => {
    const before = readings[place - 1];
    if (!before) return true;
    if (reading.at < before.at) return false;
    const sold = new Map(before.items?.map(({ sku, count }) => [sku, count]));
    if (reading.items?.some(({ sku, count }) => count < (sold.get(sku) ?? 0))) return false;
    return registers.every((register) => {
      const was = before[register];
      const is = reading[register];
      return was === undefined || (is !== undefined && is >= was);
    });
  });
}

/**
 * Answers a bill: pays it (draw, settlement, the rest back) or refuses it with a signed refusal.
 * Nothing is drawn unless every check of checkBill has passed. Rejects, without an event, a bill
 * for a session that this terminal never had.
 */
export function takeBill(
  state: TerminalState,
  bill: Signed<Bill>,
  facts: BillFacts,
  context: StepContext,
): Result<TerminalEvent> {
  const checked = checkBill(bill, facts);
  if (checked.ok) return accept(payBill(state, checked.value, bill, context));
  if (!facts.session && !facts.sessionClosed) return checked;
  return accept(refuseBill(state, bill, checked.rejection.code, context));
}

function payBill(
  state: TerminalState,
  session: Session,
  bill: Signed<Bill>,
  context: StepContext,
): TerminalEvent {
  const drawn = bill.body.amount;
  const rest = subtractMoney(session.held, drawn);
  const draws = drawn > 0n ? drawAndSettle(state, session, bill, rest, context) : [];
  const refunds =
    rest > 0n ? [refund(state, session, rest, 'rest', drawn > 0n ? 1 : 0, context)] : [];
  return {
    kind: 'billed',
    at: context.now,
    messages: [bill.bytes, ...draws, ...refunds],
    session: session.id,
  };
}

/**
 * Claim 2 of the patent: the holding wallet signs the draw, the settlement wallet signs the
 * settlement that carries it.
 */
function drawAndSettle(
  state: TerminalState,
  session: Session,
  bill: Signed<Bill>,
  remaining: Money,
  { keys }: StepContext,
): [draw: Uint8Array, settle: Uint8Array] {
  const terminal = keys.holdingCertificate.body.wallet;
  const settlementWallet = keys.settlementCertificate.body.wallet;
  const settlement = settlementIdOf(bill.body.bill, session.id);
  const { amount, asset } = bill.body;
  const common = { billHash: bill.hash, session: session.id, terminal, settlementWallet };
  const draw = signMessage(
    DRAW,
    {
      ...common,
      sequence: state.holdingSequence + 1,
      draw: settlement,
      bill: bill.body.bill,
      amount: amount as Money,
      remaining,
      asset,
    },
    keys.holding,
    keys.holdingCertificate,
    keys.network,
  );
  const settle = signMessage(
    SETTLE,
    {
      ...common,
      sequence: state.settlementSequence + 1,
      settlement,
      amount: amount as Money,
      asset,
      payer: session.pay.payer,
      provider: session.offer.provider,
      payments: [session.pay.payment],
      draw: draw.bytes,
      bill: bill.bytes,
      upload: state.uploads + 1,
    },
    keys.settlement,
    keys.settlementCertificate,
    keys.network,
  );
  return [draw.bytes, settle.bytes];
}

/**
 * REFUND of `amount`; `after` counts the messages of the holding wallet and the uploads that the
 * same event makes before it.
 */
function refund(
  state: TerminalState,
  session: Session,
  amount: Money,
  cause: RefundCause,
  after: 0 | 1,
  { keys, now }: StepContext,
): Uint8Array {
  const body = {
    sequence: state.holdingSequence + after + 1,
    refund: derivedId('refund', now, concatBytes(textBytes('refund'), idToBytes(session.id))),
    session: session.id,
    payer: session.pay.payer,
    terminal: keys.holdingCertificate.body.wallet,
    amount,
    asset: session.offer.asset,
    cause,
    payments: [session.pay.payment],
    upload: state.uploads + after + 1,
  };
  return signMessage(REFUND, body, keys.holding, keys.holdingCertificate, keys.network).bytes;
}

function refuseBill(
  state: TerminalState,
  bill: Signed<Bill>,
  code: string,
  { keys, now }: StepContext,
): TerminalEvent {
  const { session } = bill.body;
  const body = {
    sequence: state.holdingSequence + 1,
    session,
    terminal: keys.holdingCertificate.body.wallet,
    bill: bill.body.bill,
    billHash: bill.hash,
    code,
  };
  const signed = signMessage(REFUSAL, body, keys.holding, keys.holdingCertificate, keys.network);
  return { kind: 'refused', at: now, messages: [bill.bytes, signed.bytes], session };
}

/**
 * Gives the whole payment back without a bill. Rejects session-closed where a bill was paid or the
 * money went back before.
 */
export function returnMoney(
  state: TerminalState,
  session: Session,
  cause: RefundCause,
  context: StepContext,
): Result<TerminalEvent> {
  if (session.stage === 'drawn') return reject('session-closed');
  const message = refund(state, session, session.held, cause, 0, context);
  return accept({ kind: 'returned', at: context.now, messages: [message], session: session.id });
}

/**
 * Takes the issuer's answer to a SETTLE or REFUND of the session, or to its PAY where that was
 * taken offline. Rejects: not-found where it answers neither, or both before.
 */
export function takeReceipt(
  session: Session,
  receipt: Signed<Receipt>,
  { now }: StepContext,
): Result<TerminalEvent> {
  const { subject, result } = receipt.body;
  const upload = [session.booking, session.settle, session.refund].find(
    (one) => one && equalBytes(one.hash, subject),
  );
  if (!upload || upload.answer !== undefined) return reject('not-found', 'no open upload');
  if (result === 'parked') return reject('settlement-parked');
  return accept({
    kind: 'receipted',
    at: now,
    messages: [receipt.bytes],
    session: session.id,
    subject,
  });
}

/** A session whose time for a start or for a bill is over, and why its money goes back. */
export type Overdue = { readonly session: Session; readonly cause: RefundCause };

/** The sessions that give their money back at `now`. */
export function overdueSessions(state: TerminalState, { bounds, now }: StepContext): Overdue[] {
  const overdue: Overdue[] = [];
  for (const session of state.sessions.values()) {
    if (session.stage === 'accepted' && now - session.acceptedAt >= bounds.startWithinMs) {
      overdue.push({ session, cause: 'no-start' });
    }
    const { deliveredAt } = session;
    if (session.stage === 'awaiting-bill' && deliveredAt !== undefined) {
      if (now - deliveredAt >= bounds.billWithinMs) overdue.push({ session, cause: 'no-bill' });
    }
  }
  return overdue;
}

/** The sessions whose device has started to deliver and has told nothing for too long. */
export const silentSessions = (state: TerminalState, { bounds, now }: StepContext): Session[] =>
  [...state.sessions.values()].filter(
    ({ stage, meteredAt }) =>
      stage === 'delivering' && meteredAt !== undefined && now - meteredAt >= bounds.silentWithinMs,
  );
