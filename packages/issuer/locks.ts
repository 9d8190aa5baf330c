/**
 * Work that must not overlap, by key. Nothing of it outlives the program: the ledger is what is
 * durable.
 */
export interface Locks {
  /**
   * Runs `work` when all that was asked for earlier on any of `keys` has ended. All keys are queued
   * on at once, so that no two calls can wait for each other.
   */
  run<T>(keys: readonly string[], work: () => Promise<T>): Promise<T>;
}

export function createLocks(): Locks {
  const last = new Map<string, Promise<void>>();
  return {
    async run(keys, work) {
      const before = keys.map((key) => last.get(key));
      const ended = Promise.withResolvers<void>();
      for (const key of keys) last.set(key, ended.promise);
      await Promise.all(before);
      try {
        return await work();
      } finally {
        for (const key of keys) if (last.get(key) === ended.promise) last.delete(key);
        ended.resolve();
      }
    },
  };
}

/**
 * Locks that other issuers keep to as well: first those of this program, then `shared`, and when
 * both are had, `follow` brings in what the others have done under them.
 */
export const shareLocks = (own: Locks, shared: Locks, follow: () => Promise<void>): Locks => ({
  run: (keys, work) =>
    own.run(keys, () =>
      shared.run(keys, async () => {
        await follow();
        return work();
      }),
    ),
});
