import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { keepAliveFetch } from './keep-alive-fetch.ts';

let connections = 0;
let hangUps = 0;
const server = createServer(async (request, response) => {
  const parts: Buffer[] = [];
  for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
  const body = Buffer.concat(parts);
  const { method, url, headers } = request;
  if (url === '/long') return void response.end(Buffer.alloc((4 << 20) + 1));
  if (url === '/cut') {
    response.writeHead(200, { 'content-length': 10 });
    response.write('12345');
    return void setTimeout(() => response.destroy(), 20);
  }
  if (url === '/silent') return;
  if (url === '/hang-up' && hangUps-- > 0) return void request.socket.destroy();
  if (url === '/elsewhere') return void response.writeHead(302, { location: '/' }).end();
  response.writeHead(201, { 'x-seen': `${method} ${headers['content-type']}` });
  response.end(body);
});
server.on('connection', () => connections++);
let base = '';
before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => {
  server.closeAllConnections();
  server.close();
});

const fetch = keepAliveFetch();
const post = (path: string, body: Uint8Array<ArrayBuffer> | string, signal?: AbortSignal) =>
  fetch(base + path, {
    method: 'POST',
    headers: { 'content-type': 'a/b' },
    body,
    ...(signal && { signal }),
  });

describe('keepAliveFetch()', () => {
  it('brings bytes and text there, and status, headers and bytes back', async () => {
    for (const body of [Uint8Array.of(0, 255, 7), 'text ü']) {
      const answer = await post('/', body);
      assert.equal(answer.status, 201);
      assert.equal(answer.headers.get('X-Seen'), 'POST a/b');
      assert.equal(answer.headers.get('x-absent'), null);
      const expected = typeof body === 'string' ? new TextEncoder().encode(body) : body;
      assert.deepEqual(new Uint8Array(await answer.arrayBuffer()), expected);
    }
  });

  it('sends again what met the end of a kept connection, and nothing else', async () => {
    await post('/', 'x');
    hangUps = 1;
    assert.equal((await post('/hang-up', 'x')).status, 201);
    hangUps = 2;
    await assert.rejects(post('/hang-up', 'x'), { code: 'ECONNRESET' });
  });

  it('uses one connection for one request after the other', async () => {
    const known = connections;
    for (let n = 0; n < 5; n++) await post('/', 'x');
    assert.ok(connections - known <= 1);
  });

  it('follows no redirect', async () => assert.equal((await post('/elsewhere', 'x')).status, 302));

  it('fails when nobody answers, in time, whole, or with too much', async () => {
    await assert.rejects(fetch('http://127.0.0.1:1/', { method: 'GET', headers: {} }));
    await assert.rejects(post('/silent', 'x', AbortSignal.timeout(50)));
    await assert.rejects(post('/cut', 'x'));
    await assert.rejects(post('/long', 'x'), /too long/);
  });
});
