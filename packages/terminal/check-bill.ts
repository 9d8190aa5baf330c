// pure
import { accept, equalBytes, reject } from '@coinbox/protocol';
import type { Bill, BillLine, Instant, Money, Result, Signed, WalletId } from '@coinbox/protocol';
import type { Session } from './state.ts';

/** What the terminal knows of its own when a bill comes in. */
export type BillFacts = {
  readonly terminal: WalletId;
  readonly now: Instant;
  /** The session that the bill names, if it is open here. */
  readonly session: Session | undefined;
  /** True where a session with that id was open once. */
  readonly sessionClosed: boolean;
  /** The tariff of the offer applied to the terminal's own readings: no bill may be higher. */
  readonly ceiling: (session: Session) => Result<Money>;
};

/**
 * May this bill be paid out of the holding wallet? (protocol.md §5.) The signature and the
 * certificate have been checked. Rejects, in this order: bill-wrong-terminal, session-closed,
 * bill-no-session, bill-wrong-provider, bill-before-delivery, currency-mismatch, bill-not-final,
 * bill-expired, bill-wrong-tariff, bill-wrong-meter, too-large, bill-text, bill-invalid,
 * insufficient-terminal-funds, then whatever the ceiling rejects, bill-over-ceiling.
 */
export function checkBill(bill: Signed<Bill>, facts: BillFacts): Result<Session> {
  const { body, signer } = bill;
  const { session } = facts;
  if (body.terminal !== facts.terminal) return reject('bill-wrong-terminal');
  if (!session) return reject(facts.sessionClosed ? 'session-closed' : 'bill-no-session');
  if (session.stage === 'drawn') return reject('session-closed');
  const { provider } = session.offer;
  if (body.provider !== provider || signer.body.wallet !== provider) {
    return reject('bill-wrong-provider');
  }
  if (session.stage !== 'awaiting-bill') return reject('bill-before-delivery');
  if (body.asset !== session.offer.asset) return reject('currency-mismatch');
  if (!body.final) return reject('bill-not-final');
  if (facts.now >= body.validUntil) return reject('bill-expired');
  if (!equalBytes(body.tariffHash, session.offer.tariffHash)) return reject('bill-wrong-tariff');
  if (!session.lastMeter || !equalBytes(body.meterHash, session.lastMeter)) {
    return reject('bill-wrong-meter');
  }
  if (bill.bytes.length > MOST_BILL_BYTES) return reject('too-large', 'no SETTLE can carry it');
  if (!body.lines.every(hasPlainText)) return reject('bill-text');
  if (sumOfLines(body.lines) !== body.amount) {
    return reject('bill-invalid', 'the lines do not add up to the amount');
  }
  if (body.issuedAt < session.acceptedAt - CLOCK_SKEW_MS) {
    return reject('bill-invalid', 'dated before its session');
  }
  if (body.amount > session.held) return reject('insufficient-terminal-funds');
  const ceiling = facts.ceiling(session);
  if (!ceiling.ok) return ceiling;
  if (body.amount > ceiling.value) {
    return reject('bill-over-ceiling', `the tariff gives ${ceiling.value}`);
  }
  return accept(session);
}

/** A SETTLE of at most 4 KiB carries the bill beside a DRAW. */
export const MOST_BILL_BYTES = 3328;

/** Clocks of two machines may differ by as much. */
const CLOCK_SKEW_MS = 300_000;

const sumOfLines = (lines: readonly BillLine[]): bigint =>
  lines.reduce((sum, line) => sum + line.net + line.tax, 0n);

/**
 * Control characters, and characters that turn the direction of writing round (Unicode UAX #9 §2).
 */
const unfit = /[\p{Cc}\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]/u;

const hasPlainText = (line: BillLine): boolean =>
  line.description !== '' &&
  ![line.description, line.quantity, line.unit, line.unitPrice].some((text) => unfit.test(text));
