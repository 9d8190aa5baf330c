// pure
import type { Entry } from '@coinbox/ledger';
import { reject } from '@coinbox/protocol';
import type { Asset, Refund, Result, Signed } from '@coinbox/protocol';
import { COVER_PREFIX, accountOf, floatOf, lossOf, uploadSeries } from '../accounts.ts';
import { CODES } from '../codes.ts';
import { encodeMemo } from '../memo.ts';
import { sameAgain, toPost } from './ruling.ts';
import type { Ruling } from './ruling.ts';
import { checkUpload, paymentsOf, sharesOf } from './uploads.ts';
import type { PaymentFacts } from './uploads.ts';

export type RefundFacts = {
  readonly asset: Asset;
  /** What is recorded under the id of the refund. */
  readonly known: Entry | undefined;
  /** The terminal's last upload. */
  readonly lastUpload: number;
  /** One for each payment that the REFUND names; undefined where it is unknown or was refused. */
  readonly payments: readonly (PaymentFacts | undefined)[];
};

/**
 * REFUND: holding → the wallet that paid, and no other. A suspended terminal may still refund.
 * Rejects, in this order: key-wrong-role, id-reused, counter-conflict, counter-rollback,
 * counter-gap, payment-unknown, refund-destination, currency-mismatch. The ledger refuses for good:
 * refund-exceeds-unspent.
 */
export function decideRefund(refund: Signed<Refund>, facts: RefundFacts): Result<Ruling> {
  const { body, signer, hash } = refund;
  const { terminal, payer, amount, upload } = body;
  if (signer.body.wallet !== terminal) return reject('key-wrong-role', "another terminal's key");
  if (facts.known) return sameAgain(facts.known, hash);
  const outOfOrder = checkUpload(upload, facts.lastUpload);
  if (outOfOrder) return outOfOrder;
  const payments = paymentsOf(terminal, body.payments, facts.payments);
  if (!payments) return reject('payment-unknown');
  if (payments.some((one) => one.payer !== payer)) return reject('refund-destination');
  if (new Set(payments.map((one) => one.isOffline)).size > 1) {
    return reject('refund-destination', 'some were paid out of the float and some were not');
  }
  if (body.asset !== facts.asset) return reject('currency-mismatch');
  // What the issuer bears goes back to it first.
  const holds = payments.flatMap((one) => one.holds.toReversed());
  const isOffline = payments.some((one) => one.isOffline);
  const back = isOffline ? floatOf(payer) : accountOf('payer', payer);
  const creditOf = (hold: string) => (hold.startsWith(COVER_PREFIX) ? lossOf(terminal) : back);
  return toPost({
    id: body.refund,
    code: CODES.refund,
    fingerprint: hash,
    steps: sharesOf(amount, holds).map((share) => ({
      kind: 'draw',
      credit: creditOf(share.hold),
      ...share,
    })),
    sequence: { series: uploadSeries(terminal), number: upload },
    memo: encodeMemo({
      subject: hash,
      subjectTyp: 'coinbox.refund',
      amount,
      asset: body.asset,
      from: terminal,
      to: payer,
      session: body.session,
      request: refund.bytes,
    }),
  });
}
