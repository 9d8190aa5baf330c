import { computed, signal } from '@preact/signals';
import type { EventJson, Page, SummaryJson, WalletJson } from '@coinbox/protocol';
import { openStream, queryOf, read, token } from './api.ts';
import { NO_FLOWS, addToFlows } from './flows.ts';
import { createEventReader } from './server-events.ts';

/** One look at the money, for the chart. Amounts are minor units. */
export type Sample = { readonly at: number; readonly holding: bigint; readonly transit: bigint };

export const summary = signal<SummaryJson | undefined>(undefined);
/** When the issuer was last heard of, milliseconds since 1970. */
export const heardAt = signal(0);
export const isLive = signal(false);
/** Newest first. */
export const events = signal<readonly EventJson[]>([]);
export const flows = signal(NO_FLOWS);
/** The index from which on the flows are counted. */
export const since = signal(0);
export const samples = signal<readonly Sample[]>([]);
export const parked = signal<ReadonlySet<string>>(new Set());

/** Terminals, and those of them that are stopped: frozen, or their key revoked. */
export type TerminalCount = { readonly all: number; readonly stopped: number };
export const terminals = signal<TerminalCount | undefined>(undefined);

/** Money that stays in settlement wallets for longer than a settlement takes. */
const transitSince = signal<number | undefined>(undefined);
const STUCK_AFTER_MS = 5_000;
export const isStuck = computed(() => {
  const from = transitSince.value;
  return from !== undefined && heardAt.value - from > STUCK_AFTER_MS;
});
/** All accounts add up to nothing, or the ledger is wrong. */
export const isConserved = computed(() => summary.value?.difference === '0');

const MOST_EVENTS = 50;
const MOST_SAMPLES = 600;
/** How far back the flows are counted, entries. */
const LOOK_BACK = 5_000;
const PAGE_LINES = 500;
const POLL_EVERY_MS = 1_000;
const STREAM_AGAIN_MS = 2_000;
const COUNT_EVERY_TURNS = 30;
/** More terminals than these pages have are not counted. */
const MOST_WALLET_PAGES = 10;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function take(event: EventJson): void {
  events.value = [event, ...events.value].slice(0, MOST_EVENTS);
  flows.value = addToFlows(flows.value, event);
  if (event.type === 'settlement.parked') {
    const { session = event.data.group } = event.data;
    parked.value = new Set([...parked.value, session]);
  }
  if (event.type === 'settlement.posted' && event.data.session) {
    const left = new Set(parked.value);
    if (left.delete(event.data.session)) parked.value = left;
  }
}

async function look(): Promise<void> {
  const found = await read<SummaryJson>('/v1/summary');
  const at = Date.now();
  summary.value = found;
  heardAt.value = at;
  isLive.value = true;
  const transit = BigInt(found.settlement);
  transitSince.value = transit === 0n ? undefined : (transitSince.value ?? at);
  const sample = { at, holding: BigInt(found.holding), transit };
  samples.value = [...samples.value, sample].slice(-MOST_SAMPLES);
}

/** What happened lately, page by page, up to the head; gives the index of the last event. */
async function catchUp(after: number): Promise<number> {
  let last = after;
  for (;;) {
    const path = `/v1/events${queryOf({ after: last, limit: PAGE_LINES })}`;
    const { items } = await read<Page<EventJson>>(path);
    for (const event of items) take(event);
    last = items.at(-1)?.id ?? last;
    if (items.length < PAGE_LINES) return last;
  }
}

/** Follows the stream from an index on until it ends; gives the index of the last event. */
async function followStream(after: number, stopping: AbortSignal): Promise<number> {
  const stream = await openStream(after, stopping);
  if (!stream) return after;
  let last = after;
  const readEvents = createEventReader();
  const reader = stream.pipeThrough(new TextDecoderStream() as never).getReader();
  for (;;) {
    const { done, value } = (await reader.read()) as { done: boolean; value?: string };
    if (done) return last;
    for (const { data } of readEvents(value ?? '')) {
      const event = JSON.parse(data) as EventJson;
      if (event.id <= last) continue;
      take(event);
      last = event.id;
    }
  }
}

async function countTerminals(): Promise<void> {
  let [all, stopped] = [0, 0];
  let cursor: string | undefined;
  for (let pages = 0; pages < MOST_WALLET_PAGES; pages++) {
    const path = `/v1/wallets${queryOf({ limit: PAGE_LINES, cursor })}`;
    const { items, next } = await read<Page<WalletJson>>(path);
    const holding = items.filter(({ role }) => role === 'holding');
    all += holding.length;
    stopped += holding.filter(({ frozen, revoked }) => frozen || revoked).length;
    cursor = next;
    if (next === undefined) break;
  }
  terminals.value = { all, stopped };
}

async function keepLooking(stopping: AbortSignal): Promise<void> {
  for (let turn = 0; !stopping.aborted; turn++) {
    await look().catch(() => (isLive.value = false));
    if (turn % COUNT_EVERY_TURNS === 0) await countTerminals().catch(() => undefined);
    await pause(POLL_EVERY_MS);
  }
}

async function keepFollowing(stopping: AbortSignal): Promise<void> {
  let last = -1;
  while (!stopping.aborted) {
    try {
      if (last < 0) {
        const { as_of_index: head } = await read<SummaryJson>('/v1/summary');
        last = Math.max(0, head - LOOK_BACK);
        since.value = last;
      }
      last = await followStream(await catchUp(last), stopping);
    } catch {
      // The summary tells that nothing is heard of the issuer; here it is only asked again.
    }
    await pause(STREAM_AGAIN_MS);
  }
}

/** Follows the issuer for as long as somebody is signed in. Gives the way to stop. */
export function startLive(): () => void {
  const stopping = new AbortController();
  if (token.value === '') return () => undefined;
  events.value = [];
  flows.value = NO_FLOWS;
  void keepLooking(stopping.signal);
  void keepFollowing(stopping.signal);
  return () => stopping.abort();
}
