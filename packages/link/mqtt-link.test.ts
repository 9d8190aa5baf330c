import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import type { Fault, WalletId } from '@coinbox/protocol';
import {
  createOpened,
  createParty,
  fill,
  hasSeen,
  startBroker,
  until,
  walletOf,
} from './fixtures.ts';
import type { Broker, Party } from './fixtures.ts';
import type { Link } from './link.ts';
import { openMqttLink } from './mqtt-link.ts';
import { linkTopic } from './topics.ts';

/** Others in each test: the broker keeps for a party what an earlier test left. */
let provider = walletOf(0);
let terminal = walletOf(0);
let tests = 0;
beforeEach(() => {
  tests += 1;
  [provider, terminal] = [walletOf(100 + tests), walletOf(150 + tests)];
});
const quick = { retryMs: 40, reconnectMs: 20, certificates: [] };

let broker: Broker;
before(async () => {
  broker = await startBroker();
});
const opened = createOpened();
afterEach(() => opened.closeAll());
after(() => broker.close());

const open = (options: Parameters<typeof openMqttLink>[0]): Link =>
  opened.keep(openMqttLink(options));
const startAnother = async (port = 0): Promise<Broker> => opened.keep(await startBroker(port));

const openTerminal = (party: Party, url: string, own: WalletId = terminal): Link =>
  open({ ...quick, ...party, url, side: 'terminal', own, peers: [provider] });
const openProvider = (party: Party, url: string, onFault?: (fault: Fault) => void): Link =>
  open({
    ...quick,
    ...party,
    url,
    side: 'provider',
    own: provider,
    peers: 'any',
    ...(onFault && { onFault }),
  });

test('messages go both ways, each is acknowledged, and the outboxes run empty', async () => {
  const [machine, host] = [createParty(), createParty()];
  const links = [openTerminal(machine, broker.url), openProvider(host, broker.url)];
  const up = fill(machine, provider, 0, 20);
  for (const link of links) link.wake();
  const down = fill(host, terminal, 100, 20);
  links[1]?.wake(terminal);
  await until('both empty', () => machine.outbox.size + host.outbox.size === 0);
  assert.ok(hasSeen(host, up) && hasSeen(machine, down));
});

test('a link publishes on its own topic alone, and says when it is there', async () => {
  const start = broker.published.length;
  const machine = createParty();
  fill(machine, provider, 0, 3);
  const link = openTerminal(machine, broker.url);
  await until('connected', () => link.connected);
  await until('three', () => broker.published.slice(start).length >= 4);
  await link.close();
  await until('offline', () => broker.published.at(-1)?.payload.toString() === 'offline');
  const topic = linkTopic(provider, terminal, 'up');
  const sent = broker.published.slice(start);
  assert.ok(sent.every((one) => one.topic === topic || one.topic === `${topic}/status`));
  const status = sent.filter((one) => one.topic !== topic).map((one) => one.payload.toString());
  assert.deepEqual(status, ['online', 'offline']);
  const types = sent.filter((one) => one.topic === topic).map((one) => one.contentType);
  assert.deepEqual([...new Set(types)], ['application/vnd.coinbox.link']);
});

test('a broker that is down at the start, and again in mid-traffic, loses nothing', async () => {
  const first = await startAnother();
  const { port } = first;
  await first.close();
  const faults: Fault[] = [];
  const [machine, host] = [createParty(), createParty()];
  const url = `mqtt://127.0.0.1:${port}`;
  const up = fill(machine, provider, 0, 150);
  const links = [
    openTerminal(machine, url),
    openProvider(host, url, (fault) => faults.push(fault)),
  ];
  await until('a fault is told', () => faults.length > 0);
  assert.equal(faults[0]?.code, 'unreachable');
  assert.deepEqual([links[0]?.connected, host.seen.length], [false, 0]);

  const second = await startAnother(port);
  await until('some have come', () => host.seen.length > 20);
  await second.close();
  const down = fill(host, terminal, 1000, 100);
  links[1]?.wake();
  await startAnother(port);
  await until('all is acknowledged', () => machine.outbox.size + host.outbox.size === 0);
  assert.ok(hasSeen(host, up) && hasSeen(machine, down));
});

test('after a crash a party sends again from its outbox; the receiver sees repeats', async () => {
  const [machine, host] = [createParty(), createParty()];
  const up = fill(machine, provider, 0, 10);
  const deaf = open({
    ...quick,
    ...machine,
    // The acknowledgements of the first run are lost with it.
    outbox: { pending: () => machine.outbox.pending(), acknowledged: () => {} },
    url: broker.url,
    side: 'terminal',
    own: terminal,
    peers: [provider],
  });
  openProvider(host, broker.url);
  await until('all have come', () => hasSeen(host, up));
  await deaf.close();
  assert.equal(machine.outbox.size, 10);
  openTerminal(machine, broker.url);
  await until('acknowledged', () => machine.outbox.size === 0);
  assert.ok(host.seen.length >= 20);
});

test('what the receiver wants later comes again until it is taken', async () => {
  const [machine, host] = [createParty(), createParty()];
  let refused = 0;
  host.refuse = () => ++refused <= 3;
  fill(machine, provider, 0, 1);
  openTerminal(machine, broker.url);
  openProvider(host, broker.url);
  await until('acknowledged', () => machine.outbox.size === 0);
  assert.equal(refused, 4);
  assert.equal(host.seen.length, 1);
});

test('a handler that throws is reported, and the message comes again', async () => {
  const [machine, host] = [createParty(), createParty()];
  let thrown = false;
  host.refuse = () => {
    if (thrown) return false;
    thrown = true;
    throw new Error('the disk is gone');
  };
  fill(machine, provider, 0, 1);
  const faults: Fault[] = [];
  openTerminal(machine, broker.url);
  openProvider(host, broker.url, (fault) => faults.push(fault));
  await until('acknowledged', () => machine.outbox.size === 0);
  assert.match(String(faults[0]?.cause), /the disk is gone/);
});
