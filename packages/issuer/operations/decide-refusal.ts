// pure
import type { Entry } from '@coinbox/ledger';
import { isRejectionCode, reject } from '@coinbox/protocol';
import type { Asset, Refusal, Result, Signed } from '@coinbox/protocol';
import { refusalGroup } from '../accounts.ts';
import { CODES } from '../codes.ts';
import { encodeMemo } from '../memo.ts';
import { sameAgain, toPost } from './ruling.ts';
import type { Ruling } from './ruling.ts';

export type RefusalFacts = { readonly asset: Asset; readonly known: Entry | undefined };

/**
 * REFUSAL: kept with its bytes for a dispute; nothing moves. Rejects, in this order:
 * key-wrong-role, malformed-value.
 */
export function decideRefusal(refusal: Signed<Refusal>, facts: RefusalFacts): Result<Ruling> {
  const { body, signer, hash } = refusal;
  const { terminal, code, session, bill } = body;
  if (signer.body.wallet !== terminal) return reject('key-wrong-role', "another terminal's key");
  if (facts.known) return sameAgain(facts.known, hash);
  if (!isRejectionCode(code)) return reject('malformed-value', 'not a code of the rejection table');
  return toPost({
    id: refusalGroup(hash),
    code: CODES.refusal,
    fingerprint: hash,
    steps: [],
    claims: [refusalGroup(hash)],
    memo: encodeMemo({
      subject: hash,
      subjectTyp: 'coinbox.refusal',
      asset: facts.asset,
      from: terminal,
      session,
      bill,
      code,
      request: refusal.bytes,
    }),
  });
}
