import type { Entry, Ledger } from '@coinbox/ledger';

/**
 * Entries of one code read at a time, and entries looked at for one page: a rare filter gives short
 * pages, never slow ones.
 */
const CHUNK = 250;
const MOST_SCANNED = 5_000;

export type Scanned = {
  readonly items: readonly Entry[];
  /** Where the next page begins; undefined at the end of the log. */
  readonly last: number | undefined;
  readonly asOf: number;
};

/**
 * Entries with one of `codes` after `after` that `keep` wants, by rising index, at most `limit`.
 */
export async function scanEntries(
  ledger: Pick<Ledger, 'entries'>,
  codes: readonly (string | undefined)[],
  after: number,
  limit: number,
  keep: (entry: Entry) => boolean,
): Promise<Scanned> {
  const items: Entry[] = [];
  let position = after;
  let asOf = 0;
  for (let scanned = 0; scanned < MOST_SCANNED;) {
    const stretch = await readStretch(ledger, codes, position);
    asOf ||= stretch.asOf;
    // A later stretch may see entries that are newer than the page: they are not of it.
    const entries = stretch.entries.filter(({ index }) => index <= asOf);
    const isEnd = stretch.isEnd || entries.length < stretch.entries.length;
    for (const [at, entry] of entries.entries()) {
      position = entry.index;
      scanned += 1;
      if (keep(entry)) items.push(entry);
      if (items.length < limit) continue;
      const isLast = isEnd && at === entries.length - 1;
      return { items, last: isLast ? undefined : position, asOf };
    }
    if (isEnd) return { items, last: undefined, asOf };
  }
  return { items, last: position, asOf };
}

/**
 * The entries of all codes up to the point to which every code has been read; one more of each
 * shows whether any follow.
 */
async function readStretch(
  ledger: Pick<Ledger, 'entries'>,
  codes: readonly (string | undefined)[],
  after: number,
) {
  const pages = await Promise.all(
    codes.map((code) =>
      ledger.entries({ after, limit: CHUNK + 1, ...(code !== undefined && { code }) }),
    ),
  );
  const bound = Math.min(
    ...pages.map(({ items }) => (items.length > CHUNK ? (items[CHUNK - 1]?.index ?? 0) : Infinity)),
  );
  const entries = pages
    .flatMap(({ items }) => items)
    .filter(({ index }) => index <= bound)
    .sort((a, b) => a.index - b.index);
  const asOf = Math.min(...pages.map((page) => page.asOf));
  return { entries, isEnd: bound === Infinity, asOf };
}
