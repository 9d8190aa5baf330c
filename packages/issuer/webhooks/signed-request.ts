// pure
import type { EventJson, Instant, Signer } from '@coinbox/protocol';

/** A request that tells an endpoint of an event, as it goes over the wire. */
export type WebhookRequest = {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

/** The id of the message of an event: the same however often it is sent. */
export const messageIdOf = ({ id }: Pick<EventJson, 'id'>): string => `evt_${id}`;

/** The key to check the signatures with, as Standard Webhooks writes it. */
export const publicKeyText = ({ publicKey }: Pick<Signer, 'publicKey'>): string =>
  `whpk_${base64(publicKey.bytes)}`;

/**
 * The request of an event, signed with Ed25519 (Standard Webhooks, "v1a"): over the id, the time of
 * this attempt in seconds and the body, with full stops between.
 */
export function signedRequest(event: EventJson, at: Instant, signer: Signer): WebhookRequest {
  const id = messageIdOf(event);
  const seconds = `${Math.floor(at / 1000)}`;
  const body = JSON.stringify(event);
  const signature = signer.sign(Buffer.from(`${id}.${seconds}.${body}`));
  return {
    headers: {
      'content-type': 'application/json',
      'user-agent': 'coinbox-webhooks/1',
      'webhook-id': id,
      'webhook-timestamp': seconds,
      'webhook-signature': `v1a,${base64(signature)}`,
    },
    body,
  };
}
