import type { Refund, Result, Signed } from '@coinbox/protocol';
import { uploadSeries } from '../accounts.ts';
import type { Context, Posted } from '../context.ts';
import { answerMessage } from './act.ts';
import { decideRefund } from './decide-refund.ts';
import type { RefundFacts } from './decide-refund.ts';
import { lookUpPayments } from './look-up.ts';
import { suspendIfNeeded } from './suspend.ts';

/** Applies a REFUND. An upload that is behind suspends the terminal. */
export const refund = (context: Context, message: Signed<Refund>): Promise<Result<Posted>> =>
  context.locks.run([message.body.terminal, message.body.payer], async () => {
    const ruling = decideRefund(message, await lookUpRefund(context, message));
    const answer = await answerMessage(context, message, ruling);
    await suspendIfNeeded(context, message, message.body.terminal, answer);
    return answer;
  });

/** The facts of a REFUND. */
export async function lookUpRefund(
  context: Context,
  { body }: Signed<Refund>,
): Promise<RefundFacts> {
  const { ledger, asset } = context;
  const [known, lastUpload, payments] = await Promise.all([
    ledger.entryOf(body.refund),
    ledger.series(uploadSeries(body.terminal)),
    lookUpPayments(context, body.payments),
  ]);
  return { asset, known, lastUpload, payments };
}
