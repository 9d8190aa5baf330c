// pure
import type { Entry } from '@coinbox/ledger';
import { later, reject } from '@coinbox/protocol';
import type { Asset, Instant, Load, Money, Result, Signed } from '@coinbox/protocol';
import { accountOf, floatOf, unloadGroup } from '../accounts.ts';
import { CODES } from '../codes.ts';
import { encodeMemo } from '../memo.ts';
import type { WalletRecord } from '../registry/nouns.ts';
import { ORDER_LIFE_MS, SKEW_MS } from './decide-pay.ts';
import { sameAgain, toAnswer, toPost } from './ruling.ts';
import type { Ruling } from './ruling.ts';

export type LoadFacts = {
  readonly asset: Asset;
  readonly now: Instant;
  /** What is recorded under the id of the load. */
  readonly known: Entry | undefined;
  /** The first asking for this return. */
  readonly asked: Entry | undefined;
  readonly payer: WalletRecord | undefined;
  /** Minor units in the float. */
  readonly float: bigint;
  /** Of the parameters in force; undefined where there are none: nobody pays offline. */
  readonly coolOffMs: number | undefined;
};

/**
 * LOAD: payer → float at once, or back after the time to cool off, as much as is there then.
 * Rejects, in this order: key-wrong-role, id-reused, currency-mismatch, order-not-yet-valid,
 * order-expired, wallet-frozen, offline-unavailable, offline-limit. The ledger refuses for good:
 * insufficient-funds, amount-overflow.
 */
export function decideLoad(load: Signed<Load>, facts: LoadFacts): Result<Ruling> {
  const { body, signer, hash } = load;
  const { now, float, coolOffMs } = facts;
  const limits = signer.body.offline;
  if (signer.body.wallet !== body.payer)
    return reject('key-wrong-role', 'the key of another wallet');
  if (facts.known) return sameAgain(facts.known, hash);
  if (facts.asked) return decideReturn(load, facts.asked, facts);
  if (body.asset !== facts.asset) return reject('currency-mismatch');
  if (body.at > later(now, SKEW_MS)) return reject('order-not-yet-valid');
  if (later(body.at, ORDER_LIFE_MS) < now) return reject('order-expired');
  if (body.direction === 'return') return toPost(groupOfAsking(load));
  if (facts.payer?.frozen) return reject('wallet-frozen');
  if (coolOffMs === undefined) return reject('offline-unavailable', 'there are no parameters');
  if (!limits) return reject('offline-limit', 'the certificate has no limits for it');
  if (float + body.amount > limits.cumulative) return reject('offline-limit', 'of the float');
  return toPost(groupOfMove(load, body.amount));
}

/**
 * Asked for before: it is answered alike until the money has cooled off. Without parameters nobody
 * pays offline, and there is nothing to wait for.
 */
function decideReturn(load: Signed<Load>, asked: Entry, facts: LoadFacts): Result<Ruling> {
  const again = sameAgain(asked, load.hash);
  if (!again.ok) return again;
  const { float, now, coolOffMs = 0 } = facts;
  if (now < later(asked.at, coolOffMs)) return toAnswer(asked);
  const { amount } = load.body;
  const isLess = float > 0n && float < amount;
  return toPost(groupOfMove(load, isLess ? (float as Money) : amount));
}

/** The wish to have money back: nothing moves. */
function groupOfAsking(load: Signed<Load>) {
  const id = unloadGroup(load.body.load);
  return {
    id,
    code: CODES.unload,
    fingerprint: load.hash,
    steps: [],
    claims: [id],
    memo: memoOf(load, load.body.amount),
  };
}

function groupOfMove(load: Signed<Load>, amount: Money) {
  const { payer, asset, direction } = load.body;
  const [wallet, float] = [accountOf('payer', payer), floatOf(payer)];
  const [debit, credit] = direction === 'load' ? [wallet, float] : [float, wallet];
  return {
    id: load.body.load,
    code: CODES.load,
    fingerprint: load.hash,
    steps: [
      { kind: 'open', account: float, asset, mayOverdraw: false },
      { kind: 'transfer', debit, credit, amount },
    ],
    memo: memoOf(load, amount),
  } as const;
}

const memoOf = ({ body, bytes, hash }: Signed<Load>, amount: Money): Uint8Array =>
  encodeMemo({
    subject: hash,
    subjectTyp: 'coinbox.load',
    amount,
    asset: body.asset,
    from: body.payer,
    to: body.payer,
    request: bytes,
  });
