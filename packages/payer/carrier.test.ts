import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CARRIER_MEDIA_TYPE, Fault, problemOf } from '@coinbox/protocol';
import type { Fetch } from '@coinbox/protocol';
import { httpCarrier } from './carrier.ts';

const answering =
  (status: number, body: Uint8Array | string): Fetch =>
  async () => ({
    status,
    headers: { get: () => null },
    arrayBuffer: async () => Uint8Array.from(Buffer.from(body)).buffer,
  });

test('httpCarrier() posts the request in its media type and gives the answer', async () => {
  const seen: unknown[] = [];
  const fetch: Fetch = (url, { method, headers, body }) => {
    seen.push(url, method, headers['content-type'], [...(body as Uint8Array)]);
    return answering(200, Uint8Array.of(4, 5))(url, { method, headers });
  };
  const reply = await httpCarrier('http://t/carrier', fetch).exchange(Uint8Array.of(1, 2, 3));
  assert.deepEqual(seen, ['http://t/carrier', 'POST', CARRIER_MEDIA_TYPE, [1, 2, 3]]);
  assert.deepEqual([...reply], [4, 5]);
});

const problem = JSON.stringify(problemOf({ code: 'overloaded' }));
const failures: readonly [string, Fetch, RegExp][] = [
  ['no connection', () => Promise.reject(new Error('refused')), /no answer from the terminal/],
  ['a problem document', answering(503, problem), /503 overloaded/],
  ['anything else', answering(502, '<html>'), /answered 502$/],
];
for (const [name, fetch, text] of failures) {
  test(`httpCarrier() makes a fault of ${name}`, async () => {
    await assert.rejects(
      httpCarrier('http://t', fetch).exchange(new Uint8Array(1)),
      (fault: unknown) =>
        fault instanceof Fault && fault.code === 'unreachable' && text.test(fault.message),
    );
  });
}
