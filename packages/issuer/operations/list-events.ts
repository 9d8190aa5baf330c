import type { Entry } from '@coinbox/ledger';
import { accept } from '@coinbox/protocol';
import type { EventJson, Page, Result } from '@coinbox/protocol';
import type { Call, Context } from '../context.ts';
import { eventOf, fitsFilter } from '../events/event.ts';
import { EVENT_FILTERS, entryIndex } from '../events/filters.ts';
import { pageOf, readPageQuery } from '../page.ts';
import { scanEntries } from './scan.ts';

/**
 * What has happened, by rising index, those after `after` at first and then by cursor. Rejects:
 * parameter-unknown, parameter-invalid, cursor-invalid.
 */
export async function listEvents(
  { ledger, cursors, asset }: Context,
  call: Call,
): Promise<Result<Page<EventJson>>> {
  const filters = { ...EVENT_FILTERS, after: entryIndex };
  const asked = readPageQuery('events', call.query, filters, cursors);
  if (!asked.ok) return asked;
  const { limit, filter, scope } = asked.value;
  const after = Math.max(asked.value.after, filter.after ?? 0);
  const keep = (entry: Entry): boolean => fitsFilter(eventOf(entry, asset), filter);
  const { items, last, asOf } = await scanEntries(ledger, [undefined], after, limit, keep);
  const events = items.map((entry) => eventOf(entry, asset));
  return accept(pageOf(events, asOf, last, scope, cursors));
}
