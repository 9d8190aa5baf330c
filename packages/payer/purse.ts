// pure
import {
  EPOCH_MS,
  MOST_CREDITS,
  PAY,
  REFUND,
  accept,
  addMoney,
  assert,
  money,
  readOwn,
  reject,
} from '@coinbox/protocol';
import type {
  Certificate,
  Instant,
  Money,
  Offer,
  OfflinePart,
  RefundId,
  Result,
} from '@coinbox/protocol';
import type { Payment } from './payment.ts';

/** What a wallet has to pay with offline (spec/18-offline.md). */
export type Purse = {
  /** The epoch in which the wallet last heard the issuer. */
  readonly epoch: number;
  /** Minor units in the float that are not spent. */
  readonly available: Money;
  /** Paid offline since the last contact, and how many payments that were. */
  readonly spent: Money;
  readonly count: number;
  /** Refunds in `available` that the issuer may not have seen. */
  readonly credits: readonly RefundId[];
};

/** What a wallet knows of its contacts with the issuer. */
export type FloatHeard = {
  /** The epoch of the last one. */
  readonly epoch: number;
  /** All loads that were posted, less all returns, minor units. */
  readonly loaded: Money;
};

/**
 * The purse after all payments of the wallet. A refund that the issuer has not receipted counts as
 * long as a PAY can name it: the newest four. A payment that is credited again is money again; it
 * stays spent, as its PAY says so.
 */
export function purseOf({ epoch, loaded }: FloatHeard, payments: readonly Payment[]): Purse {
  let [available, spent, count]: [bigint, bigint, number] = [loaded, 0n, 0];
  const unseen: { readonly refund: RefundId; readonly amount: bigint }[] = [];
  for (const { messages, stage, amount, refunded = 0n } of payments) {
    const { offline } = readOwn(PAY, messages.pay).body;
    if (!offline) continue;
    if (stage !== 'recredited') available -= amount;
    if (offline.epoch >= epoch) {
      spent += amount;
      count += 1;
    }
    if (stage !== 'refunded' || !messages.refund) continue;
    if (messages.receipt) available += refunded;
    else unseen.push({ refund: readOwn(REFUND, messages.refund).body.refund, amount: refunded });
  }
  const credits = unseen.slice(-MOST_CREDITS);
  for (const { amount } of credits) available += amount;
  return {
    epoch,
    available: money(available > 0n ? available : 0n),
    spent: money(spent),
    count,
    credits: credits.map(({ refund }) => refund),
  };
}

/**
 * May so much be paid out of the purse for this offer? Rejects, in this order: offline-unavailable,
 * offline-limit, offline-stale, limit-transaction, insufficient-funds.
 */
export function checkPurse(
  { parameters }: Offer,
  amount: Money,
  { available, spent, count, epoch }: Purse,
  { certificate, now }: { readonly certificate: Certificate; readonly now: Instant },
): Result<void> {
  const limits = certificate.body.offline;
  if (parameters === undefined) return reject('offline-unavailable');
  if (!limits) return reject('offline-limit', 'the certificate has no limits for it');
  if (spent + amount > limits.cumulative || count >= limits.count) return reject('offline-limit');
  if (Math.floor(now / EPOCH_MS) > epoch + limits.epochs) return reject('offline-stale');
  if (amount > limits.perPayment) return reject('limit-transaction');
  if (amount > available) return reject('insufficient-funds');
  return accept(undefined);
}

/** What the PAY says of the purse. checkPurse has passed. */
export function offlinePartOf(
  { parameters }: Offer,
  amount: Money,
  { epoch, spent, count, credits }: Purse,
): OfflinePart {
  const total = addMoney(spent, amount);
  assert(parameters !== undefined && total.ok, 'the purse was checked');
  return {
    parameters,
    epoch,
    spent: total.value,
    count: count + 1,
    ...(credits.length > 0 && { credits }),
  };
}
