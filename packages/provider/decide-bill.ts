// pure
import { SETTLE, equalBytes, reject } from '@coinbox/protocol';
import type {
  Receipt,
  Refusal,
  Rejected,
  Rejection,
  Settle,
  Signed,
  WalletId,
} from '@coinbox/protocol';
import type { BillRecord } from './state.ts';

/**
 * What becomes of a bill. `unchanged`: known, or without consequence. `later`: what it speaks of is
 * not here yet.
 */
export type BillOutcome =
  | { readonly kind: 'unchanged' | 'later' }
  | { readonly kind: 'refused'; readonly rejection: Rejection }
  | { readonly kind: 'changed'; readonly bill: BillRecord };

const refused = ({ rejection }: Rejected): BillOutcome => ({ kind: 'refused', rejection });
const unchanged: BillOutcome = { kind: 'unchanged' };

/**
 * SETTLE, from the terminal: it says which bill the receipt that follows is for, and is remembered
 * by its hash. `unchanged` means: remember it. Refusals, in this order: settlement-bill-missing (no
 * such bill here), key-wrong-role (not the settlement wallet of the billed terminal),
 * settlement-bill-mismatch.
 */
export function onSettle(bill: BillRecord | undefined, settle: Signed<Settle>): BillOutcome {
  const { body, signer } = settle;
  if (!bill) return refused(reject('settlement-bill-missing', 'not a bill of this provider'));
  if (signer.body.wallet !== body.settlementWallet || signer.body.terminal !== bill.terminal) {
    return refused(reject('key-wrong-role', 'not the settlement wallet of the billed terminal'));
  }
  if (body.terminal !== bill.terminal || body.session !== bill.session) {
    return refused(reject('settlement-bill-mismatch', 'another terminal or session'));
  }
  if (body.amount !== bill.amount) return refused(reject('settlement-bill-mismatch', 'amount'));
  return unchanged;
}

/** What the provider remembers of a SETTLE by its hash. */
export type KnownSettle = { readonly bill: BillRecord } | 'refused' | undefined;

/**
 * RECEIPT, signed by the issuer, passed on by the terminal. `later` while its SETTLE is not here.
 * Refusals, in this order: settlement-bill-missing (of a SETTLE that was refused),
 * settlement-bill-mismatch (not of a settlement, not to this provider, or another amount),
 * bill-already-settled.
 */
export function onReceipt(
  settle: KnownSettle,
  receipt: Signed<Receipt>,
  provider: WalletId,
): BillOutcome {
  const { body } = receipt;
  if (body.subjectTyp !== SETTLE.typ) return refused(reject('settlement-bill-mismatch'));
  if (!settle) return { kind: 'later' };
  if (settle === 'refused') return refused(reject('settlement-bill-missing'));
  const { bill } = settle;
  if (body.result === 'posted') return posted(bill, body, provider);
  if (bill.state === 'settled') return refused(reject('bill-already-settled'));
  if (body.result === 'parked') {
    return changedTo(bill, { code: body.code ?? 'settlement-parked' });
  }
  return changedTo(bill, { state: 'refused', code: body.code ?? 'settlement-bill-mismatch' });
}

function posted(bill: BillRecord, body: Receipt, provider: WalletId): BillOutcome {
  if (body.to !== provider) return refused(reject('settlement-bill-mismatch', 'to another wallet'));
  if (body.amount !== bill.amount) return refused(reject('settlement-bill-mismatch', 'amount'));
  if (bill.state === 'settled') {
    return bill.receiptIndex === body.index ? unchanged : refused(reject('bill-already-settled'));
  }
  const { code: _code, ...rest } = bill;
  const settled = { state: 'settled' as const, receiptIndex: body.index, settledAt: body.at };
  return { kind: 'changed', bill: { ...rest, ...settled } };
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
