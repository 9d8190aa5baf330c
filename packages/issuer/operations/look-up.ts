import type { Entry } from '@coinbox/ledger';
import { money } from '@coinbox/protocol';
import type { PaymentId, WalletId } from '@coinbox/protocol';
import { holdOfPayment } from '../accounts.ts';
import { CODES } from '../codes.ts';
import type { Context } from '../context.ts';
import { decodeMemo } from '../memo.ts';
import type { PaymentFacts } from './uploads.ts';

type Reads = Pick<Context, 'ledger'>;

/** What an upload may rest on: a payment that was posted. Undefined for anything else. */
async function paymentFacts({ ledger }: Reads, payment: PaymentId, isAlone: boolean) {
  const [entry, hold] = await Promise.all([
    ledger.entryOf(payment),
    isAlone ? undefined : ledger.hold(holdOfPayment(payment)),
  ]);
  if (entry?.code !== CODES.pay || entry.status !== 'posted') return undefined;
  const { from, to, mappingVersion } = decodeMemo(entry.memo);
  const facts = { payment, payer: from, terminal: to, mappingVersion };
  return { ...facts, remaining: hold?.remaining ?? 0n } as PaymentFacts;
}

/**
 * The facts of each payment, in the order of `payments`. What is left of each matters only where an
 * amount is to be spread: on a single payment all of it falls anyway.
 */
export const lookUpPayments = (
  reads: Reads,
  payments: readonly PaymentId[],
): Promise<readonly (PaymentFacts | undefined)[]> =>
  Promise.all(payments.map((payment) => paymentFacts(reads, payment, payments.length === 1)));

/** The payment behind a PAY's entry, with what its hold has left. */
export async function lookUpTaker({ ledger }: Reads, entry: Entry) {
  const payment = entry.id as PaymentId;
  const { from, amount } = decodeMemo(entry.memo);
  const hold = await ledger.hold(holdOfPayment(payment));
  return {
    payment,
    payer: from as WalletId,
    amount: amount ?? money(0n),
    remaining: hold?.remaining ?? money(0n),
  };
}
