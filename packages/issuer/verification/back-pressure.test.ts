import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { test } from 'node:test';
import { createDoor } from '../api/door.ts';
import { createIssuer } from '../issuer.ts';
import { createIssuerFixture, expect } from '../testing/fixture.ts';
import { paidSession } from '../testing/session.ts';
import { createInlineVerifier } from './verifier.ts';
import type { Verifier } from './verifier.ts';

/** Messages that the door lets in at once: with so many the queue of verification is full. */
const MOST = 4_096;

/** A verifier that is as slow as a test wants: nothing is answered before `open`. */
function createGate(): Verifier & { open(): void; waiting(): number } {
  const inline = createInlineVerifier();
  const opened = Promise.withResolvers<void>();
  let waiting = 0;
  return {
    async verify(checks) {
      waiting += 1;
      await opened.promise;
      waiting -= 1;
      return inline.verify(checks);
    },
    open: () => opened.resolve(),
    waiting: () => waiting,
    close: async () => undefined,
  };
}

/** A connection whose requests do not wait for each other's answers. */
async function openPipeline(port: number) {
  const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  let said = '';
  socket.on('data', (chunk: Buffer) => (said += chunk.toString('latin1')));
  return {
    send(message: Uint8Array, times: number): void {
      const head =
        'POST /v1/messages HTTP/1.1\r\nhost: x\r\ncontent-type: application/cose\r\n' +
        `content-length: ${message.length}\r\n\r\n`;
      const one = Buffer.concat([Buffer.from(head, 'latin1'), message]);
      for (let i = 0; i < times; i++) socket.write(one);
    },
    statuses: (): string[] =>
      [...said.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, word = '']) => word),
    said: () => said,
    close: () => socket.destroy(),
  };
}

const MOST_WAIT_MS = 60_000;
async function until(holds: () => boolean): Promise<void> {
  const end = performance.now() + MOST_WAIT_MS;
  while (!holds()) {
    assert.ok(performance.now() < end, 'it has not come about');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test('a full queue of verification is answered 503 with Retry-After, and empties', async (t) => {
  const fixture = await createIssuerFixture();
  const s = await paidSession(fixture);
  const gate = createGate();
  // A second issuer over the same ledger, which verifies through the gate.
  const slow = await createIssuer({ ...fixture.fullPorts, verifier: gate });
  const door = createDoor(slow, {
    answered: () => undefined,
    failed: (failure) => assert.fail(String(failure)),
  });
  const server = createServer((request, response) => void door(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const pipes = await Promise.all(Array.from({ length: 64 }, () => openPipeline(port)));
  t.after(async () => {
    for (const { close } of pipes) close();
    server.close();
  });

  const pay = s.messages.pay(s.payer, s.messages.offer(s.terminal, s.provider), 10n);
  for (const { send } of pipes) send(pay.bytes, MOST / pipes.length);
  await until(() => gate.waiting() === MOST);
  const late = await openPipeline(port);
  late.send(pay.bytes, 1);
  await until(() => late.said().includes('}'));
  assert.deepEqual(late.statuses(), ['503']);
  assert.match(late.said(), /^retry-after: 1$/im);
  assert.match(late.said(), /^coinbox-code: overloaded$/im);
  assert.match(late.said(), /"code":"overloaded"/);
  assert.equal(gate.waiting(), MOST, 'what is refused at the door is not verified');

  gate.open();
  await until(() => pipes.every(({ statuses }) => statuses().length === MOST / pipes.length));
  const answers = pipes.flatMap(({ statuses }) => statuses());
  assert.deepEqual(new Set(answers), new Set(['200']));
  late.send(pay.bytes, 1);
  await until(() => late.statuses().length === 2);
  assert.equal(late.statuses()[1], '200');
  late.close();
  assert.equal(expect(await slow.submit(pay.bytes)).replayed, true);
  assert.equal((await s.balanceOf(s.payer)).balance, 10_000n - 500n - 10n);
});
