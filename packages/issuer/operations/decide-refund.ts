// pure
import type { Entry } from '@coinbox/ledger';
import { reject } from '@coinbox/protocol';
import type { Asset, Refund, Result, Signed } from '@coinbox/protocol';
import { accountOf, uploadSeries } from '../accounts.ts';
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
  if (body.asset !== facts.asset) return reject('currency-mismatch');
  const credit = accountOf('payer', payer);
  return toPost({
    id: body.refund,
    code: CODES.refund,
    fingerprint: hash,
    steps: sharesOf(amount, payments).map((share) => ({ kind: 'draw', credit, ...share })),
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
