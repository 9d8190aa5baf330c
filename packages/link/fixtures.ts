import { setTimeout as pause } from 'node:timers/promises';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { Aedes } from 'aedes';
import type { AedesOptions } from 'aedes';
import { encodeCbor, newId, openEnvelope, sha256, sign1, softwareSigner } from '@coinbox/protocol';
import type { Instant, WalletId } from '@coinbox/protocol';
import type { LinkHandler, LinkMessage, Outbox } from './link.ts';

// Simulated parties and a broker for the tests of this package.

/** A wallet id that differs for each `number`. */
export const walletOf = (number: number): WalletId =>
  newId('wallet', 1_790_000_000_000 as Instant, new Uint8Array(10).fill(number));

const signer = softwareSigner('EdDSA', new Uint8Array(32).fill(7));

/** A signed message that says only its number. */
export function messageOf(peer: WalletId, number: number): LinkMessage {
  const payload = encodeCbor(new Map([[2, number]]));
  return { peer, hash: sha256(payload), bytes: sign1('test', 'coinbox.test', payload, signer) };
}

const nameOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** The durable part of a simulated party: what it has to say, and what it has taken. */
export type Party = {
  readonly outbox: Outbox & { add(message: LinkMessage): void; readonly size: number };
  readonly handler: LinkHandler;
  /** Payload hashes in the order of arrival, repeats too. */
  readonly seen: string[];
  /** Answers `later` for as long as it gives true. */
  refuse: (message: Uint8Array) => boolean;
};

export function createParty(): Party {
  const messages = new Map<string, LinkMessage>();
  const seen: string[] = [];
  const party: Party = {
    seen,
    refuse: () => false,
    outbox: {
      pending: () => messages.values(),
      acknowledged: (peer, hash) => void messages.delete(peer + nameOf(hash)),
      add: (message) => void messages.set(message.peer + nameOf(message.hash), message),
      get size() {
        return messages.size;
      },
    },
    handler: {
      receive(_from, message) {
        if (party.refuse(message)) return 'later';
        const opened = openEnvelope(message);
        if (!opened.ok) throw new Error(opened.rejection.code);
        seen.push(nameOf(sha256(opened.value.payload)));
        return 'durable';
      },
    },
  };
  return party;
}

/** Puts messages into an outbox, and gives them. */
export function fill(party: Party, peer: WalletId, from: number, count: number): LinkMessage[] {
  const messages = Array.from({ length: count }, (_, at) => messageOf(peer, from + at));
  for (const message of messages) party.outbox.add(message);
  return messages;
}

/** What a test has opened; `closeAll` belongs into afterEach, so that it is closed in any case. */
export function createOpened() {
  const closers: (() => Promise<void>)[] = [];
  return {
    keep<T extends { close(): Promise<void> }>(one: T): T {
      closers.push(() => one.close());
      return one;
    },
    async closeAll(): Promise<void> {
      for (const close of closers.splice(0).reverse()) await close();
    },
  };
}

/** Has every message been seen, however often? */
export const hasSeen = (party: Party, messages: readonly LinkMessage[]): boolean =>
  messages.every(({ hash }) => party.seen.includes(nameOf(hash)));

/** Waits for a condition that the event loop brings about. */
export async function until(
  what: string,
  condition: () => boolean,
  mostMs = 10_000,
): Promise<void> {
  const end = performance.now() + mostMs;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`did not happen in time: ${what}`);
    await pause(5);
  }
}

/** An MQTT 5 broker in this process. */
export type Broker = {
  readonly url: string;
  readonly port: number;
  /** What has been published, on the topics of links. */
  readonly published: { topic: string; payload: Buffer; contentType: string | undefined }[];
  /** The most publishes of one connection that were sent before the first was confirmed. */
  mostUnconfirmed(): number;
  close(): Promise<void>;
};

export async function startBroker(port = 0, options: AedesOptions = {}): Promise<Broker> {
  let most = 0;
  const open = new Map<string, number>();
  const aedes = await Aedes.createBroker({
    ...options,
    // Confirms a moment later, so that publishes can pile up.
    authorizePublish(client, { qos }, done) {
      const count = (open.get(client?.id ?? '') ?? 0) + 1;
      if (client && qos > 0) {
        open.set(client.id, count);
        most = Math.max(most, count);
      }
      setImmediate(() => {
        if (client && qos > 0) open.set(client.id, (open.get(client.id) ?? 1) - 1);
        done(null);
      });
    },
  });
  const sockets = new Set<Socket>();
  const published: Broker['published'] = [];
  aedes.on('publish', ({ topic, payload, ...rest }) => {
    if (!topic.startsWith('coinbox/')) return;
    const { properties } = rest as { properties?: { contentType?: string } };
    published.push({ topic, payload: Buffer.from(payload), contentType: properties?.contentType });
  });
  const server: Server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    aedes.handle(socket);
  });
  await new Promise<void>((resolve) => void server.listen(port, '127.0.0.1', resolve));
  const actual = (server.address() as AddressInfo).port;
  return {
    url: `mqtt://127.0.0.1:${actual}`,
    port: actual,
    published,
    mostUnconfirmed: () => most,
    async close() {
      if (!server.listening) return;
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => void server.close(() => resolve()));
      await new Promise<void>((resolve) => void aedes.close(() => resolve()));
    },
  };
}
