import type { Result, Signed, Void } from '@coinbox/protocol';
import { offerClaim, voidGroup } from '../accounts.ts';
import { CODES } from '../codes.ts';
import type { Context, Posted } from '../context.ts';
import { answerMessage } from './act.ts';
import { decideVoid } from './decide-void.ts';
import type { VoidFacts } from './decide-void.ts';
import { lookUpTaker } from './look-up.ts';

/** Applies a VOID. `void` alone is a word of the language. */
export const voidOffer = (context: Context, message: Signed<Void>): Promise<Result<Posted>> =>
  context.locks.run([message.body.terminal], async () =>
    answerMessage(context, message, decideVoid(message, await lookUp(context, message))),
  );

async function lookUp({ ledger, asset }: Context, { body }: Signed<Void>): Promise<VoidFacts> {
  const [known, taker] = await Promise.all([
    ledger.entryOf(voidGroup(body.terminal, body.offerHash)),
    ledger.claim(offerClaim(body.terminal, body.offerHash)),
  ]);
  const entry = taker === undefined ? undefined : await ledger.entryOf(taker);
  const isPay = entry?.code === CODES.pay;
  return { asset, known, takenBy: isPay ? await lookUpTaker({ ledger }, entry) : undefined };
}
