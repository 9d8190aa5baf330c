import type { WalletId } from '@coinbox/protocol';
import { createExchange } from './exchange.ts';
import type { Link, LinkOptions } from './link.ts';
import { openMqttConnection } from './mqtt-connection.ts';
import type { MqttConnection } from './mqtt-connection.ts';
import { outboundTopic, statusTopic } from './topics.ts';

/** A link over a connection of its own (`url`), or over one that links of this process share. */
export type MqttLinkOptions = LinkOptions &
  (
    | { readonly connection: MqttConnection }
    | {
        /** `mqtt://127.0.0.1:1883`. */
        readonly url: string;
        readonly username?: string;
        readonly password?: string;
        /** Pause before the next attempt to connect. Default 1,000 ms. */
        readonly reconnectMs?: number;
      }
  );

/** How often a link looks whether something is due, as a part of `retryMs`. */
const LOOKS_PER_RETRY = 4;
const LEAST_LOOK_MS = 5;

/**
 * Opens a link over MQTT 5. Answers at once: it connects, and connects again, for as long as it is
 * open. With a connection of its own the client id is `coinbox-{side}-{own}`, so that a broker ends
 * the older of two that run for one party.
 */
export function openMqttLink(options: MqttLinkOptions): Link {
  const { side, own, peers, retryMs = 2000 } = options;
  const shared = 'connection' in options;
  const connection = shared ? options.connection : openOwnConnection(options);
  let up = false;
  let closed = false;
  const exchange = createExchange(options, {
    get connected() {
      return up && connection.connected;
    },
    send: (peer, envelope, expiresMs) =>
      connection.publish(outboundTopic(side, own, peer), envelope, expiresMs),
  });

  const turn = createTurn((woken) => {
    if (closed) return;
    for (const peer of woken) exchange.pump(performance.now(), peer);
    exchange.flush();
  });
  const leave = connection.attach({
    side,
    own,
    peers,
    up() {
      up = true;
      exchange.resume(performance.now());
    },
    down() {
      up = false;
    },
    arrived(from, envelope) {
      exchange.arrived(from, envelope, performance.now());
      turn.take();
    },
    drop: () => exchange.drop(),
  });
  const look = (): void => {
    const now = performance.now();
    if ((exchange.dueAt() ?? Infinity) <= now) exchange.pump(now);
  };
  const timer = setInterval(look, Math.max(retryMs / LOOKS_PER_RETRY, LEAST_LOOK_MS));
  timer.unref();

  return {
    wake: (peer) => turn.take(peer ?? 'everybody'),
    get connected() {
      return !closed && up && connection.connected;
    },
    get dropped() {
      return exchange.dropped;
    },
    async close() {
      if (closed) return;
      clearInterval(timer);
      exchange.flush();
      closed = true;
      leave();
      if (!shared) await connection.close();
    },
  };
}

/**
 * Calls `work` one turn of the event loop later, once for all that came meanwhile, so that
 * acknowledgements go with the answers. `undefined` stands for everybody.
 */
function createTurn(work: (woken: readonly (WalletId | undefined)[]) => void) {
  const woken = new Set<WalletId | 'everybody'>();
  let scheduled = false;
  const run = (): void => {
    scheduled = false;
    const peers = woken.has('everybody')
      ? [undefined]
      : [...woken].filter((one) => one !== 'everybody');
    woken.clear();
    work(peers);
  };
  return {
    take(peer?: WalletId | 'everybody'): void {
      if (peer !== undefined) woken.add(peer);
      if (scheduled) return;
      scheduled = true;
      setImmediate(run);
    },
  };
}

function openOwnConnection(options: Extract<MqttLinkOptions, { url: string }>): MqttConnection {
  const { side, own, peers, url, username, password, reconnectMs, onFault } = options;
  return openMqttConnection({
    url,
    clientId: `coinbox-${side}-${own}`,
    statusTopic: statusTopic(side, own, peers),
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(reconnectMs !== undefined && { reconnectMs }),
    ...(onFault !== undefined && { onFault }),
  });
}
