import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Instant } from '@coinbox/protocol';
import { createEventHub } from '../events/event-hub.ts';
import { createIssuerFixture } from '../testing/fixture.ts';
import { startWebhooks } from './start-webhooks.ts';

type Taken = { readonly headers: IncomingHttpHeaders; readonly body: string };

test('a receiver gets a refused event again, and can check who has sent it', async (t) => {
  const taken: Taken[] = [];
  const receiver = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => (body += part));
    request.on('end', () => {
      taken.push({ headers: request.headers, body });
      response.writeHead(taken.length === 1 ? 500 : 204).end();
      receiver.emit('taken');
    });
  });
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  const { port } = receiver.address() as AddressInfo;

  const folder = mkdtempSync(join(tmpdir(), 'coinbox-webhooks-'));
  const fixture = await createIssuerFixture();
  const hub = createEventHub(fixture.ports.ledger, 'CNY/2');
  const failures: unknown[] = [];
  const webhooks = startWebhooks({
    folder,
    hub,
    clock: { now: () => Date.now() as Instant },
    anywhere: true,
    waits: [1],
    failed: (failure) => void failures.push(failure),
  });
  t.after(async () => {
    hub.close();
    await webhooks.close();
    receiver.close();
    rmSync(folder, { recursive: true });
    assert.deepEqual(failures, []);
  });
  const url = `http://127.0.0.1:${port}/in`;
  const added = await webhooks.desk.add({ webhook: 'books', url }, 'maker');
  assert.ok(added.ok);
  await fixture.openPayer(0n);
  while (taken.length < 2) await once(receiver, 'taken');

  const [first, second] = taken as [Taken, Taken];
  assert.equal(first.body, second.body);
  assert.equal(first.headers['webhook-id'], second.headers['webhook-id']);
  const listed = webhooks.desk.list();
  const text = listed.ok ? listed.value.public_key.replace('whpk_', '') : '';
  // RFC 8410: the head of an Ed25519 key as SubjectPublicKeyInfo.
  const head = Buffer.from('302a300506032b6570032100', 'hex');
  const der = Buffer.concat([head, Buffer.from(text, 'base64')]);
  const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
  for (const { headers, body } of taken) {
    const { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': signature } = headers;
    const [version, value = ''] = `${signature}`.split(',');
    assert.equal(version, 'v1a');
    const signed = Buffer.from(`${id}.${at}.${body}`);
    assert.ok(verify(null, signed, key, Buffer.from(value, 'base64')));
  }
  // The key signs in the issuer's name: it is for the owner only.
  assert.equal(statSync(join(folder, 'webhooks', 'keys.json')).mode & 0o077, 0);
});
