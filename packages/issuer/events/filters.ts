// pure
import { accept, reject } from '@coinbox/protocol';
import type { Result } from '@coinbox/protocol';
import { id } from '../read.ts';
import type { Reader } from '../read.ts';
import type { EventFilter } from './event.ts';

const eventType: Reader<string> = (value) =>
  typeof value === 'string' && /^[a-z][a-z-]{0,31}(?:\.[a-z][a-z-]{0,31})?$/.test(value)
    ? accept(value)
    : reject('parameter-invalid', 'a type as refund.posted, or its first word');

/** The index of a ledger entry as digits, at most 15 of them. */
export const entryIndex: Reader<number> = (value) =>
  typeof value === 'string' && /^(?:0|[1-9][0-9]{0,14})$/.test(value)
    ? accept(Number(value))
    : reject('parameter-invalid', 'an index');

/** How the parameters are read that choose among events. */
export const EVENT_FILTERS = {
  type: eventType,
  session: id('session'),
  wallet: id('wallet'),
} as const;

/** Where a stream begins, and what it is about. */
export type StreamStart = { readonly after?: number; readonly filter: EventFilter };

/**
 * The query of the stream; `Last-Event-ID`, where there is one, stands above `after`. Rejects:
 * parameter-unknown, parameter-invalid.
 */
export function readStreamQuery(
  query: Readonly<Record<string, unknown>>,
  lastEventId: string | undefined,
): Result<StreamStart> {
  const filter: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(query)) {
    if (name === 'after') continue;
    if (!Object.hasOwn(EVENT_FILTERS, name)) return reject('parameter-unknown', name.slice(0, 40));
    const read = EVENT_FILTERS[name as keyof typeof EVENT_FILTERS](value);
    if (!read.ok) return reject('parameter-invalid', name);
    filter[name] = read.value;
  }
  const from = lastEventId ?? query['after'];
  if (from === undefined) return accept({ filter });
  const after = entryIndex(from);
  const name = lastEventId === undefined ? 'after' : 'Last-Event-ID';
  return after.ok ? accept({ after: after.value, filter }) : reject('parameter-invalid', name);
}
