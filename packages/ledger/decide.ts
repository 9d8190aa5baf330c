import {
  MAX_MONEY,
  NO_MONEY,
  REJECTIONS,
  assert,
  checkAmount,
  equalBytes,
  money,
  reject,
} from '@coinbox/protocol';
import type { Rejected, Rejection, RejectionCode } from '@coinbox/protocol';
import { availableOf } from './account.ts';
import type { Account, AccountId, Hold, HoldId } from './account.ts';
import { checkShape } from './group.ts';
import type { Step, TransferGroup } from './group.ts';
import type { Recorded, View } from './view.ts';

/** What a posted group changes: the accounts and holds as they are afterwards, each once. */
export type Changes = {
  readonly accounts: ReadonlyMap<AccountId, Account>;
  readonly holds: ReadonlyMap<HoldId, Hold>;
};

/**
 * What becomes of a group.
 * - `known`: recorded before, with the same fingerprint; answer with the original outcome.
 * - `rejected`: no trace is left; the id stays free.
 * - `refused`: recorded under the id, which is burned; the sequence number is used up, nothing else
 *   changes.
 * - `posted`: recorded, with its claims, its sequence number and all its changes.
 */
export type Decision =
  | { readonly kind: 'known'; readonly outcome: Recorded }
  | { readonly kind: 'rejected'; readonly rejection: Rejection }
  | { readonly kind: 'refused'; readonly code: RejectionCode }
  | { readonly kind: 'posted'; readonly changes: Changes };

/** A refusal is recorded if and only if the table tells the caller to take a new id. */
export const burnsId = (code: RejectionCode): boolean => REJECTIONS[code].retry === 'new-id';

/**
 * Decides one group. Pure: `view` is read and left alone. One "no" a line, in order of precedence.
 * Rejects: group-empty, group-too-large, parameter-invalid, id-reused, sequence-passed,
 * sequence-gap, claim-taken; and by step account-unknown, account-exists, hold-unknown,
 * hold-exists, account-same, currency-mismatch, amount-zero (or another code of `checkAmount`),
 * account-frozen, hold-exceeded, insufficient-funds, amount-overflow.
 */
export function decide(view: View, group: TransferGroup): Decision {
  const misshapen = checkShape(group);
  if (misshapen) return no(misshapen);
  const known = view.recorded(group.id);
  if (known && !equalBytes(known.fingerprint, group.fingerprint)) return no(reject('id-reused'));
  if (known) return { kind: 'known', outcome: known.outcome };
  const { sequence, claims = [] } = group;
  const next = sequence ? view.series(sequence.series) + 1 : 0;
  if (sequence && sequence.number < next) return no(reject('sequence-passed'));
  if (sequence && sequence.number > next) return no(reject('sequence-gap', `next is ${next}`));
  if (claims.some((key) => view.claim(key) !== undefined)) return no(reject('claim-taken'));
  const draft = createDraft(view);
  for (const step of group.steps) {
    const refusal = takeStep(draft, step);
    if (refusal) return no(refusal);
  }
  // From here on it must succeed.
  for (const account of draft.accounts.values()) assertSound(account);
  return { kind: 'posted', changes: draft };
}

function no({ rejection }: Rejected): Decision {
  const { code } = rejection;
  return burnsId(code) ? { kind: 'refused', code } : { kind: 'rejected', rejection };
}

function assertSound({ id, mayOverdraw, balance, held }: Account): void {
  assert(balance <= MAX_MONEY && balance >= -MAX_MONEY, `balance of ${id} out of range`);
  assert(mayOverdraw || balance >= held, `${id} holds less than is held`);
}

/**
 * The accounts and holds that the steps so far have changed, over the view. Owned by one call of
 * `decide`.
 */
type Draft = {
  readonly view: View;
  readonly accounts: Map<AccountId, Account>;
  readonly holds: Map<HoldId, Hold>;
};

const createDraft = (view: View): Draft => ({ view, accounts: new Map(), holds: new Map() });
const accountIn = (draft: Draft, id: AccountId): Account | undefined =>
  draft.accounts.get(id) ?? draft.view.account(id);
const holdIn = (draft: Draft, id: HoldId): Hold | undefined =>
  draft.holds.get(id) ?? draft.view.hold(id);

type StepOf<K extends Step['kind']> = Extract<Step, { kind: K }>;

function takeStep(draft: Draft, step: Step): Rejected | undefined {
  switch (step.kind) {
    case 'open':
      return open(draft, step);
    case 'freeze':
    case 'unfreeze':
      return setFrozen(draft, step.account, step.kind === 'freeze');
    case 'transfer':
      return transfer(draft, step);
    case 'hold':
      return hold(draft, step);
    case 'draw':
      return draw(draft, step);
    case 'release':
      return release(draft, step);
  }
}

function open(draft: Draft, step: StepOf<'open'>): Rejected | undefined {
  const { account: id, asset, mayOverdraw } = step;
  const known = accountIn(draft, id);
  if (known && (known.asset !== asset || known.mayOverdraw !== mayOverdraw)) {
    return reject('account-exists', id);
  }
  if (known) return undefined;
  draft.accounts.set(id, { id, asset, mayOverdraw, frozen: false, balance: 0n, held: NO_MONEY });
  return undefined;
}

function setFrozen(draft: Draft, id: AccountId, frozen: boolean): Rejected | undefined {
  const account = accountIn(draft, id);
  if (!account) return reject('account-unknown', id);
  if (account.frozen !== frozen) draft.accounts.set(id, { ...account, frozen });
  return undefined;
}

function transfer(draft: Draft, step: StepOf<'transfer'>): Rejected | undefined {
  const debit = accountIn(draft, step.debit);
  const credit = accountIn(draft, step.credit);
  if (!debit) return reject('account-unknown', step.debit);
  if (!credit) return reject('account-unknown', step.credit);
  if (debit.id === credit.id) return reject('account-same', step.debit);
  if (debit.asset !== credit.asset) return reject('currency-mismatch');
  const amount = checkAmount(step.amount);
  if (!amount.ok) return amount;
  if (debit.frozen) return reject('account-frozen', step.debit);
  if (!debit.mayOverdraw && availableOf(debit) < step.amount) return reject('insufficient-funds');
  if (debit.balance - step.amount < -MAX_MONEY) return reject('amount-overflow');
  if (credit.balance + step.amount > MAX_MONEY) return reject('amount-overflow');
  draft.accounts.set(debit.id, { ...debit, balance: debit.balance - step.amount });
  draft.accounts.set(credit.id, { ...credit, balance: credit.balance + step.amount });
  return undefined;
}

function hold(draft: Draft, step: StepOf<'hold'>): Rejected | undefined {
  const account = accountIn(draft, step.account);
  if (!account) return reject('account-unknown', step.account);
  if (holdIn(draft, step.hold)) return reject('hold-exists', step.hold);
  const amount = checkAmount(step.amount);
  if (!amount.ok) return amount;
  if (account.frozen) return reject('account-frozen', step.account);
  if (!account.mayOverdraw && availableOf(account) < step.amount) {
    return reject('insufficient-funds');
  }
  if (account.held + step.amount > MAX_MONEY) return reject('amount-overflow');
  draft.accounts.set(account.id, { ...account, held: money(account.held + step.amount) });
  draft.holds.set(step.hold, { id: step.hold, account: account.id, remaining: step.amount });
  return undefined;
}

function draw(draft: Draft, step: StepOf<'draw'>): Rejected | undefined {
  const credit = accountIn(draft, step.credit);
  const earmark = holdIn(draft, step.hold);
  if (!credit) return reject('account-unknown', step.credit);
  if (!earmark) return reject('hold-unknown', step.hold);
  const debit = accountOf(draft, earmark);
  if (debit.id === credit.id) return reject('account-same', step.credit);
  if (debit.asset !== credit.asset) return reject('currency-mismatch');
  const amount = checkAmount(step.amount);
  if (!amount.ok) return amount;
  if (debit.frozen) return reject('account-frozen', debit.id);
  if (earmark.remaining < step.amount) return reject('hold-exceeded', step.hold);
  if (debit.balance - step.amount < -MAX_MONEY) return reject('amount-overflow');
  if (credit.balance + step.amount > MAX_MONEY) return reject('amount-overflow');
  useUp(draft, earmark, { ...debit, balance: debit.balance - step.amount }, step.amount);
  draft.accounts.set(credit.id, { ...credit, balance: credit.balance + step.amount });
  return undefined;
}

function release(draft: Draft, step: StepOf<'release'>): Rejected | undefined {
  const earmark = holdIn(draft, step.hold);
  if (!earmark) return reject('hold-unknown', step.hold);
  const amount = checkAmount(step.amount);
  if (!amount.ok) return amount;
  const account = accountOf(draft, earmark);
  if (account.frozen) return reject('account-frozen', account.id);
  if (earmark.remaining < step.amount) return reject('hold-exceeded', step.hold);
  useUp(draft, earmark, account, step.amount);
  return undefined;
}

function useUp(draft: Draft, earmark: Hold, account: Account, amount: bigint): void {
  draft.holds.set(earmark.id, { ...earmark, remaining: money(earmark.remaining - amount) });
  draft.accounts.set(account.id, { ...account, held: money(account.held - amount) });
}

function accountOf(draft: Draft, earmark: Hold): Account {
  const account = accountIn(draft, earmark.account);
  assert(account, `hold ${earmark.id} is on no account`);
  return account;
}
