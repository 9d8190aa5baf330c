import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { connectAsync } from 'mqtt';
import { encodeLinkEnvelope } from '@coinbox/protocol';
import {
  createOpened,
  createParty,
  fill,
  hasSeen,
  messageOf,
  startBroker,
  until,
  walletOf,
} from './fixtures.ts';
import type { Broker } from './fixtures.ts';
import { openMqttConnection } from './mqtt-connection.ts';
import type { MqttConnection } from './mqtt-connection.ts';
import { openMqttLink } from './mqtt-link.ts';
import { linkTopic } from './topics.ts';

const quick = { retryMs: 40, certificates: [] };
let broker: Broker;
before(async () => {
  broker = await startBroker();
});
const opened = createOpened();
afterEach(() => opened.closeAll());
after(() => broker.close());

const connect = (clientId: string): MqttConnection =>
  opened.keep(openMqttConnection({ url: broker.url, clientId, reconnectMs: 20 }));

test('links of many parties share one connection', async () => {
  const [gateway, hosts] = [connect('gateway'), connect('hosts')];
  const parties = Array.from({ length: 8 }, (_, at) => {
    const [machine, host] = [createParty(), createParty()];
    const [terminal, provider] = [walletOf(20 + at), walletOf(40 + at)];
    const up = { ...quick, ...machine, side: 'terminal', own: terminal } as const;
    const down = { ...quick, ...host, side: 'provider', own: provider } as const;
    const sent = fill(machine, provider, at * 100, 30);
    opened.keep(openMqttLink({ ...up, peers: [provider], connection: gateway }));
    opened.keep(openMqttLink({ ...down, peers: 'any', connection: hosts }));
    return { machine, host, sent };
  });
  await until('all empty', () => parties.every(({ machine }) => machine.outbox.size === 0));
  for (const { host, sent } of parties) {
    assert.ok(hasSeen(host, sent));
    assert.equal(new Set(host.seen).size, 30);
  }
});

test('a terminal has a link to each of its providers on one connection', async () => {
  const [gateway, hosts] = [connect('gateway-2'), connect('hosts-2')];
  const terminal = walletOf(60);
  const pairs = [walletOf(61), walletOf(62)].map((provider) => {
    const [machine, host] = [createParty(), createParty()];
    const up = { ...quick, ...machine, side: 'terminal', own: terminal } as const;
    const down = { ...quick, ...host, side: 'provider', own: provider } as const;
    fill(machine, provider, 0, 10);
    const bills = fill(host, terminal, 100, 10);
    opened.keep(openMqttLink({ ...up, peers: [provider], connection: gateway }));
    opened.keep(openMqttLink({ ...down, peers: 'any', connection: hosts }));
    return { machine, host, bills };
  });
  await until('all empty', () =>
    pairs.every(({ machine, host }) => machine.outbox.size + host.outbox.size === 0),
  );
  for (const { machine, bills } of pairs) {
    assert.ok(hasSeen(machine, bills));
    assert.equal(new Set(machine.seen).size, 10);
  }
});

test('what is no envelope is dropped and counted, and the link goes on', async () => {
  const [provider, other] = [walletOf(1), walletOf(3)];
  const host = createParty();
  const parts = { ...quick, ...host, side: 'provider', own: provider, peers: 'any' } as const;
  const link = opened.keep(openMqttLink({ ...parts, connection: connect('host-3') }));
  await until('connected', () => link.connected);
  const stranger = await connectAsync(broker.url, { protocolVersion: 5 });
  const publish = (payload: Uint8Array, contentType?: string) =>
    stranger.publishAsync(linkTopic(provider, other, 'up'), Buffer.from(payload), {
      qos: 1,
      ...(contentType && { properties: { contentType } }),
    });
  const envelopeOf = (message: Uint8Array): Uint8Array =>
    encodeLinkEnvelope({ message, certificates: [], acknowledged: [] });
  const good = envelopeOf(messageOf(provider, 1).bytes);
  await publish(new Uint8Array(0));
  await publish(good.subarray(0, good.length - 1));
  await publish(new Uint8Array(5000).fill(1));
  await publish(envelopeOf(Uint8Array.of(1, 2, 3)));
  await publish(good, 'text/plain');
  await until('all dropped', () => link.dropped === 5);
  assert.equal(host.seen.length, 0);
  await publish(good);
  await until('the good one has come', () => host.seen.length === 1);
  await stranger.endAsync();
});

test('a broker that cannot be reached is a fault that is told, and nothing is thrown', async () => {
  const gone = await startBroker();
  await gone.close();
  const codes: string[] = [];
  const connection = opened.keep(
    openMqttConnection({
      url: gone.url,
      clientId: 'lonely',
      reconnectMs: 20,
      onFault: ({ code }) => codes.push(code),
    }),
  );
  await until('two attempts', () => codes.length >= 2);
  assert.deepEqual([connection.connected, codes[0]], [false, 'unreachable']);
});
