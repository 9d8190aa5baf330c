import type { Ledger } from '@coinbox/ledger';
import type { Asset, EventJson } from '@coinbox/protocol';
import { eventOf } from './event.ts';

/** Events that are read at once. */
export const EVENTS_AT_ONCE = 250;
/** How often the end of the log is looked at while somebody waits for it to move. */
const LOOK_EVERY_MS = 200;

/**
 * The events of a ledger, for whoever follows it. It keeps no list of them: everybody reads at a
 * pace of their own, and who is slow holds nobody up.
 */
export interface EventHub {
  /** Index of the last event. */
  head(): Promise<number>;
  /** Events after `after`, at most EVENTS_AT_ONCE: fewer are all there are. */
  read(after: number): Promise<readonly EventJson[]>;
  /**
   * Resolves with true when there are events after `after`, with false after `ms` milliseconds, or
   * when `signal` or the hub ends it.
   */
  wait(after: number, ms: number, signal?: AbortSignal): Promise<boolean>;
  /** Aborted by `close`. */
  readonly closed: AbortSignal;
  close(): void;
}

/** A hub over what a ledger has recorded. Its reads throw Fault as the ledger's do. */
export function createEventHub(ledger: Pick<Ledger, 'head' | 'entries'>, asset: Asset): EventHub {
  const closing = new AbortController();
  const waiting = new Set<{ readonly after: number; wake(isNews: boolean): void }>();
  let timer: NodeJS.Timeout | undefined;
  // Those who follow the end of the log all ask for the same events.
  let last: { readonly after: number; readonly events: Promise<readonly EventJson[]> } | undefined;

  async function look(): Promise<void> {
    const index = await ledger.head().then(
      (head) => head.index,
      () => Infinity, // whoever waits reads, and meets the fault itself
    );
    for (const one of waiting) if (index > one.after) one.wake(true);
    timer = waiting.size > 0 ? setTimeout(() => void look(), LOOK_EVERY_MS).unref() : undefined;
  }

  return {
    head: async () => (await ledger.head()).index,
    read(after) {
      if (last?.after === after) return last.events;
      const events = ledger
        .entries({ after, limit: EVENTS_AT_ONCE })
        .then(({ items }) => items.map((entry) => eventOf(entry, asset)));
      return events.then((found) => {
        if (found.length > 0) last = { after, events };
        return found;
      });
    },
    wait: (after, ms, signal) =>
      new Promise((resolve) => {
        const stop = (): void => one.wake(false);
        const deadline = setTimeout(stop, ms).unref();
        const ending = [closing.signal, ...(signal ? [signal] : [])];
        const one = {
          after,
          wake(isNews: boolean): void {
            clearTimeout(deadline);
            waiting.delete(one);
            for (const end of ending) end.removeEventListener('abort', stop);
            resolve(isNews);
          },
        };
        for (const end of ending) end.addEventListener('abort', stop);
        if (ending.some(({ aborted }) => aborted)) return stop();
        waiting.add(one);
        timer ??= setTimeout(() => void look(), LOOK_EVERY_MS).unref();
      }),
    closed: closing.signal,
    close() {
      clearTimeout(timer);
      closing.abort();
    },
  };
}
