import type { Result, Signed, WalletId } from '@coinbox/protocol';
import { post } from '../context.ts';
import type { Context, Posted } from '../context.ts';
import { groupOfSuspension } from './uploads.ts';

/**
 * Takes a terminal out of service where the answer to its upload says that it cannot be trusted.
 * The caller holds its lock.
 */
export async function suspendIfNeeded(
  context: Context,
  message: Pick<Signed<unknown>, 'hash' | 'bytes'>,
  terminal: WalletId,
  answer: Result<Posted>,
): Promise<void> {
  const cause = causeIn(answer);
  if (!cause || context.registry.wallet(terminal)?.suspended) return;
  await post(context, groupOfSuspension(message, terminal, cause));
}

function causeIn(answer: Result<Posted>) {
  if (!answer.ok)
    return answer.rejection.code === 'counter-rollback' ? 'counter-rollback' : undefined;
  const { entry, replayed } = answer.value;
  const isSettlement = entry.code === 'settle' || entry.code === 'park';
  const isBare = isSettlement && !replayed && entry.refusal === 'hold-exceeded';
  return isBare ? 'backing-insufficient' : undefined;
}
