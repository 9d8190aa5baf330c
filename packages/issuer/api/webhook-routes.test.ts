import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createServerFixture } from '../testing/server.ts';
import type { Asking, HttpAnswer, ServerFixture } from '../testing/server.ts';

let server: ServerFixture;
before(async () => {
  server = await createServerFixture();
});
after(() => server.close());

const path = '/v1/webhooks';
const post = (to: string, json: unknown, more: Asking = {}): Promise<HttpAnswer> =>
  server.ask(to, { method: 'POST', as: 'maker', json, ...more });
const hook = (change: object = {}) => ({
  webhook: 'books',
  url: 'https://hooks.example.com/in',
  ...change,
});

describe('/v1/webhooks', () => {
  test('adds an endpoint, lists it with the key, and removes it', async () => {
    const added = await post(path, hook({ type: 'settlement' }));
    assert.equal(added.status, 201, added.bytes.toString());
    const { index } = await server.issuer.ledger.head();
    const wanted = {
      webhook: 'books',
      url: 'https://hooks.example.com/in',
      type: 'settlement',
      state: 'active',
      person: 'maker',
      position: index,
      attempts: 0,
    };
    assert.deepEqual(added.json, wanted);
    const again = await post(path, hook({ type: 'settlement' }));
    assert.equal(again.status, 201);
    const listed = await server.ask(path, { as: 'checker' });
    assert.deepEqual(listed.json?.['items'], [wanted]);
    assert.match(listed.json?.['public_key'] as string, /^whpk_[A-Za-z0-9+/]{43}=$/);
    assert.equal((await post(`${path}/books/remove`, {})).status, 200);
    assert.deepEqual((await server.ask(path, { as: 'maker' })).json?.['items'], []);
  });

  test('survives a restart of the server', async () => {
    await post(path, hook({ webhook: 'kept' }));
    await server.restart();
    const { json } = await server.ask(path, { as: 'maker' });
    const items = json?.['items'] as { webhook: string }[] | undefined;
    assert.deepEqual(
      items?.map(({ webhook }) => webhook),
      ['kept'],
    );
    const letters = await server.ask(`${path}/kept/dead-letters`, { as: 'maker' });
    assert.deepEqual(letters.json, { items: [] });
    const replayed = await post(`${path}/kept/replay`, { from: 1, to: 9 });
    assert.deepEqual(replayed.json, { count: 0 });
  });

  const rows: readonly (readonly [string, number, string, () => Promise<HttpAnswer>])[] = [
    ['no token', 401, 'credentials-missing', () => post(path, hook(), { as: undefined as never })],
    [
      'an address of the machine itself',
      422,
      'webhook-url-forbidden',
      () => post(path, hook({ url: 'https://127.0.0.1/' })),
    ],
    [
      'an address without encryption',
      422,
      'webhook-url-forbidden',
      () => post(path, hook({ url: 'http://hooks.example.com/' })),
    ],
    ['a name with spaces', 400, 'parameter-invalid', () => post(path, hook({ webhook: 'a b' }))],
    ['an unknown field', 400, 'malformed-unknown-field', () => post(path, hook({ x: 1 }))],
    ['a missing address', 400, 'malformed-missing-field', () => post(path, { webhook: 'a' })],
    ['a type that cannot be', 400, 'parameter-invalid', () => post(path, hook({ type: 'A' }))],
    [
      'a beginning after the end',
      400,
      'parameter-invalid',
      () => post(path, hook({ after: 999_999 })),
    ],
    [
      'a name with another address',
      422,
      'id-reused',
      () => post(path, hook({ webhook: 'kept', url: 'https://other.example.com/' })),
    ],
    ['an unknown endpoint', 404, 'not-found', () => post(`${path}/none/remove`, {})],
    [
      'dead letters of an unknown endpoint',
      404,
      'not-found',
      () => server.ask(`${path}/none/dead-letters`, { as: 'maker' }),
    ],
    [
      'a replay of an unknown endpoint',
      404,
      'not-found',
      () => post(`${path}/none/replay`, { from: 1, to: 2 }),
    ],
    [
      'a replay without an end',
      400,
      'malformed-missing-field',
      () => post(`${path}/kept/replay`, { from: 1 }),
    ],
  ];
  for (const [what, status, code, ask] of rows) {
    test(`refuses ${what}: ${code}`, async () => {
      const answer = await ask();
      assert.deepEqual([answer.status, answer.json?.['code']], [status, code]);
    });
  }
});
