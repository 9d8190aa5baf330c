import { accept, reject } from '@coinbox/protocol';
import type { Instant, Result, Signer } from '@coinbox/protocol';
import type { EventHub } from '../events/event-hub.ts';
import { EVENT_FILTERS } from '../events/filters.ts';
import { needed, object, optional, text, whole } from '../read.ts';
import { publicKeyText } from './signed-request.ts';
import { readWebhookUrl } from './target.ts';
import type { WebhookSender } from './webhook-sender.ts';
import type { DeadLetter, Webhook, WebhookStore } from './webhook-store.ts';

/** Endpoints that an issuer sends to. */
const MOST_WEBHOOKS = 64;

export type WebhookDeskParts = {
  readonly store: WebhookStore;
  readonly sender: Pick<WebhookSender, 'wake'>;
  readonly hub: Pick<EventHub, 'head'>;
  readonly signer: Signer;
  readonly anywhere: boolean;
};

/** An endpoint as operators see it. */
export type WebhookJson = {
  readonly webhook: string;
  readonly url: string;
  readonly type?: string;
  readonly state: 'active' | 'disabled';
  readonly person: string;
  readonly position: number;
  readonly attempts: number;
  readonly next_at?: string;
};

const name = (value: unknown) =>
  typeof value === 'string' && /^[a-z0-9][a-z0-9-]{0,39}$/.test(value)
    ? accept(value)
    : reject('parameter-invalid', 'a name of a–z, 0–9 and -');

const readAddition = object({
  webhook: needed(name),
  url: needed(text),
  type: optional(EVENT_FILTERS.type),
  after: optional(whole),
});
const readReplay = object({ from: needed(whole), to: needed(whole) });

/** What operators do with endpoints. One person is enough: an endpoint moves no money. */
export type WebhookDesk = ReturnType<typeof createWebhookDesk>;

export function createWebhookDesk({ store, sender, hub, signer, anywhere }: WebhookDeskParts) {
  const found = (webhook: string): Result<Webhook> => {
    const known = store.find(webhook);
    return known ? accept(known) : reject('not-found');
  };
  return {
    /**
     * Begins with what happens next, or after the event `after`. Rejects: malformed-…,
     * parameter-invalid, webhook-url-forbidden, id-reused, overloaded (too many).
     */
    async add(body: unknown, person: string): Promise<Result<WebhookJson>> {
      const read = readAddition(body);
      if (!read.ok) return read;
      const { webhook, url, type, after } = read.value;
      const target = readWebhookUrl(url, anywhere);
      if (!target.ok) return target;
      const known = store.find(webhook);
      const isSame = known?.url === target.value.href && known.type === type;
      if (known) return isSame ? accept(jsonOf(known)) : reject('id-reused');
      if (store.list().length >= MOST_WEBHOOKS) return reject('overloaded', 'too many webhooks');
      const head = await hub.head();
      if (after !== undefined && after > head) return reject('parameter-invalid', 'after');
      const added: Webhook = {
        webhook,
        url: target.value.href,
        ...(type !== undefined && { type }),
        state: 'active',
        person,
        position: after ?? head,
        attempts: 0,
        nextAt: 0 as Instant,
      };
      store.add(added);
      sender.wake();
      return accept(jsonOf(added));
    },
    list: (): Result<{ readonly public_key: string; readonly items: readonly WebhookJson[] }> =>
      accept({ public_key: publicKeyText(signer), items: store.list().map(jsonOf) }),
    /** Rejects not-found. */
    remove(webhook: string): Result<object> {
      const known = found(webhook);
      if (!known.ok) return known;
      store.remove(webhook);
      sender.wake();
      return accept({});
    },
    /** Rejects not-found. */
    deadLetters(webhook: string): Result<{ readonly items: readonly object[] }> {
      const known = found(webhook);
      if (!known.ok) return known;
      return accept({ items: store.deadLetters(webhook).map(letterJson) });
    },
    /**
     * Sends dead letters once more; an endpoint that was disabled is active again. Rejects:
     * malformed-…, not-found.
     */
    replay(webhook: string, body: unknown): Result<{ readonly count: number }> {
      const read = readReplay(body);
      if (!read.ok) return read;
      const known = found(webhook);
      if (!known.ok) return known;
      const count = store.replay(webhook, read.value.from, read.value.to);
      store.move({ ...known.value, state: 'active', attempts: 0, nextAt: 0 as Instant });
      sender.wake();
      return accept({ count });
    },
  };
}

function jsonOf({ nextAt, ...webhook }: Webhook): WebhookJson {
  return { ...webhook, ...(nextAt > 0 && { next_at: new Date(nextAt).toISOString() }) };
}

const letterJson = ({ event, at, cause }: DeadLetter): object => ({
  event,
  at: new Date(at).toISOString(),
  cause,
});
