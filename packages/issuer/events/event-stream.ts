import type { EventJson } from '@coinbox/protocol';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { fitsFilter } from './event.ts';
import { EVENTS_AT_ONCE } from './event-hub.ts';
import type { EventHub } from './event-hub.ts';
import type { StreamStart } from './filters.ts';

/** How soon a reader that lost its connection comes back. */
const RETRY_MS = 2_000;

export type StreamPace = {
  /** Silence after which a sign of life is sent. */
  readonly heartbeatMs: number;
  /** A reader that takes nothing for so long is let go of. */
  readonly patienceMs: number;
};

export const STREAM_PACE: StreamPace = { heartbeatMs: 15_000, patienceMs: 60_000 };

/** An event as a server-sent event; its id is the index of the ledger entry. */
const frameOf = (event: EventJson): string =>
  `id: ${event.id}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;

/**
 * Writes events to an answer whose head was sent, from `start.after` on, until the reader or the
 * hub closes. A block with an id and no data moves the reader's Last-Event-ID on, where it was
 * asked for a few events only (HTML, "Server-sent events"). Throws Fault as the ledger does.
 */
export async function streamEvents(
  response: ServerResponse,
  hub: EventHub,
  start: StreamStart & { readonly after: number },
  { heartbeatMs, patienceMs }: StreamPace = STREAM_PACE,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const isOver = (): boolean => hub.closed.aborted || response.destroyed;
  const send = async (text: string): Promise<void> => {
    if (text === '' || isOver() || response.write(text)) return;
    const signal = AbortSignal.any([gone.signal, hub.closed, AbortSignal.timeout(patienceMs)]);
    await once(response, 'drain', { signal }).catch(() => response.destroy());
  };

  let position = start.after;
  let told = position;
  await send(`retry: ${RETRY_MS}\nid: ${position}\n\n`);
  while (!isOver()) {
    const events = await hub.read(position);
    const fitting = events.filter((event) => fitsFilter(event, start.filter));
    position = events.at(-1)?.id ?? position;
    told = fitting.at(-1)?.id ?? told;
    await send(fitting.map(frameOf).join(''));
    if (events.length === EVENTS_AT_ONCE) continue;
    if (await hub.wait(position, heartbeatMs, gone.signal)) continue;
    await send(told < position ? `id: ${position}\n\n` : ': still here\n\n');
    told = position;
  }
  response.end();
}
