import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { CARRIER_MEDIA_TYPE, MAX_MESSAGE_BYTES } from '@coinbox/protocol';
import { refuse, serveCarrier } from './http.ts';

/** A door that gives back what it gets, backwards. */
const door = { exchange: async (request: Uint8Array) => Uint8Array.from(request).reverse() };
const server = createServer((request, response) => {
  serveCarrier(door, request, response).catch(() => refuse(response, 'internal-error'));
});
let url = '';
before(async () => {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => {
  server.closeAllConnections();
  server.close();
});

const post = (
  body: Uint8Array<ArrayBuffer> | ReadableStream,
  type = CARRIER_MEDIA_TYPE,
  more: RequestInit = {},
) => fetch(url, { method: 'POST', headers: { 'content-type': type }, body, ...more });
const codeOf = async (answer: Response): Promise<string> =>
  ((await answer.json()) as { code: string }).code;

describe('serveCarrier()', () => {
  it('hands the body to the door, and its answer back', async () => {
    const answer = await post(Uint8Array.of(1, 2, 3));
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('content-type'), CARRIER_MEDIA_TYPE);
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    assert.deepEqual([...new Uint8Array(await answer.arrayBuffer())], [3, 2, 1]);
  });

  it('takes a request as long as a message may be', async () => {
    const answer = await post(new Uint8Array(MAX_MESSAGE_BYTES));
    assert.equal((await answer.arrayBuffer()).byteLength, MAX_MESSAGE_BYTES);
  });

  it('answers 413 to one byte more, whether its length was told or not', async () => {
    const long = new Uint8Array(MAX_MESSAGE_BYTES + 1);
    const told = await post(long);
    assert.deepEqual([told.status, await codeOf(told)], [413, 'too-large']);
    const stream = new ReadableStream({
      start(controller) {
        controller.enqueue(long);
        controller.close();
      },
    });
    const untold = await post(stream, CARRIER_MEDIA_TYPE, { duplex: 'half' } as RequestInit);
    assert.deepEqual([untold.status, await codeOf(untold)], [413, 'too-large']);
  });

  for (const type of ['application/json', `${CARRIER_MEDIA_TYPE}; charset=utf-8`, 'text/plain']) {
    it(`answers 415 to ${type}`, async () => {
      const answer = await post(Uint8Array.of(1), type);
      assert.deepEqual([answer.status, await codeOf(answer)], [415, 'unsupported-media-type']);
    });
  }

  it('answers 405 to any other method, and names the one that it takes', async () => {
    const answer = await fetch(url);
    assert.deepEqual([answer.status, await codeOf(answer)], [405, 'method-not-allowed']);
    assert.equal(answer.headers.get('allow'), 'POST');
  });
});
