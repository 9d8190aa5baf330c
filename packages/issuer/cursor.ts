import { accept, reject, sha256, textBytes } from '@coinbox/protocol';
import type { Result, Signer } from '@coinbox/protocol';
import { createHmac, timingSafeEqual } from 'node:crypto';

/** Makes and reads the opaque `next` of a page. */
export interface Cursors {
  /** After entry `index`, in the list that `scope` names with its filters. */
  seal(scope: string, index: number): string;
  /** Rejects cursor-invalid: not one of ours, or of another list or filter. */
  open(scope: string, cursor: string): Result<number>;
}

const TAG_BYTES = 16;

/**
 * The secret is a signature that is shown to nobody: Ed25519 is deterministic, so that cursors
 * survive a restart.
 */
export function createCursors(signer: Signer): Cursors {
  const secret = sha256(signer.sign(textBytes('coinbox cursors')));
  const tagOf = (scope: string, index: string): Buffer =>
    createHmac('sha256', secret).update(`${scope}\n${index}`).digest().subarray(0, TAG_BYTES);
  return {
    seal: (scope, index) => `${index}.${tagOf(scope, `${index}`).toString('base64url')}`,
    open(scope, cursor) {
      const [, index, tag] = /^([0-9]{1,15})\.([A-Za-z0-9_-]{22})$/.exec(cursor) ?? [];
      if (index === undefined || tag === undefined) return reject('cursor-invalid');
      const given = Buffer.from(tag, 'base64url');
      const isOurs =
        given.toString('base64url') === tag && timingSafeEqual(given, tagOf(scope, index));
      return isOurs ? accept(Number(index)) : reject('cursor-invalid');
    },
  };
}
