import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { createIssuerFixture } from '../testing/fixture.ts';
import type { IssuerFixture } from '../testing/fixture.ts';
import { createEventHub } from './event-hub.ts';
import type { EventHub } from './event-hub.ts';
import { streamEvents } from './event-stream.ts';
import type { StreamPace } from './event-stream.ts';
import type { EventFilter } from './event.ts';

type Setting = {
  readonly fixture: IssuerFixture;
  readonly hub: EventHub;
  readonly socket: Socket;
  readonly response: ServerResponse;
  /** Resolves with how the writing ended. */
  readonly ended: Promise<void>;
  /** All that came so far holds this. */
  sees(text: string): Promise<string>;
};

/** A stream over a real socket, from index 0 on. */
async function open(
  t: TestContext,
  pace: StreamPace,
  filter: EventFilter = {},
  fill?: (fixture: IssuerFixture) => Promise<unknown>,
): Promise<Setting> {
  const fixture = await createIssuerFixture();
  await fill?.(fixture);
  const hub = createEventHub(fixture.ports.ledger, 'CNY/2');
  const server = createServer();
  t.after(() => {
    hub.close();
    server.closeAllConnections();
    server.close();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.write('GET / HTTP/1.0\r\n\r\n');
  const [, response] = (await once(server, 'request')) as [unknown, ServerResponse];
  const ended = streamEvents(response, hub, { after: 0, filter }, pace);
  let text = '';
  socket.on('data', (bytes) => (text += bytes.toString()));
  const sees = async (wanted: string): Promise<string> => {
    while (!text.includes(wanted)) await once(socket, 'data');
    return text;
  };
  return { fixture, hub, socket, response, ended, sees };
}

test('a stream in which nothing happens gives a sign of life', async (t) => {
  const { sees } = await open(t, { heartbeatMs: 30, patienceMs: 1_000 });
  await sees(': still here\n\n');
});

test('a stream moves the id on over events that it leaves out', async (t) => {
  const { sees, fixture } = await open(
    t,
    { heartbeatMs: 30, patienceMs: 1_000 },
    { type: 'refund' },
    (issuer) => issuer.openPayer(5n),
  );
  const { index } = await fixture.ports.ledger.head();
  const text = await sees(`id: ${index}\n\n`);
  assert.ok(!text.includes('data:'), text);
});

test('a stream ends when the hub closes', async (t) => {
  const { hub, ended, sees } = await open(t, { heartbeatMs: 10_000, patienceMs: 1_000 });
  await sees('retry: 2000');
  hub.close();
  await ended;
});

test('a stream ends when its reader goes away', async (t) => {
  const { socket, ended, sees } = await open(t, { heartbeatMs: 10_000, patienceMs: 1_000 });
  await sees('retry: 2000');
  socket.destroy();
  await ended;
});

test('a stream lets go of a reader that takes nothing', async (t) => {
  const fill = async (fixture: IssuerFixture): Promise<void> => {
    const payer = await fixture.openPayer(1n);
    for (let i = 0; i < 1_000; i++) await fixture.issue(payer, 1n);
  };
  const { socket, response, ended } = await open(
    t,
    { heartbeatMs: 10_000, patienceMs: 50 },
    {},
    fill,
  );
  socket.pause();
  // The socket's own buffers are larger than a thousand events, so the answer is told it is full.
  response.write = () => false;
  await ended;
  assert.ok(response.destroyed);
});
