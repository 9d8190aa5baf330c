import { accept, reject } from '@coinbox/protocol';
import type { Page, Result } from '@coinbox/protocol';
import type { Cursors } from './cursor.ts';
import type { Reader } from './read.ts';

/** The query of a request: names to texts; a name that came twice has a list. */
export type Query = Readonly<Record<string, unknown>>;

/** Where a page begins, how long it may be, and what the rest of the query asks for. */
export type Asked<F> = {
  readonly after: number;
  readonly limit: number;
  readonly filter: F;
  /** The list with its filter: what a cursor is bound to. */
  readonly scope: string;
};

type Filters = Readonly<Record<string, Reader<unknown>>>;
type FilterOf<R> = { readonly [K in keyof R]?: R[K] extends Reader<infer T> ? T : never };

const DEFAULT_LIMIT = 100;
const MOST_LIMIT = 500;

/**
 * The query of a list: `limit`, `cursor` and the given filters. Rejects: parameter-unknown,
 * parameter-invalid, cursor-invalid.
 */
export function readPageQuery<const R extends Filters>(
  list: string,
  query: Query,
  filters: R,
  cursors: Cursors,
): Result<Asked<FilterOf<R>>> {
  const { limit: asked, cursor, ...rest } = query;
  for (const [name, value] of Object.entries({ limit: asked, cursor })) {
    if (Array.isArray(value)) return reject('parameter-invalid', `${name} more than once`);
  }
  const read = readQuery(rest, filters);
  if (!read.ok) return read;
  const filter = read.value;
  const limit = readLimit(asked);
  if (!limit.ok) return limit;
  const named = Object.keys(filter).sort();
  const values: Readonly<Record<string, unknown>> = filter;
  const scope = [list, ...named.map((name) => `${name}=${String(values[name])}`)].join('&');
  const after = cursor === undefined ? accept(0) : cursors.open(scope, cursor as string);
  if (!after.ok) return after;
  return accept({ after: after.value, limit: limit.value, filter, scope });
}

function readLimit(value: unknown): Result<number> {
  if (value === undefined) return accept(DEFAULT_LIMIT);
  const limit = /^[1-9][0-9]{0,2}$/.test(value as string) ? Number(value) : 0;
  return limit >= 1 && limit <= MOST_LIMIT
    ? accept(limit)
    : reject('parameter-invalid', `limit is 1 to ${MOST_LIMIT}`);
}

/**
 * A query of the given parameters, each of which may be absent. Rejects: parameter-unknown,
 * parameter-invalid.
 */
export function readQuery<const R extends Filters>(query: Query, readers: R): Result<FilterOf<R>> {
  const found: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(query)) {
    if (!Object.hasOwn(readers, name)) return reject('parameter-unknown', name.slice(0, 40));
    if (typeof value !== 'string') return reject('parameter-invalid', `${name} more than once`);
    const read = (readers[name] as Reader<unknown>)(value);
    if (!read.ok) return reject('parameter-invalid', name);
    found[name] = read.value;
  }
  return accept(found as FilterOf<R>);
}

/** A query that takes nothing. Rejects parameter-unknown. */
export function noQuery(query: Query): Result<void> {
  const [name] = Object.keys(query);
  return name === undefined ? accept(undefined) : reject('parameter-unknown', name.slice(0, 40));
}

/** A page. `last` is the index that was looked at last, where more may follow. */
export function pageOf<T>(
  items: readonly T[],
  asOf: number,
  last: number | undefined,
  scope: string,
  cursors: Cursors,
): Page<T> {
  const next = last === undefined ? {} : { next: cursors.seal(scope, last) };
  return { items, ...next, as_of_index: asOf };
}
