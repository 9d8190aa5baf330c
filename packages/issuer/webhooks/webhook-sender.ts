import type { Clock, EventJson, Instant, Signer } from '@coinbox/protocol';
import { fitsFilter } from '../events/event.ts';
import type { EventHub } from '../events/event-hub.ts';
import type { Post } from './post.ts';
import { decideOutcome } from './retry.ts';
import type { Attempt } from './retry.ts';
import { signedRequest } from './signed-request.ts';
import { readWebhookUrl } from './target.ts';
import { filterOf } from './webhook-store.ts';
import type { DeadLetter, Webhook, WebhookStore } from './webhook-store.ts';

export type WebhookSenderParts = {
  readonly store: WebhookStore;
  readonly hub: EventHub;
  readonly signer: Signer;
  readonly clock: Clock;
  readonly post: Post;
  /** 0 to 1. */
  readonly chance: () => number;
  /** http and private addresses may be used. */
  readonly anywhere: boolean;
  /** Waits between attempts, milliseconds. Default: those of RETRY_WAITS. */
  readonly waits?: readonly number[];
  /** The ledger or the store has failed: for a log. */
  readonly failed: (failure: unknown) => void;
};

/** Sends events to the endpoints of a store, to each in the order of the ledger. */
export interface WebhookSender {
  /** Looks at the store again: an endpoint was added or removed, or a replay asked for. */
  wake(): void;
  /** Cuts off what is under way, and resolves when nothing is. */
  close(): Promise<void>;
}

/** How long an endpoint sleeps at most before it is looked at again. */
const SLEEP_MS = 60_000;

/**
 * One loop for each endpoint that is active. An event is done with when the endpoint has it, or
 * when it was tried for three days and is a dead letter: then the next one follows.
 */
export function createWebhookSender(parts: WebhookSenderParts): WebhookSender {
  const { store, hub, failed } = parts;
  const running = new Map<string, Loop>();
  const start = (webhook: string): void => {
    const loop: Loop = { stop: new AbortController(), pause: new AbortController() };
    running.set(webhook, loop);
    loop.done = follow(parts, webhook, loop)
      .catch(failed)
      .finally(() => running.delete(webhook));
  };
  const sender: WebhookSender = {
    wake() {
      if (hub.closed.aborted) return;
      const active = store.list().filter(({ state }) => state === 'active');
      const names = new Set(active.map(({ webhook }) => webhook));
      for (const [webhook, { stop }] of running) if (!names.has(webhook)) stop.abort();
      for (const webhook of names) {
        const loop = running.get(webhook);
        if (loop) loop.pause.abort();
        else start(webhook);
      }
    },
    async close() {
      for (const { stop } of running.values()) stop.abort();
      await Promise.all([...running.values()].map(({ done }) => done));
    },
  };
  sender.wake();
  return sender;
}

/** The work on one endpoint. `pause` ends the wait that it is in. */
type Loop = { readonly stop: AbortController; pause: AbortController; done?: Promise<void> };

async function follow(parts: WebhookSenderParts, name: string, loop: Loop): Promise<void> {
  const { store, hub, clock } = parts;
  const { signal } = loop.stop;
  const wait = async (after: number, ms: number): Promise<void> => {
    const paused = loop.pause.signal;
    await hub.wait(after, ms, AbortSignal.any([signal, paused]));
    if (paused.aborted) loop.pause = new AbortController();
  };
  while (!signal.aborted && !hub.closed.aborted) {
    const webhook = store.find(name);
    if (webhook?.state !== 'active') return;
    await sendAgain(parts, webhook, signal);
    const early = webhook.nextAt - clock.now();
    if (early > 0) {
      await wait(Infinity, Math.min(early, SLEEP_MS));
      continue;
    }
    const events = await hub.read(webhook.position);
    const next = events.find((event) => fitsFilter(event, filterOf(webhook)));
    const last = events.at(-1);
    if (signal.aborted) return;
    if (next) await deliver(parts, webhook, next, signal);
    else if (last) store.move({ ...webhook, position: last.id });
    else await wait(webhook.position, SLEEP_MS);
  }
}

/** One attempt with the event that is next. */
async function deliver(
  parts: WebhookSenderParts,
  webhook: Webhook,
  event: EventJson,
  signal: AbortSignal,
): Promise<void> {
  const { store, clock, chance, waits } = parts;
  const attempt = await attemptOf(parts, webhook, event, signal);
  // What was cut off is no attempt: it is made again after the next start.
  if (signal.aborted && attempt.status === undefined) return;
  const number = webhook.attempts + 1;
  const outcome = decideOutcome(attempt, number, chance(), waits);
  const done = { ...webhook, position: event.id, attempts: 0, nextAt: 0 as Instant };
  const at = clock.now();
  if (outcome.kind === 'delivered') return store.move(done);
  if (outcome.kind === 'dead') return store.move(done, letterOf(event, at, attempt));
  if (outcome.kind === 'disable') return store.move({ ...webhook, state: 'disabled' });
  const nextAt = (at + outcome.afterMs) as Instant;
  return store.move({ ...webhook, attempts: number, nextAt });
}

/** Dead letters that an operator wants sent once more: one attempt each. */
async function sendAgain(
  parts: WebhookSenderParts,
  webhook: Webhook,
  signal: AbortSignal,
): Promise<void> {
  const { store, hub, clock } = parts;
  for (const number of store.again(webhook.webhook, 100)) {
    if (signal.aborted) return;
    const event = (await hub.read(number - 1)).find(({ id }) => id === number);
    if (!event) continue;
    const attempt = await attemptOf(parts, webhook, event, signal);
    if (signal.aborted && attempt.status === undefined) return;
    const isDelivered = decideOutcome(attempt, 1, 0, []).kind === 'delivered';
    const dead = isDelivered ? undefined : letterOf(event, clock.now(), attempt);
    store.replayed(webhook.webhook, number, dead);
  }
}

async function attemptOf(
  { clock, signer, post, anywhere }: WebhookSenderParts,
  { url }: Webhook,
  event: EventJson,
  signal: AbortSignal,
): Promise<Attempt> {
  const target = readWebhookUrl(url, anywhere);
  if (!target.ok) return { error: target.rejection.code };
  return post(target.value, signedRequest(event, clock.now(), signer), signal);
}

const letterOf = ({ id }: EventJson, at: Instant, { status, error }: Attempt): DeadLetter => ({
  event: id,
  at,
  cause: error ?? `status ${status}`,
});
