// pure
import type { Entry, TransferGroup } from '@coinbox/ledger';
import { accept, equalBytes, reject } from '@coinbox/protocol';
import type { Accepted, Result } from '@coinbox/protocol';

/**
 * What a decision comes to when it is not a "no": a group to post, or the entry that answered the
 * same message before.
 */
export type Ruling =
  | { readonly kind: 'post'; readonly group: TransferGroup }
  | { readonly kind: 'answer'; readonly entry: Entry };

export const toPost = (group: TransferGroup): Accepted<Ruling> => accept({ kind: 'post', group });

export const toAnswer = (entry: Entry): Accepted<Ruling> => accept({ kind: 'answer', entry });

/**
 * An id that is known: the same message gets the same answer, another one is refused. Rejects
 * id-reused.
 */
export const sameAgain = (known: Entry, hash: Uint8Array): Result<Ruling> =>
  equalBytes(known.fingerprint, hash) ? toAnswer(known) : reject('id-reused');
