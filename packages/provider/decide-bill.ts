// pure
import { SETTLE, equalBytes, reject } from '@coinbox/protocol';
import type { Receipt, Refusal, Rejected, Rejection, Signed, WalletId } from '@coinbox/protocol';
import type { BillRecord } from './state.ts';

/** What becomes of a bill. `unchanged`: known, or without consequence. */
export type BillOutcome =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'refused'; readonly rejection: Rejection }
  | { readonly kind: 'changed'; readonly bill: BillRecord };

const refused = ({ rejection }: Rejected): BillOutcome => ({ kind: 'refused', rejection });
const unchanged: BillOutcome = { kind: 'unchanged' };

/**
 * RECEIPT of a settlement, signed by the issuer, passed on by the terminal; `bill` is the one that
 * it names. A bill that is not here never will be: each is durable before it is sent. Refusals,
 * posted or not, in this order: settlement-bill-mismatch (not of a settlement),
 * settlement-bill-missing (names no bill of this provider), settlement-bill-mismatch (not from the
 * billed terminal; not to this provider; another amount), bill-already-settled (at another place).
 */
export function onReceipt(
  bill: BillRecord | undefined,
  { body }: Signed<Receipt>,
  provider: WalletId,
): BillOutcome {
  const mismatch = (detail: string): BillOutcome =>
    refused(reject('settlement-bill-mismatch', detail));
  if (body.subjectTyp !== SETTLE.typ) return mismatch('not of a settlement');
  if (!bill) return refused(reject('settlement-bill-missing', 'not a bill of this provider'));
  if (body.from !== bill.terminal) return mismatch('from another wallet than the billed terminal');
  if (body.to !== provider) return mismatch('to another wallet');
  if (body.amount !== bill.amount) return mismatch('amount');
  if (bill.state === 'settled') {
    const isSame = body.result === 'posted' && bill.receiptIndex === body.index;
    return isSame ? unchanged : refused(reject('bill-already-settled'));
  }
  if (body.result === 'posted') return settledBy(bill, body);
  if (body.result === 'parked') {
    return changedTo(bill, { code: body.code ?? 'settlement-parked' });
  }
  return changedTo(bill, { state: 'refused', code: body.code ?? 'settlement-bill-mismatch' });
}

function settledBy(bill: BillRecord, { index, at }: Receipt): BillOutcome {
  const { code: _code, ...rest } = bill;
  const settled = { ...rest, state: 'settled' as const, receiptIndex: index, settledAt: at };
  return { kind: 'changed', bill: settled };
}

/**
 * REFUSAL, from the terminal: it does not pay, and says why. Refusals of ours, in this order:
 * bill-no-session (no such bill), key-wrong-role, bill-already-settled.
 */
export function onRefusal(bill: BillRecord | undefined, refusal: Signed<Refusal>): BillOutcome {
  const { body, signer } = refusal;
  if (!bill || !equalBytes(bill.hash, body.billHash) || bill.session !== body.session) {
    return refused(reject('bill-no-session', 'not a bill of this provider'));
  }
  if (signer.body.wallet !== bill.terminal || body.terminal !== bill.terminal) {
    return refused(reject('key-wrong-role', 'not the billed terminal'));
  }
  if (bill.state === 'settled') return refused(reject('bill-already-settled'));
  if (bill.state === 'refused') return unchanged;
  return changedTo(bill, { state: 'refused', code: body.code });
}

/** The terminal has acknowledged the bill: one of nothing is done with that. */
export const onAcknowledged = (bill: BillRecord): BillOutcome =>
  bill.amount === 0n && bill.state === 'sent' ? changedTo(bill, { state: 'void' }) : unchanged;

function changedTo(
  bill: BillRecord,
  change: Partial<Pick<BillRecord, 'state' | 'code'>>,
): BillOutcome {
  const same = (change.state ?? bill.state) === bill.state && change.code === bill.code;
  return same ? unchanged : { kind: 'changed', bill: { ...bill, ...change } };
}
