import type { MqttClient } from 'mqtt';
import { LINK_MEDIA_TYPE } from './topics.ts';

/** Publishes that wait for the broker's word at a time; fewer where the broker says so. */
const MOST_UNCONFIRMED = 512;
/** Publishes that wait here; what finds no room is sent again by its link. */
const MOST_QUEUED = 16_384;

type Publish = { topic: string; envelope: Uint8Array; expiresMs: number };

/** Sends at QoS 1, never more at a time than the broker takes (its Receive Maximum). */
export interface MqttPublisher {
  publish(topic: string, envelope: Uint8Array, expiresMs: number): void;
  /** A new connection, and how many unconfirmed publishes its broker takes. */
  opened(receiveMaximum: number | undefined): void;
  /** The connection is gone, and everything on its way with it: the links send it again. */
  lost(): void;
}

export function createMqttPublisher(client: MqttClient): MqttPublisher {
  const queue: Publish[] = [];
  const unconfirmed = new Set<number>();
  let most = 0;
  /** Rises with every connection: what an older one answers is no longer of interest. */
  let era = 0;

  const drain = (): void => {
    while (unconfirmed.size < most) {
      const next = queue.shift();
      if (!next) return;
      const of = era;
      let id: number | undefined;
      client.publish(next.topic, Buffer.from(next.envelope), publishOptions(next), () => {
        if (of !== era || id === undefined) return;
        unconfirmed.delete(id);
        drain();
      });
      id = client.getLastMessageId();
      unconfirmed.add(id);
    }
  };

  return {
    publish(topic, envelope, expiresMs) {
      if (most === 0 || queue.length >= MOST_QUEUED) return;
      queue.push({ topic, envelope, expiresMs });
      drain();
    },
    opened(receiveMaximum = MOST_UNCONFIRMED) {
      era += 1;
      most = Math.min(receiveMaximum, MOST_UNCONFIRMED);
    },
    lost() {
      era += 1;
      most = 0;
      queue.length = 0;
      // The client would send them again by itself, past the broker's limit.
      for (const id of unconfirmed) client.removeOutgoingMessage(id);
      unconfirmed.clear();
    },
  };
}

const publishOptions = ({ expiresMs }: Publish) => ({
  qos: 1 as const,
  properties: {
    contentType: LINK_MEDIA_TYPE,
    // A copy that waits longer at the broker has been sent again meanwhile.
    messageExpiryInterval: Math.ceil(expiresMs / 1000) + 1,
  },
});
