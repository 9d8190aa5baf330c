import type { Refusal, Result, Signed } from '@coinbox/protocol';
import { refusalGroup } from '../accounts.ts';
import type { Context, Posted } from '../context.ts';
import { answerMessage } from './act.ts';
import { decideRefusal } from './decide-refusal.ts';

/** Records a REFUSAL. */
export async function refusal(context: Context, message: Signed<Refusal>): Promise<Result<Posted>> {
  const known = await context.ledger.entryOf(refusalGroup(message.hash));
  const ruling = decideRefusal(message, { asset: context.asset, known });
  return answerMessage(context, message, ruling);
}
