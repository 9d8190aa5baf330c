import { accept, reject } from '@coinbox/protocol';
import type { RejectionCode, Result } from '@coinbox/protocol';
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

/** Carries out a ruling: posts the group, or answers with the entry that is there. */
export async function carryOut(context: Context, ruling: Result<Ruling>): Promise<Result<Posted>> {
  if (!ruling.ok) return ruling;
  if (ruling.value.kind === 'answer') return accept({ entry: ruling.value.entry, replayed: true });
  const posted = await post(context, ruling.value.group);
  if (posted.ok) return posted;
  const { code, detail } = posted.rejection;
  return reject(renamed[code] ?? code, detail);
}
