import type { Entry } from '../../entry.ts';

/** The entries of the last commits: they never change, and who has posted one asks for it next. */
export interface RecentEntries {
  /** Takes what follows on the entries it has. */
  keep(entries: readonly Entry[]): void;
  entry(index: number): Entry | undefined;
  /** The first `limit` of all that follow on `after`; undefined where some of them are older. */
  following(after: number, limit: number): readonly Entry[] | undefined;
}

/** Keeps `most` entries at least, once there are so many, and twice as many at most. */
export function createRecentEntries(most: number): RecentEntries {
  let kept: Entry[] = [];
  const first = (): number => kept[0]?.index ?? Number.POSITIVE_INFINITY;
  return {
    keep(entries) {
      kept.push(...entries);
      if (kept.length > 2 * most) kept = kept.slice(-most);
    },
    entry: (index) => kept[index - first()],
    following(after, limit) {
      const from = after + 1 - first();
      return from < 0 ? undefined : kept.slice(from, from + limit);
    },
  };
}
