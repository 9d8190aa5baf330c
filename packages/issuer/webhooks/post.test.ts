import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, describe, test } from 'node:test';
import { createPost } from './post.ts';
import type { WebhookRequest } from './signed-request.ts';

const request: WebhookRequest = { headers: { 'webhook-id': 'evt_1' }, body: '{"é":1}' };
const seen: { url: string | undefined; id: unknown; body: string }[] = [];
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let port: number;
const server = createServer((incoming, response) => {
  let body = '';
  incoming.setEncoding('utf8').on('data', (part: string) => (body += part));
  incoming.on('end', () => {
    seen.push({ url: incoming.url, id: incoming.headers['webhook-id'], body });
    answer(incoming, response);
  });
});

before(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});
beforeEach(() => {
  seen.length = 0;
  answer = (_, response) => void response.writeHead(204).end();
});
after(() => {
  server.closeAllConnections();
  server.close();
});

const at = (host: string): URL => new URL(`http://${host}:${port}/hook`);

describe('createPost()', () => {
  test('sends the request and gives the status', async () => {
    assert.deepEqual(await createPost({ anywhere: true })(at('127.0.0.1'), request), {
      status: 204,
    });
    assert.deepEqual(seen, [{ url: '/hook', id: 'evt_1', body: '{"é":1}' }]);
  });

  test('follows no redirection', async () => {
    answer = (_, response) => void response.writeHead(302, { location: '/other' }).end();
    const attempt = await createPost({ anywhere: true })(at('127.0.0.1'), request);
    assert.deepEqual(attempt, { status: 302 });
    assert.equal(seen.length, 1);
  });

  test('connects to no address that is not public', async () => {
    for (const host of ['127.0.0.1', '[::1]']) {
      const attempt = await createPost()(at(host), request);
      assert.match(attempt.error ?? '', /not public/);
    }
    assert.equal(seen.length, 0);
  });

  test('connects to no name of which one address is not public', async () => {
    const post = createPost({ resolve: async () => ['8.8.8.8', '127.0.0.1'] });
    const attempt = await post(at('hooks.example.com'), request);
    assert.match(attempt.error ?? '', /not public/);
    assert.equal(seen.length, 0);
  });

  test('asks for the name once and connects to that answer', async () => {
    let asked = 0;
    const resolve = async () => [(asked += 1) === 1 ? '127.0.0.1' : '192.0.2.1'];
    const post = createPost({ anywhere: true, resolve });
    assert.deepEqual(await post(at('hooks.example.com'), request), { status: 204 });
    assert.equal(asked, 1);
  });

  test('says that a name leads nowhere', async () => {
    const post = createPost({
      resolve: async () => {
        throw new Error('ENOTFOUND');
      },
    });
    assert.deepEqual(await post(at('nowhere.example'), request), {
      error: 'the name leads nowhere',
    });
    const none = createPost({ resolve: async () => [] });
    assert.match((await none(at('nowhere.example'), request)).error ?? '', /not public/);
  });

  test('gives up where no answer comes', async () => {
    answer = () => undefined;
    const attempt = await createPost({ anywhere: true, timeoutMs: 50 })(at('127.0.0.1'), request);
    assert.equal(attempt.status, undefined);
    assert.ok(attempt.error);
  });

  test('is cut off by its signal', async () => {
    const stop = new AbortController();
    answer = () => stop.abort();
    const post = createPost({ anywhere: true });
    const attempt = await post(at('127.0.0.1'), request, stop.signal);
    assert.equal(attempt.status, undefined);
  });

  test('reads no more than the head of an endless answer', async () => {
    answer = (_, response) => {
      response.writeHead(200);
      const more = setInterval(() => response.write('x'.repeat(1_000)), 1);
      response.on('close', () => clearInterval(more));
    };
    assert.deepEqual(await createPost({ anywhere: true })(at('127.0.0.1'), request), {
      status: 200,
    });
  });

  test('says that nobody listens', async () => {
    const attempt = await createPost({ anywhere: true })(new URL('http://127.0.0.1:1/'), request);
    assert.match(attempt.error ?? '', /ECONNREFUSED/);
  });
});
