import { amountRejections } from './rejections/amounts.ts';
import { bookRejections } from './rejections/books.ts';
import { encodingRejections } from './rejections/encoding.ts';
import { evidenceRejections } from './rejections/evidence.ts';
import { httpRejections } from './rejections/http.ts';
import { ledgerRejections } from './rejections/ledger.ts';
import { paymentRejections } from './rejections/payments.ts';
import { settlementRejections } from './rejections/settlement.ts';
import { signatureRejections } from './rejections/signatures.ts';
import { webhookRejections } from './rejections/webhooks.ts';
import type { RejectionRow } from './rejections/row.ts';

/**
 * The one table of every "no" that a party of Coinbox can answer. Codes are for ever: a code is
 * never given another meaning. `node tools/make-docs.ts` writes docs/reference/rejections.md of it.
 */
export const REJECTIONS = {
  ...encodingRejections,
  ...amountRejections,
  ...signatureRejections,
  ...paymentRejections,
  ...settlementRejections,
  ...ledgerRejections,
  ...evidenceRejections,
  ...bookRejections,
  ...webhookRejections,
  ...httpRejections,
} as const satisfies Record<string, RejectionRow>;

export type RejectionCode = keyof typeof REJECTIONS;

/** The row of a code that this program made itself. */
export const rejectionRow = (code: RejectionCode): RejectionRow => REJECTIONS[code];

export const isRejectionCode = (code: unknown): code is RejectionCode =>
  typeof code === 'string' && Object.hasOwn(REJECTIONS, code);
