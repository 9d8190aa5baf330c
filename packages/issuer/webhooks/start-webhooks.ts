import type { Clock } from '@coinbox/protocol';
import { randomInt } from 'node:crypto';
import type { EventHub } from '../events/event-hub.ts';
import { createPost } from './post.ts';
import { createWebhookDesk } from './webhook-desk.ts';
import type { WebhookDesk } from './webhook-desk.ts';
import { createWebhookSender } from './webhook-sender.ts';
import { openWebhookKey, openWebhookStore } from './webhook-store.ts';

export type StartWebhooks = {
  /** Of the issuer. */
  readonly folder: string;
  readonly hub: EventHub;
  readonly clock: Clock;
  /** http and addresses that are not public may be used: for machines of one's own. */
  readonly anywhere: boolean;
  /** Waits between attempts, milliseconds. Default: three days in all. */
  readonly waits?: readonly number[];
  readonly failed: (failure: unknown) => void;
};

/** Webhooks of an issuer that runs: what operators do with them, and the sending. */
export type RunningWebhooks = { readonly desk: WebhookDesk; close(): Promise<void> };

const CHANCES = 1_000;

/** Opens the endpoints of an issuer's folder and begins to send. Faults as store and keys do. */
export function startWebhooks(options: StartWebhooks): RunningWebhooks {
  const { folder, hub, clock, anywhere, waits, failed } = options;
  const signer = openWebhookKey(folder);
  const store = openWebhookStore(folder);
  const sender = createWebhookSender({
    store,
    hub,
    signer,
    clock,
    post: createPost({ anywhere }),
    chance: () => randomInt(CHANCES) / CHANCES,
    anywhere,
    ...(waits && { waits }),
    failed,
  });
  return {
    desk: createWebhookDesk({ store, sender, hub, signer, anywhere }),
    async close() {
      await sender.close();
      store.close();
    },
  };
}
