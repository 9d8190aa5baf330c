// pure
import { ACCOUNT_PREFIX, CODES, ISSUANCE, accountOf } from '@coinbox/issuer';
import { entryHash } from '@coinbox/ledger';
import type { Entry } from '@coinbox/ledger';
import { MAX_MONEY, equalBytes, paymentIdOf, toHex } from '@coinbox/protocol';
import type { PaymentId, Receipt, SessionId, WalletId } from '@coinbox/protocol';
import { WH_PER_FEN } from './genesis.ts';
import { movementsOf } from './ledger-truth.ts';
import type { EntryFact, LedgerTruth, PaidTruth } from './ledger-truth.ts';
import type { TerminalTruth } from './terminal-truth.ts';

// The invariants that the issuer's log alone can break. Each is asked before an entry is taken into
// the truth, and answers with what is wrong, or nothing. The numbers are those of the list of
// invariants of this project: I1 conservation to I22 privacy.

/** What the checks of an entry may look at. */
export type Truth = {
  readonly ledger: LedgerTruth;
  readonly terminals: ReadonlyMap<WalletId, TerminalTruth>;
  readonly issued: bigint;
  /** Energy that the machine has delivered in a session, Wh. */
  readonly deliveredWh: (session: SessionId) => bigint;
  /** Whose key it is, by key id in hexadecimal. */
  readonly walletOfKey: ReadonlyMap<string, WalletId>;
};

/** Undefined where all is well. */
export type Wrong = string | undefined;
export type EntryInvariant = (truth: Truth, fact: EntryFact) => Wrong;

/** The balances that an entry changes, as they are after it. */
function balancesAfter({ ledger }: Truth, { status, steps }: Entry): Map<string, bigint> {
  const after = new Map<string, bigint>();
  if (status === 'refused') return after;
  for (const step of steps) {
    for (const [account, amount] of movementsOf(ledger, step)) {
      const before = after.get(account) ?? ledger.balances.get(account) ?? 0n;
      after.set(account, before + amount);
    }
  }
  return after;
}

/** I1: what the issuer owes changes only where money is issued or redeemed. */
export const conservation: EntryInvariant = (truth, { entry }) => {
  const isSupply = entry.code === CODES.issue || entry.code === CODES.redeem;
  return balancesAfter(truth, entry).has(ISSUANCE) && !isSupply
    ? `a ${entry.code} changes the money there is`
    : undefined;
};

/** I2: no account but issuance goes below nothing, and no hold gives more than it has. */
export const nonNegativity: EntryInvariant = (truth, { entry }) => {
  for (const [account, balance] of balancesAfter(truth, entry)) {
    if (balance < 0n && account !== ISSUANCE) return `${account} would have ${balance}`;
  }
  if (entry.status === 'refused') return undefined;
  for (const step of entry.steps) {
    if (step.kind !== 'draw' && step.kind !== 'release') continue;
    const left = truth.ledger.holds.get(step.hold)?.remaining ?? 0n;
    if (left < step.amount) return `${step.amount} are taken from a hold of ${left}`;
  }
  return undefined;
};

/** I3: an id, a claim, a bill, a refund has one effect, for ever. */
export const atMostOnce: EntryInvariant = ({ ledger }, { entry, pay, settle, refund, bill }) => {
  if (ledger.ids.has(entry.id)) return `${entry.id} is recorded twice`;
  if (entry.status === 'refused') return undefined;
  const claim = entry.claims.find((one) => ledger.claims.has(one));
  if (claim) return `${claim} is claimed twice`;
  if (pay && ledger.paid.has(paymentIdOf(pay))) return 'a payment is posted twice';
  if (settle && entry.code === CODES.settle) {
    if (ledger.settled.has(settle.body.settlement)) return 'a settlement is posted twice';
    if (bill && ledger.settledBills.has(bill.body.bill)) return 'a bill is settled twice';
  }
  const isTwice = refund && ledger.refunded.has(refund.body.refund);
  return isTwice ? 'a refund is posted twice' : undefined;
};

/** I4: what is settled is what was billed, for this session, and no more than was delivered. */
export const billBounded: EntryInvariant = (truth, { entry, settle, bill }) => {
  if (!settle || !bill || entry.status === 'refused') return undefined;
  const { amount, session, terminal, asset } = settle.body;
  if (!equalBytes(bill.hash, settle.body.billHash)) return 'the bill is another one';
  if (bill.body.amount !== amount) return `${amount} are settled of a bill of ${bill.body.amount}`;
  if (bill.body.asset !== asset) return 'the bill is in another asset';
  if (bill.body.session !== session) return 'the bill is for another session';
  if (bill.body.terminal !== terminal) return 'the bill is for another terminal';
  if (!bill.body.final) return 'the bill is not final';
  const worth = truth.deliveredWh(session) / WH_PER_FEN;
  if (amount > worth) return `${amount} are settled for a delivery worth ${worth}`;
  const meter = truth.terminals.get(terminal)?.sessions.get(session)?.finalMeter;
  return meter && equalBytes(meter, bill.body.meterHash)
    ? undefined
    : 'the bill names no final METER of the terminal';
};

const paidBy = ({ ledger }: Truth, payments: readonly PaymentId[]): PaidTruth | undefined =>
  payments.length === 1 ? ledger.paid.get(payments[0] as PaymentId) : undefined;

/** I5: what is drawn from a payment and given back is at most what was paid. */
export const drawBounded: EntryInvariant = (truth, { entry, settle, refund }) => {
  const message = settle?.body ?? refund?.body;
  if (!message || entry.status === 'refused') return undefined;
  const paid = paidBy(truth, message.payments);
  if (!paid || paid.terminal !== message.terminal) return 'it rests on no payment of the terminal';
  if (settle && truth.ledger.parked.has(settle.body.settlement)) return undefined;
  const left = paid.amount - paid.settled - paid.returned;
  return message.amount > left ? `${message.amount} are moved of ${left} that are left` : undefined;
};

/** I6: a settlement wallet holds nothing between two entries. */
export const transit: EntryInvariant = (truth, { entry }) => {
  for (const [account, balance] of balancesAfter(truth, entry)) {
    if (account.startsWith(ACCOUNT_PREFIX.settlement) && balance !== 0n) {
      return `${account} keeps ${balance}`;
    }
  }
  return undefined;
};

/** I7: a payment names the mapping in force, and is settled with the provider of that version. */
export const mappingBound: EntryInvariant = (truth, fact) => {
  const { entry, pay, settle, memo } = fact;
  if (entry.status === 'refused') return undefined;
  const { mappings } = truth.ledger;
  if (entry.code === CODES.mapping && memo.terminal) {
    const versions = mappings.get(memo.terminal)?.length ?? 0;
    return memo.mappingVersion === versions + 1 ? undefined : 'a mapping version is left out';
  }
  if (pay) {
    const inForce = mappings.get(pay.body.terminal)?.length ?? 0;
    return pay.body.mappingVersion === inForce && inForce > 0
      ? undefined
      : `a PAY of version ${pay.body.mappingVersion} is posted under version ${inForce}`;
  }
  return settle && checkDestination(truth, fact);
};

function checkDestination(truth: Truth, { entry, settle, bill, memo }: EntryFact): Wrong {
  const paid = settle && paidBy(truth, settle.body.payments);
  if (!settle || !paid) return 'a settlement rests on no payment';
  const provider = truth.ledger.mappings.get(paid.terminal)?.[paid.version - 1];
  if (!provider) return 'a settlement of a terminal that is not mapped';
  if (memo.mappingVersion !== paid.version) return 'the entry names another mapping version';
  const signer = bill && truth.walletOfKey.get(bill.keyId);
  if (signer !== provider) return 'the bill is not signed by the mapped provider';
  const credit = accountOf('provider', provider);
  for (const [account, amount] of balancesDiff(truth, entry)) {
    if (amount > 0n && account !== credit) return `it goes to ${account}, not to ${credit}`;
  }
  return undefined;
}

/** How much an entry moves into and out of each account. */
function balancesDiff({ ledger }: Truth, { steps }: Entry): Map<string, bigint> {
  const sums = new Map<string, bigint>();
  for (const step of steps) {
    for (const [account, amount] of movementsOf(ledger, step)) {
      sums.set(account, (sums.get(account) ?? 0n) + amount);
    }
  }
  return sums;
}

/** I9: the log has no gap and is chained; every series has no gap. */
export const counters: EntryInvariant = ({ ledger }, { entry, settle, refund }) => {
  if (entry.index !== ledger.index + 1) return `entry ${entry.index} follows ${ledger.index}`;
  if (!equalBytes(entry.previousHash, ledger.hash)) return 'an entry is not chained';
  if (!equalBytes(entry.hash, entryHash(entry))) return 'an entry has another hash';
  const { sequence } = entry;
  const last = sequence && (ledger.series.get(sequence.series) ?? 0);
  if (sequence && sequence.number !== (last ?? 0) + 1) {
    return `${sequence.number} follows ${last} in ${sequence.series}`;
  }
  const upload = settle?.body.upload ?? refund?.body.upload;
  const wasParked = settle && ledger.parked.has(settle.body.settlement);
  return upload === undefined || wasParked || sequence?.number === upload
    ? undefined
    : `upload ${upload} has the number ${sequence?.number}`;
};

/** I10: money goes back to who has paid, at most what is left, and never together with a draw. */
export const refundBounded: EntryInvariant = (truth, { entry, refund }) => {
  if (entry.status === 'refused') return undefined;
  const paid = refund
    ? paidBy(truth, refund.body.payments)
    : entry.code === CODES.void && entry.steps.length > 0
      ? truth.ledger.paid.get((entry.steps[0] as { hold?: string }).hold as PaymentId)
      : undefined;
  if (!paid) return refund ? 'a refund rests on no payment' : undefined;
  const credit = accountOf('payer', paid.payer);
  let returned = 0n;
  for (const [account, amount] of balancesDiff(truth, entry)) {
    if (amount <= 0n) continue;
    if (account !== credit) return `it goes back to ${account}, not to ${credit}`;
    returned += amount;
  }
  const left = paid.amount - paid.settled - paid.returned;
  return returned > left ? `${returned} go back of ${left} that are left` : undefined;
};

/** I16: amounts are whole, from 1 to 2^63 − 1, and all in one asset. */
export const amounts: EntryInvariant = (_truth, { entry, memo }) => {
  if (memo.asset !== undefined && memo.asset !== 'CNY/2') return `an entry in ${memo.asset}`;
  for (const step of entry.steps) {
    if (!('amount' in step)) continue;
    const amount: unknown = step.amount;
    if (typeof amount !== 'bigint') return 'an amount is no whole number';
    if (amount < 1n && entry.status === 'posted') return `an amount of ${amount}`;
    if (amount > MAX_MONEY) return `an amount of ${amount}`;
  }
  return undefined;
};

/** I17: nothing leaves what is frozen; nothing is paid to a terminal that is out of service. */
export const freeze: EntryInvariant = (truth, { entry, pay, settle, memo }) => {
  const { ledger } = truth;
  if (entry.status === 'refused') return undefined;
  for (const [account, amount] of balancesDiff(truth, entry)) {
    if (amount < 0n && ledger.frozenAccounts.has(account)) return `${account} is frozen`;
  }
  if (pay) {
    const { payer, terminal } = pay.body;
    if (ledger.frozen.has(payer)) return 'a frozen payer pays';
    if (ledger.frozen.has(terminal) || ledger.suspended.has(terminal)) {
      return 'a terminal that is out of service is paid';
    }
  }
  if (!settle) return undefined;
  const isPosted = entry.code === CODES.settle;
  if (isPosted && memo.to && ledger.frozen.has(memo.to)) return 'a frozen provider is settled with';
  const isOut = ledger.suspended.has(settle.body.terminal);
  return isOut && !ledger.parked.has(settle.body.settlement)
    ? 'a suspended terminal settles'
    : undefined;
};

/** I18: a mapping takes two people. */
export const twoPeople: EntryInvariant = (_truth, { entry, memo }) =>
  entry.code === CODES.mapping && memo.person === memo.approver
    ? 'one person has proposed and approved a mapping'
    : undefined;

/** All checks of an entry, in order of their numbers. */
export const ENTRY_INVARIANTS: readonly (readonly [string, EntryInvariant])[] = [
  ['I1 conservation', conservation],
  ['I2 non-negativity', nonNegativity],
  ['I3 at most once', atMostOnce],
  ['I4 bill-bounded', billBounded],
  ['I5 draw-bounded', drawBounded],
  ['I6 transit', transit],
  ['I7 mapping-bound destination', mappingBound],
  ['I9 counters', counters],
  ['I10 refund at most what is unspent', refundBounded],
  ['I16 amounts', amounts],
  ['I17 freeze', freeze],
  ['I18 two people', twoPeople],
];

/** I8: a receipt says what the entry at its index says, and the entry is durable. */
export function receiptFits({ ledger }: Truth, receipt: Receipt, messageHash: Uint8Array): Wrong {
  const entry = ledger.entries[receipt.index - 1];
  if (!entry) return `a receipt of entry ${receipt.index}, and the log ends at ${ledger.index}`;
  if (!equalBytes(receipt.subject, messageHash)) return 'the receipt is of another message';
  if (!equalBytes(receipt.entryHash, entry.hash)) return 'the receipt has another entry hash';
  const isPosted = receipt.result !== 'refused';
  if (isPosted !== (entry.status === 'posted')) return `the receipt says ${receipt.result}`;
  if ((receipt.result === 'parked') !== (entry.code === CODES.park && isPosted)) {
    return 'the receipt and the entry differ about parking';
  }
  if (!equalBytes(entry.fingerprint, messageHash)) {
    return `entry ${entry.index} does not answer ${toHex(messageHash).slice(0, 8)}`;
  }
  let moved = 0n;
  for (const step of entry.steps) {
    if (step.kind === 'draw' || step.kind === 'hold') moved += step.amount;
  }
  const isMoney = entry.code !== CODES.refusal && entry.code !== CODES.void;
  return isMoney && moved !== receipt.amount
    ? `the receipt says ${receipt.amount}, the entry moves ${moved}`
    : undefined;
}
