import { connect } from 'mqtt';
import type { IClientOptions, IPublishPacket } from 'mqtt';
import { Fault } from '@coinbox/protocol';
import type { WalletId } from '@coinbox/protocol';
import type { LinkSide } from './link.ts';
import { createMqttPublisher } from './mqtt-publisher.ts';
import { LINK_MEDIA_TYPE, inboundFilters, readLinkTopic } from './topics.ts';

/** How a process reaches its broker. */
export type MqttConnectionOptions = {
  /** `mqtt://127.0.0.1:1883`, `mqtts://…`. */
  readonly url: string;
  /** Names the session at the broker: the same after a restart, another for every process. */
  readonly clientId: string;
  readonly username?: string;
  readonly password?: string;
  /** Where `online` stands, retained, while this connection does, and `offline` when it is gone. */
  readonly statusTopic?: string;
  /** Pause before the next attempt to connect. Default 1,000 ms. */
  readonly reconnectMs?: number;
  readonly onFault?: (fault: Fault) => void;
};

/** What a connection calls for one of its links. */
export type MqttStation = {
  readonly side: LinkSide;
  readonly own: WalletId;
  readonly peers: readonly WalletId[] | 'any';
  /** The subscription stands: what waits may be sent. */
  up(): void;
  /** The connection is gone. */
  down(): void;
  arrived(from: WalletId, envelope: Uint8Array): void;
  /** Something came that is no envelope of ours. */
  drop(): void;
};

/** One connection to a broker, shared by any number of links of one process. */
export interface MqttConnection {
  readonly connected: boolean;
  /** For links of this package. Gives the way to leave. */
  attach(station: MqttStation): () => void;
  /** For links of this package: sends on a topic; forgotten when the connection fails. */
  publish(topic: string, envelope: Uint8Array, expiresMs: number): void;
  close(): Promise<void>;
}

/** For how long a broker keeps our subscriptions and what waits for us, seconds: 7 days. */
const SESSION_SECONDS = 7 * 24 * 3600;
/** Short breaks of a connection are not told to anybody, seconds. */
const WILL_DELAY_SECONDS = 5;
/** Envelopes that the broker may send us before we have taken the first. */
const MOST_INBOUND = 64;

/**
 * Connects, and connects again for ever. Never throws and never rejects: what goes wrong goes to
 * `onFault`.
 */
export function openMqttConnection(options: MqttConnectionOptions): MqttConnection {
  const { statusTopic, onFault } = options;
  const client = connect(options.url, clientOptions(options));
  const attached = new Set<MqttStation>();
  /** The same stations, by what comes for them. */
  const stations = new Map<string, MqttStation>();
  const publisher = createMqttPublisher(client);
  let connected = false;

  const subscribe = (station: MqttStation): void => {
    const filters = inboundFilters(station.side, station.own, station.peers);
    if (filters.length === 0) return;
    client.subscribe([...filters], { qos: 1 }, (error, granted) => {
      if (!connected || !attached.has(station)) return;
      const refused = granted?.find(({ qos }) => qos >= 128);
      if (!error && !refused) station.up();
      else onFault?.(new Fault('unreachable', `the broker refuses ${filters.join(', ')}`, error));
    });
  };

  client.on('connect', ({ properties }) => {
    connected = true;
    publisher.opened(properties?.receiveMaximum);
    if (statusTopic !== undefined) client.publish(statusTopic, 'online', { qos: 1, retain: true });
    for (const station of attached) subscribe(station);
  });
  client.on('close', () => {
    connected = false;
    publisher.lost();
    for (const station of attached) station.down();
  });
  client.on('error', (cause) =>
    onFault?.(new Fault('unreachable', `no connection to the broker at ${options.url}`, cause)),
  );
  client.on('message', (topic, payload, packet) => dispatch(stations, topic, payload, packet));

  return {
    get connected() {
      return connected;
    },
    attach(station) {
      attached.add(station);
      const names = namesOf(station);
      for (const name of names) stations.set(name, station);
      if (connected) subscribe(station);
      return () => {
        attached.delete(station);
        for (const name of names) if (stations.get(name) === station) stations.delete(name);
      };
    },
    publish: publisher.publish,
    async close() {
      attached.clear();
      stations.clear();
      if (connected && statusTopic !== undefined) {
        client.publish(statusTopic, 'offline', { qos: 0, retain: true });
      }
      // Not forced where there is a connection: the last acknowledgements and `offline` go out
      // first.
      await client.endAsync(!connected);
    },
  };
}

/**
 * What a station is found by: a provider takes from every terminal, a terminal's link from its
 * providers alone; another link of the same terminal takes from others.
 */
const namesOf = ({ side, own, peers }: MqttStation): readonly string[] =>
  side === 'provider' || peers === 'any' ? [own] : peers.map((peer) => `${own} ${peer}`);

function clientOptions(options: MqttConnectionOptions): IClientOptions {
  const { clientId, username, password, statusTopic, reconnectMs = 1000 } = options;
  return {
    protocolVersion: 5,
    clientId,
    clean: false,
    reconnectPeriod: reconnectMs,
    reconnectOnConnackError: true,
    connectTimeout: 10_000,
    keepalive: 30,
    // The connection subscribes by itself, so that a link knows when its subscription stands.
    resubscribe: false,
    queueQoSZero: false,
    properties: { sessionExpiryInterval: SESSION_SECONDS, receiveMaximum: MOST_INBOUND },
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(statusTopic !== undefined && {
      will: {
        topic: statusTopic,
        payload: Buffer.from('offline'),
        qos: 1 as const,
        retain: true,
        properties: { willDelayInterval: WILL_DELAY_SECONDS },
      },
    }),
  };
}

/**
 * Hands what was published to the link that it is for. What is for none was subscribed by an
 * earlier run: it is left.
 */
function dispatch(
  stations: ReadonlyMap<string, MqttStation>,
  topic: string,
  payload: Uint8Array,
  packet: IPublishPacket,
): void {
  const read = readLinkTopic(topic);
  if (!read.ok) return;
  const { provider, terminal, direction } = read.value;
  const [name, from] =
    direction === 'up' ? [provider, terminal] : [`${terminal} ${provider}`, provider];
  const station = stations.get(name);
  if (!station) return;
  const type = packet.properties?.contentType;
  if (type !== undefined && type !== LINK_MEDIA_TYPE) station.drop();
  else station.arrived(from, payload);
}
