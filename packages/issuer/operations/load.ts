import type { Load, Result, Signed } from '@coinbox/protocol';
import { floatOf, unloadGroup } from '../accounts.ts';
import type { Context, Posted } from '../context.ts';
import { answerMessage } from './act.ts';
import { decideLoad } from './decide-load.ts';
import type { LoadFacts } from './decide-load.ts';

/**
 * Applies a LOAD. The payer is locked, as it is for its payments: the float cannot fall meanwhile.
 */
export const load = (context: Context, message: Signed<Load>): Promise<Result<Posted>> =>
  context.locks.run([message.body.payer], async () =>
    answerMessage(context, message, decideLoad(message, await lookUp(context, message))),
  );

async function lookUp(context: Context, { body }: Signed<Load>): Promise<LoadFacts> {
  const { ledger, registry, asset, clock } = context;
  const [known, asked, account] = await Promise.all([
    ledger.entryOf(body.load),
    ledger.entryOf(unloadGroup(body.load)),
    ledger.account(floatOf(body.payer)),
  ]);
  return {
    asset,
    now: clock.now(),
    known,
    asked,
    payer: registry.wallet(body.payer),
    float: account?.balance ?? 0n,
    coolOffMs: registry.newestParameters?.body.coolOffMs,
  };
}
