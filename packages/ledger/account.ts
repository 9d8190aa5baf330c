import { NO_MONEY } from '@coinbox/protocol';
import type { Asset, Money } from '@coinbox/protocol';

/**
 * 1 to 80 visible ASCII characters, chosen by the caller; `a:b:c` reads well and sorts by prefix.
 */
export type AccountId = string;

/**
 * 1 to 80 visible ASCII characters. A hold is never made twice under one id, not even when nothing
 * is left of it.
 */
export type HoldId = string;

/**
 * A place where money of one asset is. `balance` is in minor units, |balance| ≤ 2^63−1, and not
 * negative unless `mayOverdraw` (accounts that stand for what was issued). `held` is the part of
 * the balance under holds: it leaves only through them. A frozen account takes and does not give.
 */
export type Account = {
  readonly id: AccountId;
  readonly asset: Asset;
  readonly mayOverdraw: boolean;
  readonly frozen: boolean;
  readonly balance: bigint;
  readonly held: Money;
};

/**
 * What was on an account after an entry, in minor units: `balance`, and `held`, the part of it that
 * was under holds.
 */
export type Standing = Pick<Account, 'balance' | 'held'>;

/** That of an account before it was opened. */
export const NO_STANDING: Standing = { balance: 0n, held: NO_MONEY };

/** An earmark: `remaining` minor units of `account` that only this hold can draw or release. */
export type Hold = {
  readonly id: HoldId;
  readonly account: AccountId;
  readonly remaining: Money;
};

/**
 * What a transfer or a new hold may take, in minor units; negative only where overdraft is allowed.
 */
export const availableOf = (account: Account): bigint => account.balance - account.held;
