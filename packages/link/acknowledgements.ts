// pure
import type { WalletId } from '@coinbox/protocol';

/** Acknowledgements in one envelope (spec/12-link.md). */
export const MOST_ACKNOWLEDGED = 16;
/**
 * Those that wait for one peer. What finds no room is asked for again by the repeat of its message.
 */
const MOST_WAITING = 1024;

/** Acknowledgements that wait for an envelope to go with. */
export interface Acknowledgements {
  add(peer: WalletId, hash: Uint8Array): void;
  /** Up to 16 for one envelope; none when nothing waits. */
  take(peer: WalletId): readonly Uint8Array[];
  /** Everything, in portions for one envelope each. */
  takeAll(): Iterable<readonly [WalletId, readonly Uint8Array[]]>;
}

export function createAcknowledgements(): Acknowledgements {
  const waiting = new Map<WalletId, Uint8Array[]>();
  const take = (peer: WalletId): readonly Uint8Array[] => {
    const hashes = waiting.get(peer);
    if (!hashes) return [];
    const taken = hashes.splice(0, MOST_ACKNOWLEDGED);
    if (hashes.length === 0) waiting.delete(peer);
    return taken;
  };
  return {
    add(peer, hash) {
      const hashes = waiting.get(peer);
      if (!hashes) waiting.set(peer, [hash]);
      else if (hashes.length < MOST_WAITING) hashes.push(hash);
    },
    take,
    *takeAll() {
      for (const peer of waiting.keys()) {
        for (let some = take(peer); some.length > 0; some = take(peer)) yield [peer, some] as const;
      }
    },
  };
}
