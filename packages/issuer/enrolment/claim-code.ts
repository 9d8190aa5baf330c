import { parseId, sha256, textBytes } from '@coinbox/protocol';
import type { ProposalId } from '@coinbox/protocol';

/** Letters and digits that are not taken for each other (Crockford's base 32). */
const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
/** 16 letters of 5 bits: 80 bits that nobody guesses in five attempts. */
export const SECRET_LETTERS = 16;

/** Makes the code of an enrolment out of random bytes, one for each letter of its secret. */
export function makeClaimCode(proposal: ProposalId, random: Uint8Array): string {
  const secret = [...random.subarray(0, SECRET_LETTERS)].map((byte) => LETTERS[byte % 32]).join('');
  return [proposal.slice('prp_'.length), ...(secret.match(/.{4}/g) ?? [])].join('-');
}

/** A code as it is hashed and signed: without spaces, in capitals. */
export const plainCode = (text: string): string => text.replaceAll(/\s/g, '').toUpperCase();

/** Which enrolment a code is of; `undefined` where it has not the form of one. */
export function proposalOfCode(code: string): ProposalId | undefined {
  const [, id] = /^([0-9A-Z]{26})(?:-[0-9A-HJKMNP-TV-Z]{4}){4}$/.exec(code) ?? [];
  const proposal = parseId('proposal', `prp_${id}`);
  return proposal.ok ? proposal.value : undefined;
}

/** What is kept of a code. */
export const hashOfCode = (code: string): Uint8Array => sha256(textBytes(`coinbox-claim ${code}`));
