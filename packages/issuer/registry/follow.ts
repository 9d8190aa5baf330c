import { MAX_PAGE } from '@coinbox/ledger';
import type { Ledger } from '@coinbox/ledger';
import { Fault } from '@coinbox/protocol';
import type { Registry } from './registry.ts';

const PAGE = MAX_PAGE;

/**
 * Reads into the registry what of the log it has not seen. Throws Fault ledger-corrupt where the
 * log ends before what the registry has applied: the ledger was restored from an older state than
 * the records, or lost entries in a fail-over.
 */
export async function catchUp(
  ledger: Pick<Ledger, 'entries'>,
  registry: Pick<Registry, 'appliedIndex' | 'note'>,
): Promise<void> {
  for (;;) {
    const after = registry.appliedIndex;
    const { items, asOf } = await ledger.entries({ after, limit: PAGE });
    if (asOf < after) {
      throw new Fault('ledger-corrupt', `the log ends at ${asOf}, the records are at ${after}`);
    }
    for (const entry of items) registry.note(entry);
    if (items.length < PAGE) return;
  }
}

/**
 * A function that resolves when the registry has seen all that was in the log at the call, whoever
 * posted it. Calls that come while a reading is under way share the next one: under load there is
 * one reading at a time.
 */
export function createFollower(
  ledger: Pick<Ledger, 'entries'>,
  registry: Pick<Registry, 'appliedIndex' | 'note'>,
): () => Promise<void> {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;

  async function read(before: Promise<void> | undefined): Promise<void> {
    // The fault of the reading before was thrown to those who had asked for it.
    await before?.catch(() => undefined);
    running = next;
    next = undefined;
    try {
      await catchUp(ledger, registry);
    } finally {
      if (!next) running = undefined;
    }
  }
  return () => (next ??= read(running));
}
