import type { Entry } from '@coinbox/ledger';
import { money } from '@coinbox/protocol';
import type { PaymentId, WalletId } from '@coinbox/protocol';
import { ACCOUNT_PREFIX, holdOfPayment } from '../accounts.ts';
import { CODES } from '../codes.ts';
import type { Context } from '../context.ts';
import { decodeMemo } from '../memo.ts';
import type { HoldFacts, PaymentFacts } from './uploads.ts';

type Reads = Pick<Context, 'ledger'>;

/** What an upload may rest on: a payment that was posted. Undefined for anything else. */
async function paymentFacts(
  { ledger }: Reads,
  payment: PaymentId,
  isAlone: boolean,
): Promise<PaymentFacts | undefined> {
  const entry = await ledger.entryOf(payment);
  if (entry?.code !== CODES.pay || entry.status !== 'posted') return undefined;
  const names = entry.steps.flatMap((step) => (step.kind === 'hold' ? [step.hold] : []));
  const isPlain = isAlone && names.length === 1;
  const holds = await Promise.all(
    names.map(async (hold): Promise<HoldFacts> => {
      const left = isPlain ? undefined : await ledger.hold(hold);
      return { hold, remaining: left?.remaining ?? 0n };
    }),
  );
  const { from, to, mappingVersion } = decodeMemo(entry.memo);
  const isOffline = !entry.steps.some(
    (step) => step.kind === 'transfer' && step.debit.startsWith(ACCOUNT_PREFIX.payer),
  );
  const facts = { payment, payer: from, terminal: to, mappingVersion };
  return { ...facts, isOffline, holds } as PaymentFacts;
}

/**
 * The facts of each payment, in the order of `payments`. What is left of each matters only where an
 * amount is to be spread: on a single hold all of it falls anyway.
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
    isOffline: entry.steps.every(
      (step) => step.kind !== 'transfer' || !step.debit.startsWith(ACCOUNT_PREFIX.payer),
    ),
  };
}
