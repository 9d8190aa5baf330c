// pure
import type { Entry } from '@coinbox/ledger';
import { later, paymentIdOf, reject } from '@coinbox/protocol';
import type { Asset, Instant, Pay, Result, Signed } from '@coinbox/protocol';
import { accountOf, holdOfPayment, offerClaim, payerSequenceClaim } from '../accounts.ts';
import { CODES } from '../codes.ts';
import { encodeMemo } from '../memo.ts';
import type { MappingVersion, WalletRecord } from '../registry/nouns.ts';
import { sameAgain, toPost } from './ruling.ts';
import type { Ruling } from './ruling.ts';

/** How far a payer's clock may be ahead. */
export const SKEW_MS = 5 * 60_000;
/** An order that reaches the issuer for the first time later than this is refused. */
export const ORDER_LIFE_MS = 7 * 86_400_000;

export type PayFacts = {
  readonly asset: Asset;
  readonly now: Instant;
  /** What is recorded under the id of the payment. */
  readonly known: Entry | undefined;
  /** Another PAY has used the payer's sequence number. */
  readonly sequenceTaken: boolean;
  readonly payer: WalletRecord | undefined;
  readonly terminal: WalletRecord | undefined;
  /** The version in force for the terminal. */
  readonly mapping: MappingVersion | undefined;
  /** Minor units in the holding wallet. */
  readonly held: bigint;
  /** Who has used the offer up. */
  readonly offer: 'free' | 'taken' | 'voided';
};

/**
 * PAY: payer → holding, and a hold on it there. Rejects, in this order: key-wrong-role, id-reused,
 * account-same, terminal-unknown, terminal-not-accepting, currency-mismatch, mapping-changed,
 * order-not-yet-valid, order-expired, limit-transaction, limit-cumulative, wallet-frozen. The
 * ledger refuses for good: offer-taken, offer-voided (after account-same), insufficient-funds,
 * amount-overflow.
 */
export function decidePay(pay: Signed<Pay>, facts: PayFacts): Result<Ruling> {
  const { body, signer, hash } = pay;
  const { payer, terminal, mapping, now } = facts;
  const payerLimits = signer.body.limits;
  const limits = terminal?.certificate.body.limits;
  if (signer.body.wallet !== body.payer)
    return reject('key-wrong-role', 'the key of another wallet');
  if (facts.known) return sameAgain(facts.known, hash);
  if (facts.sequenceTaken) return reject('id-reused', 'the sequence number is of another payment');
  if (body.payer === body.terminal) return reject('account-same');
  // Used up for good: the ledger records the refusal, whose receipt credits the payer again.
  if (facts.offer !== 'free') return toPost(groupOfPay(pay, facts.offer));
  if (!terminal || terminal.role !== 'holding') return reject('terminal-unknown');
  if (terminal.suspended) return reject('terminal-not-accepting', 'suspended');
  if (terminal.frozen) return reject('terminal-not-accepting', 'frozen');
  if (terminal.revoked) return reject('terminal-not-accepting', 'its key is revoked');
  if (!mapping) return reject('terminal-not-accepting', 'mapped to no provider');
  if (body.asset !== facts.asset) return reject('currency-mismatch');
  if (body.mappingVersion !== mapping.version) return reject('mapping-changed');
  if (body.at > later(now, SKEW_MS)) return reject('order-not-yet-valid');
  if (later(body.at, ORDER_LIFE_MS) < now) return reject('order-expired');
  if (body.amount > (payerLimits?.perPayment ?? body.amount)) return reject('limit-transaction');
  if (body.amount > (limits?.perPayment ?? body.amount)) return reject('limit-transaction');
  const full = limits?.balance !== undefined && facts.held + body.amount > limits.balance;
  if (full) return reject('limit-cumulative', 'the holding wallet would hold too much');
  if (payer?.frozen) return reject('wallet-frozen');
  return toPost(groupOfPay(pay, facts.offer));
}

/** The group of an online payment. */
export function groupOfPay(pay: Signed<Pay>, offer: PayFacts['offer']) {
  const { payer, terminal, amount, asset, mappingVersion, offerHash, sequence } = pay.body;
  const payment = paymentIdOf(pay);
  const holding = accountOf('holding', terminal);
  return {
    id: payment,
    code: CODES.pay,
    fingerprint: pay.hash,
    steps: [
      { kind: 'transfer', debit: accountOf('payer', payer), credit: holding, amount },
      { kind: 'hold', hold: holdOfPayment(payment), account: holding, amount },
    ],
    claims: [offerClaim(terminal, offerHash), payerSequenceClaim(payer, sequence)],
    memo: encodeMemo({
      subject: pay.hash,
      subjectTyp: 'coinbox.pay',
      amount,
      asset,
      from: payer,
      to: terminal,
      mappingVersion,
      code: offer === 'voided' ? 'offer-voided' : 'offer-taken',
      request: pay.bytes,
    }),
  } as const;
}
