import type { TransferGroup } from '@coinbox/ledger';
import { accept, assert, reject } from '@coinbox/protocol';
import type { Refund, Rejection, Result, Settle, Signed, WalletId } from '@coinbox/protocol';
import { uploadSeries } from '../accounts.ts';
import { postAll } from '../context.ts';
import type { Context, Posted } from '../context.ts';
import { outwards } from './act.ts';
import { decideOfflinePay } from './decide-offline-pay.ts';
import type { OfflinePayFacts, Taken as TakenPay } from './decide-offline-pay.ts';
import { decideRefund } from './decide-refund.ts';
import type { RefundFacts } from './decide-refund.ts';
import { decideSettle } from './decide-settle.ts';
import type { SettleFacts } from './decide-settle.ts';
import {
  createRunDraft,
  lookUpOfflinePay,
  noteBooking,
  partiesOf,
  withDraft,
} from './offline-pay.ts';
import { lookUpRefund } from './refund.ts';
import type { Ruling } from './ruling.ts';
import { lookUpSettle } from './settle.ts';
import { suspendIfNeeded } from './suspend.ts';
import type { HoldFacts } from './uploads.ts';

/** One thing that a run asks for. */
export type Unit =
  | ({ readonly kind: 'pay' } & TakenPay)
  | {
      readonly kind: 'settle';
      readonly message: Signed<Settle>;
      /** Opens the DRAW and the BILL inside, whose signatures have been checked. */
      readonly open: Context['open'];
    }
  | { readonly kind: 'refund'; readonly message: Signed<Refund> };

/** What became of a run: the entries of its units as far as it came, and why it stopped. */
export type Applied = {
  readonly posted: readonly Posted[];
  readonly stopped?: Rejection;
};

/**
 * Applies a run in two batches: its PAYs, then its SETTLEs and REFUNDs in their order. A PAY needs
 * nothing that stands before it in the run: one that spends a refund waits until that was posted.
 * The first unit with a rejection ends the run; what stands behind it is sent again.
 */
export const applyRun = (context: Context, units: readonly Unit[]): Promise<Applied> =>
  context.locks.run([...new Set(units.flatMap(walletsOf))], async () => {
    const pays = await decidePays(context, units);
    const paid = await carryOutAll(context, pays);
    const uploads = await decideUploads(context, units.slice(0, paid.end));
    const moved = await carryOutAll(context, uploads);
    const end = Math.min(paid.end, moved.end);
    const stopped = moved.end < paid.end ? moved.stopped : paid.stopped;
    const posted = units.slice(0, end).map((_, at) => paid.posted.get(at) ?? moved.posted.get(at));
    await suspend(context, units, moved);
    assert(
      posted.every((one) => one !== undefined),
      'every unit before the end is answered',
    );
    return { posted, ...(end < units.length && stopped && { stopped }) };
  });

function walletsOf(unit: Unit): readonly WalletId[] {
  if (unit.kind === 'pay') return partiesOf(unit.pay.body);
  if (unit.kind === 'settle') return [unit.message.body.terminal];
  return [unit.message.body.terminal, unit.message.body.payer];
}

/**
 * What is to be done for the unit at a place of the run: an answer, or groups, the first its own.
 */
type Plan = { readonly at: number } & (
  { readonly posted: Posted } | { readonly groups: readonly TransferGroup[] }
);
/** Plans for units before `end`, which is where the first rejection came. */
type Plans = {
  readonly plans: readonly Plan[];
  readonly end: number;
  readonly stopped?: Rejection;
};

async function decidePays(context: Context, units: readonly Unit[]): Promise<Plans> {
  // Looked up side by side: all of it is locked, so that nothing but the run itself can change it.
  const found = await Promise.all(
    units.map((unit) => unit.kind === 'pay' && lookUpOfflinePay(context, unit.pay)),
  );
  const draft = createRunDraft();
  const plans: Plan[] = [];
  for (const [at, unit] of units.entries()) {
    if (unit.kind !== 'pay') continue;
    const facts = found[at] as OfflinePayFacts;
    const decided = decideOfflinePay(unit, withDraft(facts, unit.pay, draft));
    if (!decided.ok) return { plans, end: at, stopped: decided.rejection };
    if ('entry' in decided.value) {
      plans.push({ at, posted: { entry: decided.value.entry, replayed: true } });
      continue;
    }
    noteBooking(draft, unit.pay, decided.value);
    plans.push({ at, groups: decided.value.groups });
  }
  return { plans, end: units.length };
}

async function decideUploads(context: Context, units: readonly Unit[]): Promise<Plans> {
  const facts = await Promise.all(units.map((unit) => lookUpUpload(context, unit)));
  const taken = new Map<string, bigint>();
  const plans: Plan[] = [];
  const last = new Map<string, number>();
  for (const [at, unit] of units.entries()) {
    if (unit.kind === 'pay') continue;
    const ruling = checkRevoked(context, unit, decideUpload(facts[at] as UploadFacts, last, taken));
    if (!ruling.ok) return { plans, end: at, stopped: ruling.rejection };
    if (ruling.value.kind === 'answer') {
      plans.push({ at, posted: { entry: ruling.value.entry, replayed: true } });
      continue;
    }
    const { group } = ruling.value;
    if (group.sequence) last.set(group.sequence.series, group.sequence.number);
    for (const step of group.steps) {
      if (step.kind === 'draw' || step.kind === 'release') {
        taken.set(step.hold, (taken.get(step.hold) ?? 0n) + step.amount);
      }
    }
    plans.push({ at, groups: [group] });
  }
  return { plans, end: units.length };
}

type UploadFacts =
  | { readonly message: Signed<Settle>; readonly settle: SettleFacts }
  | { readonly message: Signed<Refund>; readonly refund: RefundFacts };

async function lookUpUpload(context: Context, unit: Unit): Promise<UploadFacts | undefined> {
  if (unit.kind === 'pay') return undefined;
  if (unit.kind === 'refund') {
    return { message: unit.message, refund: await lookUpRefund(context, unit.message) };
  }
  const own = { ...context, open: unit.open };
  return { message: unit.message, settle: await lookUpSettle(own, unit.message) };
}

/** Decides after what the run has done so far: the last number, and what is taken from holds. */
function decideUpload(
  found: UploadFacts,
  last: ReadonlyMap<string, number>,
  taken: ReadonlyMap<string, bigint>,
): Result<Ruling> {
  const drafted = last.get(uploadSeries(found.message.body.terminal));
  const order = drafted === undefined ? {} : { lastUpload: drafted };
  const after = (payments: SettleFacts['payments']) =>
    payments.map((one) => one && { ...one, holds: one.holds.map((hold) => less(hold, taken)) });
  if ('settle' in found) {
    const { settle } = found;
    return decideSettle(found.message, { ...settle, ...order, payments: after(settle.payments) });
  }
  const { refund } = found;
  return decideRefund(found.message, { ...refund, ...order, payments: after(refund.payments) });
}

const less = ({ hold, remaining }: HoldFacts, taken: ReadonlyMap<string, bigint>): HoldFacts => ({
  hold,
  remaining: remaining - (taken.get(hold) ?? 0n),
});

/** A revoked key gets the answers to what it asked before, and nothing else. */
function checkRevoked(
  { registry }: Context,
  { message }: Exclude<Unit, { kind: 'pay' }>,
  ruling: Result<Ruling>,
): Result<Ruling> {
  const isAnswered = ruling.ok && ruling.value.kind === 'answer';
  const isRevoked = registry.wallet(message.signer.body.wallet)?.revoked;
  return isRevoked && !isAnswered ? reject('key-revoked') : ruling;
}

type Carried = {
  readonly posted: ReadonlyMap<number, Posted>;
  readonly end: number;
  readonly stopped?: Rejection;
};

/** Posts all groups of all plans as one batch. */
async function carryOutAll(context: Context, { plans, end, stopped }: Plans): Promise<Carried> {
  const groups = plans.flatMap((plan) => ('groups' in plan ? plan.groups : []));
  const outcomes = await postAll(context, groups);
  const posted = new Map<number, Posted>();
  let next = 0;
  for (const plan of plans) {
    if ('posted' in plan) {
      posted.set(plan.at, plan.posted);
      continue;
    }
    const own = outwards(outcomes[next] ?? reject('in-progress'));
    next += plan.groups.length;
    if (!own.ok) return { posted, end: plan.at, stopped: own.rejection };
    posted.set(plan.at, own.value);
  }
  return { posted, end, ...(stopped && { stopped }) };
}

/** As after single uploads: one that is behind, and one without backing, suspend their terminal. */
async function suspend(context: Context, units: readonly Unit[], moved: Carried): Promise<void> {
  for (const [at, unit] of units.entries()) {
    if (unit.kind === 'pay') continue;
    const found = moved.posted.get(at);
    const isStop = at === moved.end && moved.stopped;
    if (!found && !isStop) continue;
    const answer = found ? accept(found) : reject((moved.stopped as Rejection).code);
    await suspendIfNeeded(context, unit.message, unit.message.body.terminal, answer);
  }
}
