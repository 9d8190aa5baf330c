import { encodeCbor, equalBytes, sha256 } from '@coinbox/protocol';
import type { Instant, Rejection } from '@coinbox/protocol';
import type { DatabaseSync } from 'node:sqlite';

/** A keyed request, as far as its key goes. */
export type Keyed = {
  readonly key: string;
  readonly method: string;
  readonly path: string;
  readonly person: string;
  readonly body: Uint8Array;
};

/** An answer as it was given. */
export type Stored = { readonly status: number; readonly body: string };

export type Admission =
  | { readonly kind: 'new'; keep(answer: Stored, at: Instant): void; end(): void }
  | { readonly kind: 'replay'; readonly answer: Stored }
  | { readonly kind: 'refused'; readonly rejection: Rejection };

/**
 * Keys are kept for 30 days. Money is safe beyond that: a movement's own id is its key for ever.
 */
const KEPT_MS = 30 * 86_400_000;

/** Checks the header Idempotency-Key. Rejects: idempotency-key-missing, idempotency-key-invalid. */
export function checkKey(header: string | readonly string[] | undefined): Rejection | undefined {
  if (header === undefined) return { code: 'idempotency-key-missing' };
  const isValid = typeof header === 'string' && /^[\x21-\x7e]{1,255}$/.test(header);
  return isValid ? undefined : { code: 'idempotency-key-invalid' };
}

/**
 * Remembers the answers to keyed requests. The key counts together with method, path and person:
 * nobody meets the keys of another.
 */
export function createAnswers(database: DatabaseSync) {
  const find = database.prepare('SELECT * FROM answers WHERE scope = ?');
  const add = database.prepare('INSERT OR IGNORE INTO answers VALUES (?, ?, ?, ?, ?)');
  const forget = database.prepare('DELETE FROM answers WHERE at < ?');
  const underWay = new Set<string>();
  return {
    /** The caller that is told `new` ends what it began. */
    admit({ key, method, path, person, body }: Keyed): Admission {
      const scope = Buffer.from(sha256(encodeCbor([method, path, person, key]))).toString('hex');
      const bodyHash = sha256(body);
      const row = find.get(scope);
      if (row && !equalBytes(row['body_hash'] as Uint8Array, bodyHash)) {
        return { kind: 'refused', rejection: { code: 'idempotency-key-reused' } };
      }
      if (row) {
        const answer = { status: row['status'] as number, body: row['body'] as string };
        return { kind: 'replay', answer };
      }
      if (underWay.has(scope)) {
        return { kind: 'refused', rejection: { code: 'idempotency-in-progress' } };
      }
      underWay.add(scope);
      return {
        kind: 'new',
        keep(answer, at) {
          forget.run(at - KEPT_MS);
          add.run(scope, bodyHash, answer.status, answer.body, at);
        },
        end: () => void underWay.delete(scope),
      };
    },
  };
}
export type Answers = ReturnType<typeof createAnswers>;
