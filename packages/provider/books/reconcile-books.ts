import type { Instant } from '@coinbox/protocol';
import { createReconciler } from './reconciler.ts';
import type { BookLine, Break, DayBook, ReconcilerOptions } from './reconciler.ts';

/** A side of the books: its lines in the order of time. */
export type BookSide = {
  readonly side: string;
  readonly lines: Iterable<BookLine> | AsyncIterable<BookLine>;
};

/** What has come out of it. */
export type BooksCompared = {
  /** Movements on which all sides agree. */
  readonly agreed: number;
  readonly breaks: readonly Break[];
  readonly days: ReadonlyMap<string, DayBook>;
  /** Movements that lack a side and are younger than the time of grace. */
  readonly open: number;
};

const DAY_MS = 86_400_000;
/** Settled within a day of the bill, and complete within a week. */
export const BOOK_PACE = { graceMs: 7 * DAY_MS, apartMs: DAY_MS } as const;
/** Lines between two looks at what has waited too long. */
const LOOK_EVERY = 4_096;

/**
 * Reads all sides in step, each time the oldest line that is at hand, so that no side has to be in
 * memory. `until`: what is still young then is open, not broken; default: the books are closed, and
 * nothing is. Throws what a side throws.
 */
export async function reconcileBooks(
  sides: readonly BookSide[],
  pace: Omit<ReconcilerOptions, 'sides'> = BOOK_PACE,
  until?: Instant,
): Promise<BooksCompared> {
  const reconciler = createReconciler({ sides: sides.map(({ side }) => side), ...pace });
  const breaks: Break[] = [];
  const readers = sides.map(({ side, lines }) => ({ side, next: nextOf(lines) }));
  const heads = await Promise.all(readers.map(async ({ next }) => next()));
  for (let count = 1; ; count++) {
    const oldest = oldestOf(heads);
    const line = heads[oldest];
    const reader = readers[oldest];
    if (!line || !reader) break;
    reconciler.add(reader.side, line);
    const following = reader.next();
    heads[oldest] = following instanceof Promise ? await following : following;
    if (count % LOOK_EVERY !== 0) continue;
    reconciler.advance(line.at);
    for (const found of reconciler.takeBreaks()) breaks.push(found);
  }
  if (until !== undefined) reconciler.advance(until);
  const { open } = reconciler;
  if (until === undefined) reconciler.finish();
  for (const found of reconciler.takeBreaks()) breaks.push(found);
  let agreed = 0;
  for (const day of reconciler.days.values()) agreed += day.agreed;
  return { agreed, breaks, days: reconciler.days, open: until === undefined ? 0 : open };
}

/** The place of the oldest line; of none where all sides have ended. */
function oldestOf(heads: readonly (BookLine | undefined)[]): number {
  let oldest = -1;
  let at = Infinity as Instant;
  for (const [place, line] of heads.entries()) {
    if (!line || line.at >= at) continue;
    oldest = place;
    at = line.at;
  }
  return oldest;
}

type Next = () => BookLine | undefined | Promise<BookLine | undefined>;

/** What is in memory is not waited for: a promise a line costs more than the comparison. */
function nextOf(lines: BookSide['lines']): Next {
  if (Symbol.iterator in lines) {
    const iterator = lines[Symbol.iterator]();
    return () => {
      const { value, done } = iterator.next();
      return done ? undefined : (value as BookLine);
    };
  }
  const iterator = lines[Symbol.asyncIterator]();
  return async () => {
    const { value, done } = await iterator.next();
    return done ? undefined : (value as BookLine);
  };
}
