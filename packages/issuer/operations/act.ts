import { accept, reject } from '@coinbox/protocol';
import type { RejectionCode, Result, Signed } from '@coinbox/protocol';
import { post } from '../context.ts';
import type { Context, Posted } from '../context.ts';
import type { Ruling } from './ruling.ts';

/**
 * What the ledger's own "no" is called at the issuer's door. The facts were looked up under a lock,
 * so that the sequence codes cannot come up; they are named for completeness.
 */
const renamed: Partial<Record<RejectionCode, RejectionCode>> = {
  'account-frozen': 'wallet-frozen',
  'account-unknown': 'wallet-unknown',
  'sequence-passed': 'counter-conflict',
  'sequence-gap': 'counter-gap',
};

/**
 * Carries out what was ruled on a signed message. A key that is revoked gets the answers to what it
 * asked before, and nothing else. The caller holds the lock under which keys of this kind are
 * revoked. Rejects as the ruling does, and key-revoked.
 */
export const answerMessage = (
  context: Context,
  { signer }: Pick<Signed<unknown>, 'signer'>,
  ruling: Result<Ruling>,
): Promise<Result<Posted>> => {
  const isAnswered = ruling.ok && ruling.value.kind === 'answer';
  const isRevoked = context.registry.wallet(signer.body.wallet)?.revoked;
  return carryOut(context, isRevoked && !isAnswered ? reject('key-revoked') : ruling);
};

/** Carries out a ruling: posts the group, or answers with the entry that is there. */
export async function carryOut(context: Context, ruling: Result<Ruling>): Promise<Result<Posted>> {
  if (!ruling.ok) return ruling;
  if (ruling.value.kind === 'answer') return accept({ entry: ruling.value.entry, replayed: true });
  return outwards(await post(context, ruling.value.group));
}

/** An outcome of the ledger as the issuer's door calls it. */
export function outwards(posted: Result<Posted>): Result<Posted> {
  if (posted.ok) return posted;
  const { code, detail } = posted.rejection;
  return reject(renamed[code] ?? code, detail);
}
