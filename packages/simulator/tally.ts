// pure

/** How often each situation was reached, by name. */
export interface Tally {
  count(situation: string): void;
  readonly counts: ReadonlyMap<string, number>;
  /** Adds what another one has counted. */
  add(counts: Iterable<readonly [string, number]>): void;
}

export function createTally(): Tally {
  const counts = new Map<string, number>();
  const bump = (situation: string, by: number): void =>
    void counts.set(situation, (counts.get(situation) ?? 0) + by);
  return {
    counts,
    count: (situation) => bump(situation, 1),
    add(more) {
      for (const [situation, by] of more) bump(situation, by);
    },
  };
}
