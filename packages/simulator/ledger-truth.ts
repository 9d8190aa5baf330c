// pure
import { CODES, decodeMemo } from '@coinbox/issuer';
import type { Memo } from '@coinbox/issuer';
import type { Entry, Step } from '@coinbox/ledger';
import {
  BILL,
  NO_MONEY,
  PAY,
  REFUND,
  SETTLE,
  formatKeyId,
  openEnvelope,
  paymentIdOf,
  readOwn,
} from '@coinbox/protocol';
import type {
  Bill,
  BillId,
  Pay,
  PaymentId,
  Refund,
  SessionId,
  Settle,
  SettlementId,
  WalletId,
} from '@coinbox/protocol';

/** A payment as the log has it. Amounts in minor units. */
export type PaidTruth = {
  readonly payment: PaymentId;
  readonly payer: WalletId;
  readonly terminal: WalletId;
  readonly amount: bigint;
  readonly version: number;
  settled: bigint;
  returned: bigint;
};

/**
 * What the issuer's log adds up to, worked out here from the steps of its entries alone, by other
 * code than that of the ledger. Owned by the witness.
 */
export type LedgerTruth = {
  index: number;
  hash: Uint8Array;
  readonly entries: Entry[];
  readonly ids: Set<string>;
  readonly claims: Set<string>;
  readonly series: Map<string, number>;
  readonly balances: Map<string, bigint>;
  readonly holds: Map<string, { readonly account: string; remaining: bigint }>;
  readonly frozenAccounts: Set<string>;
  readonly frozen: Set<WalletId>;
  readonly suspended: Set<WalletId>;
  readonly parked: Set<SettlementId>;
  readonly paid: Map<PaymentId, PaidTruth>;
  readonly settledBills: Map<BillId, SettlementId>;
  readonly settled: Map<SettlementId, bigint>;
  readonly settledSessions: Map<SessionId, bigint>;
  readonly refunded: Set<string>;
  readonly refundedSessions: Map<SessionId, bigint>;
  /** The providers of a terminal; version n at place n − 1. */
  readonly mappings: Map<WalletId, WalletId[]>;
};

export const createLedgerTruth = (): LedgerTruth => ({
  index: 0,
  hash: new Uint8Array(32),
  entries: [],
  ids: new Set(),
  claims: new Set(),
  series: new Map(),
  balances: new Map(),
  holds: new Map(),
  frozenAccounts: new Set(),
  frozen: new Set(),
  suspended: new Set(),
  parked: new Set(),
  paid: new Map(),
  settledBills: new Map(),
  settled: new Map(),
  settledSessions: new Map(),
  refunded: new Set(),
  refundedSessions: new Map(),
  mappings: new Map(),
});

/** A truth of its own. To be made while there is no hold and no payment in it. */
export function copyTruth(truth: LedgerTruth): LedgerTruth {
  const parts = Object.entries(truth).map(([name, part]: [string, unknown]) => {
    if (part instanceof Map) return [name, new Map(part)];
    if (part instanceof Set) return [name, new Set(part)];
    return [name, Array.isArray(part) ? [...(part as unknown[])] : part];
  });
  return Object.fromEntries(parts) as LedgerTruth;
}

type Signed<T> = { readonly body: T; readonly hash: Uint8Array };

/** An entry with what the signed message behind it says. */
export type EntryFact = {
  readonly entry: Entry;
  readonly memo: Memo;
  readonly pay?: Signed<Pay>;
  readonly settle?: Signed<Settle>;
  readonly refund?: Signed<Refund>;
  /** The BILL inside a SETTLE, and the key that signed it, in hexadecimal. */
  readonly bill?: Signed<Bill> & { readonly keyId: string };
};

/** Reads the signed message in the memo of an entry. */
export function readEntry(entry: Entry): EntryFact {
  const memo = decodeMemo(entry.memo);
  if (entry.code === CODES.pay) return { entry, memo, pay: readOwn(PAY, memo.request) };
  if (entry.code === CODES.refund) return { entry, memo, refund: readOwn(REFUND, memo.request) };
  if (entry.code !== CODES.settle && entry.code !== CODES.park) return { entry, memo };
  const settle = readOwn(SETTLE, memo.request);
  const bytes = settle.body.bill as Uint8Array;
  const envelope = openEnvelope(bytes);
  const keyId = envelope.ok ? formatKeyId(envelope.value.keyId) : '';
  return { entry, memo, settle, bill: { ...readOwn(BILL, bytes), keyId } };
}

const bump = <K>(sums: Map<K, bigint>, key: K, by: bigint): void =>
  void sums.set(key, (sums.get(key) ?? 0n) + by);

/** The movements of one step: account and amount, with its sign. */
export function movementsOf(
  truth: LedgerTruth,
  step: Step,
): readonly (readonly [string, bigint])[] {
  if (step.kind === 'transfer') {
    return [
      [step.debit, -step.amount],
      [step.credit, step.amount],
    ];
  }
  if (step.kind !== 'draw') return [];
  const from = truth.holds.get(step.hold)?.account ?? `no hold ${step.hold}`;
  return [
    [from, -step.amount],
    [step.credit, step.amount],
  ];
}

function applyStep(truth: LedgerTruth, step: Step): void {
  for (const [account, amount] of movementsOf(truth, step)) bump(truth.balances, account, amount);
  switch (step.kind) {
    case 'hold':
      truth.holds.set(step.hold, { account: step.account, remaining: step.amount });
      return;
    case 'draw':
    case 'release': {
      const hold = truth.holds.get(step.hold);
      if (hold) hold.remaining -= step.amount;
      return;
    }
    case 'freeze':
      truth.frozenAccounts.add(step.account);
      return;
    case 'unfreeze':
      truth.frozenAccounts.delete(step.account);
      return;
    case 'open':
      if (!truth.balances.has(step.account)) truth.balances.set(step.account, 0n);
      return;
    default:
  }
}

/** Takes one more entry into the truth. Every check of it comes before. */
export function applyEntry(truth: LedgerTruth, fact: EntryFact): void {
  const { entry } = fact;
  truth.index = entry.index;
  truth.hash = entry.hash;
  truth.entries.push(entry);
  truth.ids.add(entry.id);
  if (entry.sequence) truth.series.set(entry.sequence.series, entry.sequence.number);
  if (entry.status === 'refused') return;
  for (const claim of entry.claims) truth.claims.add(claim);
  for (const step of entry.steps) applyStep(truth, step);
  applyMeaning(truth, fact);
}

function applyMeaning(truth: LedgerTruth, { entry, memo, pay, settle, refund }: EntryFact): void {
  const { wallet, terminal, provider, amount = 0n } = memo;
  if (pay) {
    const { payer, terminal: to, mappingVersion: version } = pay.body;
    const payment = paymentIdOf(pay);
    const open = { settled: 0n, returned: 0n };
    truth.paid.set(payment, { payment, payer, terminal: to, amount, version, ...open });
  }
  if (settle && entry.code === CODES.settle) applySettle(truth, settle.body, memo);
  if (settle && entry.code === CODES.park) truth.parked.add(settle.body.settlement);
  if (refund) {
    truth.refunded.add(refund.body.refund);
    bump(truth.refundedSessions, refund.body.session, amount);
    const paid = truth.paid.get(refund.body.payments[0] as PaymentId);
    if (paid) paid.returned += amount;
  }
  if (entry.code === CODES.void) giveBack(truth, entry);
  if (entry.code === CODES.mapping && terminal && provider) {
    truth.mappings.set(terminal, [...(truth.mappings.get(terminal) ?? []), provider]);
  }
  if (entry.code === CODES.freeze && wallet) truth.frozen.add(wallet);
  if (entry.code === CODES.suspend && wallet) truth.suspended.add(wallet);
  if ((entry.code === CODES.unfreeze || entry.code === CODES.resume) && wallet) {
    truth.frozen.delete(wallet);
    truth.suspended.delete(wallet);
  }
}

function applySettle(truth: LedgerTruth, settle: Settle, { bill, amount = NO_MONEY }: Memo): void {
  if (bill) truth.settledBills.set(bill, settle.settlement);
  truth.settled.set(settle.settlement, amount);
  truth.parked.delete(settle.settlement);
  bump(truth.settledSessions, settle.session, amount);
  const paid = truth.paid.get(settle.payments[0] as PaymentId);
  if (paid) paid.settled += amount;
}

/** A VOID of an offer that was paid: what its hold has goes back. */
function giveBack(truth: LedgerTruth, { steps }: Entry): void {
  for (const step of steps) {
    if (step.kind !== 'draw') continue;
    const paid = truth.paid.get(step.hold as PaymentId);
    if (paid) paid.returned += step.amount;
  }
}
