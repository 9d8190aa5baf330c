import { toHex } from '@coinbox/protocol';
import type { WalletId } from '@coinbox/protocol';
import type { Target } from './outgoing.ts';

/** Where an outgoing message stands in the journal, and where it goes. */
export type OutboxRow = {
  readonly n: number;
  readonly place: number;
  readonly target: Target;
  /** Place in the order of uploads; 0 elsewhere. */
  readonly upload: number;
  readonly hash: Uint8Array;
  readonly provider: WalletId | null;
};

/**
 * The outbox as it is now, in order, without the messages themselves. It is asked for after every
 * event, so it is kept beside the table and not read from it.
 */
export interface OutboxIndex {
  add(row: OutboxRow): void;
  remove(target: Target, hash: Uint8Array): void;
  /** Oldest first; uploads by number. */
  first(target: Target, limit: number): OutboxRow[];
}

/** That of the journal, in which the numbers of uploads rise. */
const order = (a: OutboxRow, b: OutboxRow): number => a.n - b.n || a.place - b.place;

/** Starts with what the table holds. */
export function createOutboxIndex(rows: readonly OutboxRow[]): OutboxIndex {
  const byTarget: Record<Target, Map<string, OutboxRow>> = {
    issuer: new Map(),
    upload: new Map(),
    provider: new Map(),
  };
  const add = (row: OutboxRow): void => void byTarget[row.target].set(toHex(row.hash), row);
  // New rows come in order, so that a map keeps them in order.
  for (const row of [...rows].sort(order)) add(row);
  return {
    add,
    remove: (target, hash) => void byTarget[target].delete(toHex(hash)),
    first(target, limit) {
      const found: OutboxRow[] = [];
      for (const row of byTarget[target].values()) {
        if (found.length >= limit) break;
        found.push(row);
      }
      return found;
    },
  };
}
