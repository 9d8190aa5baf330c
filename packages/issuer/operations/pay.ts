import { paymentIdOf } from '@coinbox/protocol';
import type { Pay, Result, Signed } from '@coinbox/protocol';
import { accountOf, offerClaim, payerSequenceClaim } from '../accounts.ts';
import type { Context, Posted } from '../context.ts';
import { answerMessage } from './act.ts';
import { claimBack } from './claim-back.ts';
import { decidePay } from './decide-pay.ts';
import type { PayFacts } from './decide-pay.ts';

/**
 * Applies a PAY; one that was made offline is claimed back by its payer. Terminal and payer are
 * locked, so that who has the claims cannot change between look-up and commit.
 */
export const pay = (context: Context, message: Signed<Pay>): Promise<Result<Posted>> =>
  context.locks.run([message.body.terminal, message.body.payer], async () =>
    message.body.offline
      ? claimBack(context, message)
      : answerMessage(context, message, decidePay(message, await lookUp(context, message))),
  );

async function lookUp(context: Context, message: Signed<Pay>): Promise<PayFacts> {
  const { ledger, registry, asset, clock } = context;
  const { body } = message;
  const id = paymentIdOf(message);
  const terminal = registry.wallet(body.terminal);
  const isLimited = terminal?.certificate.body.limits?.balance !== undefined;
  const [known, sequenceTakenBy, offerTakenBy, account] = await Promise.all([
    ledger.entryOf(id),
    ledger.claim(payerSequenceClaim(body.payer, body.sequence)),
    ledger.claim(offerClaim(body.terminal, body.offerHash)),
    isLimited ? ledger.account(accountOf('holding', body.terminal)) : undefined,
  ]);
  return {
    asset,
    now: clock.now(),
    known,
    sequenceTaken: sequenceTakenBy !== undefined && sequenceTakenBy !== id,
    payer: registry.wallet(body.payer),
    terminal,
    mapping: registry.currentMapping(body.terminal),
    held: account?.balance ?? 0n,
    offer: !offerTakenBy ? 'free' : offerTakenBy.startsWith('pay_') ? 'taken' : 'voided',
  };
}
