import { PAY, assert, equalBytes, reject } from '@coinbox/protocol';
import type { Fork, Pay, Result, Signed } from '@coinbox/protocol';
import { forkGroup } from '../accounts.ts';
import type { Context, Posted } from '../context.ts';
import { decodeMemo } from '../memo.ts';
import { answerMessage } from './act.ts';
import { groupOfFork } from './decide-offline-pay.ts';
import { toAnswer, toPost } from './ruling.ts';
import type { Ruling } from './ruling.ts';

/**
 * Takes a FORK: whoever sends it, the two PAYs in it prove that their wallet has spent twice. They
 * are published with the log, and the wallet is frozen. Rejects: fork-invalid, fork-known.
 */
export async function fork(context: Context, message: Signed<Fork>): Promise<Result<Posted>> {
  const [first, second] = [message.body.first, message.body.second].map((bytes) =>
    context.open(PAY, bytes),
  );
  assert(first && second, 'a FORK holds two messages');
  if (!first.ok || !second.ok) return reject('fork-invalid', 'one is no PAY');
  const pair = [first.value, second.value] as const;
  if (!isFork(pair)) return reject('fork-invalid');
  return context.locks.run([second.value.body.payer], async () =>
    answerMessage(context, message, await decide(context, message, pair)),
  );
}

type Pair = readonly [first: Signed<Pay>, second: Signed<Pay>];

const isFork = ([first, second]: Pair): boolean =>
  first.signer.body.wallet === first.body.payer &&
  second.signer.body.wallet === first.body.payer &&
  second.body.payer === first.body.payer &&
  second.body.sequence === first.body.sequence &&
  !equalBytes(first.hash, second.hash);

async function decide(
  { ledger }: Context,
  message: Signed<Fork>,
  [first, second]: Pair,
): Promise<Result<Ruling>> {
  const known = await ledger.entryOf(forkGroup(second.body.payer, second.body.sequence));
  if (!known) return toPost(groupOfFork(first, second, message));
  const { subject } = decodeMemo(known.memo);
  const isSame = subject !== undefined && equalBytes(subject, message.hash);
  return isSame ? toAnswer(known) : reject('fork-known');
}
