// pure
import { equalBytes, reject } from '@coinbox/protocol';
import type { Instant, Rejected } from '@coinbox/protocol';
import type { Enrolment } from './enrolment-book.ts';

/** Wrong codes for one enrolment; after so many its right code is worth nothing either. */
export const MOST_WRONG_CODES = 5;

/** What a claim shows: hashes of its code, and of its wallets and keys. */
export type Claim = { readonly codeHash: Uint8Array; readonly claimHash: Uint8Array };

/**
 * Why a claim is refused; nothing where it is good. Who has claimed once gets the same answer
 * again. Rejects, in this order: claim-code-unknown, claim-code-locked, claim-code-used,
 * claim-code-expired.
 */
export function refuseClaim(
  enrolment: Enrolment | undefined,
  { codeHash, claimHash }: Claim,
  now: Instant,
): Rejected | undefined {
  if (!enrolment?.codeHash) return reject('claim-code-unknown');
  if (enrolment.wrongCodes >= MOST_WRONG_CODES) return reject('claim-code-locked');
  if (!equalBytes(enrolment.codeHash, codeHash)) return reject('claim-code-unknown');
  if (enrolment.claimHash) {
    return equalBytes(enrolment.claimHash, claimHash) ? undefined : reject('claim-code-used');
  }
  return now >= enrolment.expiresAt ? reject('claim-code-expired') : undefined;
}
