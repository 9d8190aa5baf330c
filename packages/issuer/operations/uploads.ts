// pure
import type { TransferGroup } from '@coinbox/ledger';
import { reject } from '@coinbox/protocol';
import type { PaymentId, Money, Rejected, Signed, WalletId } from '@coinbox/protocol';
import { suspendGroup } from '../accounts.ts';
import { CODES } from '../codes.ts';
import { encodeMemo } from '../memo.ts';

/** A payment that an upload names, as the ledger has it. */
export type PaymentFacts = {
  readonly payment: PaymentId;
  readonly payer: WalletId;
  readonly terminal: WalletId;
  /** The version of the mapping that it is pinned to. */
  readonly mappingVersion: number;
  /** It was made offline, out of the payer's float. */
  readonly isOffline: boolean;
  /**
   * What its holds have left, the payer's own first; not looked up for a payment that stands alone
   * and has one.
   */
  readonly holds: readonly HoldFacts[];
};

export type HoldFacts = { readonly hold: string; readonly remaining: bigint };

/**
 * The order of a terminal's uploads, which has no gap. The message is known not to be the one that
 * has the number. Rejects: counter-conflict, counter-rollback, counter-gap.
 */
export function checkUpload(upload: number, last: number): Rejected | undefined {
  if (upload === last) return reject('counter-conflict');
  if (upload < last) return reject('counter-rollback', `the last upload was ${last}`);
  if (upload > last + 1) return reject('counter-gap', `the next upload is ${last + 1}`);
  return undefined;
}

/**
 * All payments that an upload names; undefined where one is unknown, named twice, or of another
 * terminal.
 */
export function paymentsOf(
  terminal: WalletId,
  ids: readonly PaymentId[],
  found: readonly (PaymentFacts | undefined)[],
): readonly PaymentFacts[] | undefined {
  const own = found.filter((one) => one?.terminal === terminal) as readonly PaymentFacts[];
  const all = ids.length > 0 && own.length === ids.length && new Set(ids).size === ids.length;
  return all ? own : undefined;
}

/** What to take from which payment. */
export type Share = { readonly hold: string; readonly amount: Money };

/**
 * Spreads an amount over holds in their order. What is too much stands on the last one, for the
 * ledger to refuse and to record.
 */
export function sharesOf(amount: Money, holds: readonly HoldFacts[]): readonly Share[] {
  const shares: Share[] = [];
  let rest: bigint = amount;
  holds.forEach(({ hold, remaining }, at) => {
    const isLast = at === holds.length - 1;
    const share = isLast || rest < remaining ? rest : remaining;
    if (share > 0n) shares.push({ hold, amount: share as Money });
    rest -= share;
  });
  return shares;
}

/**
 * Puts a terminal out of service: its store was restored from an old copy, or it settles what it
 * does not have.
 */
export function groupOfSuspension(
  message: Pick<Signed<unknown>, 'hash' | 'bytes'>,
  terminal: WalletId,
  cause: 'counter-rollback' | 'backing-insufficient',
): TransferGroup {
  const id = suspendGroup(message.hash);
  return {
    id,
    code: CODES.suspend,
    fingerprint: message.hash,
    steps: [],
    claims: [id],
    memo: encodeMemo({ wallet: terminal, code: cause, request: message.bytes }),
  };
}
