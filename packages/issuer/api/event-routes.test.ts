import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { after, before, describe, test } from 'node:test';
import type { FixtureIssuer } from '../testing/fixture.ts';
import { createServerFixture } from '../testing/server.ts';
import type { ServerFixture } from '../testing/server.ts';
import { paidSession } from '../testing/session.ts';
import type { PaidSession } from '../testing/session.ts';

type Block = Readonly<Record<string, string>>;
type Stream = {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  /** The next block of lines. */
  next(): Promise<Block>;
  /** Blocks until one has this id. */
  until(id: number): Promise<readonly Block[]>;
  /** Resolves when the server has ended the stream. */
  ended(): Promise<void>;
  close(): Promise<void>;
};

let server: ServerFixture;
let s: PaidSession<FixtureIssuer>;
const path = '/v1/events/stream';

before(async () => {
  server = await createServerFixture();
  s = await paidSession(server);
});
after(() => server.close());

/** The fields of one block of a text/event-stream; a comment has an empty name. */
const blockOf = (text: string): Block =>
  Object.fromEntries(
    text.split('\n').map((line) => {
      const at = line.indexOf(':');
      return [line.slice(0, at), line.slice(at + 1).replace(/^ /, '')];
    }),
  );

/** A connection of its own: one that a pool keeps open would hold up the server's stop. */
async function listen(query = '', headers: Record<string, string> = {}): Promise<Stream> {
  const request = get(server.url + path + query, {
    agent: false,
    headers: { authorization: `Bearer ${server.tokenOf('maker')}`, ...headers },
  });
  const [answer] = (await once(request, 'response')) as [IncomingMessage];
  const chunks = answer.setEncoding('utf8')[Symbol.asyncIterator]();
  let text = '';
  const next = async (): Promise<Block> => {
    for (let end = text.indexOf('\n\n'); end < 0; end = text.indexOf('\n\n')) {
      const { value, done } = await chunks.next();
      assert.ok(!done, `the stream has ended after "${text}"`);
      text += value as string;
    }
    const end = text.indexOf('\n\n');
    const block = blockOf(text.slice(0, end));
    text = text.slice(end + 2);
    return block;
  };
  return {
    status: answer.statusCode,
    headers: answer.headers,
    next,
    async until(id) {
      const blocks: Block[] = [];
      do blocks.push(await next());
      while (Number(blocks.at(-1)?.['id'] ?? 0) < id);
      return blocks;
    },
    async ended() {
      while (!(await chunks.next()).done);
    },
    close: async () => void request.destroy(),
  };
}

const headIndex = async (): Promise<number> => (await server.issuer.ledger.head()).index;
const numbers = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, at) => from + at);

describe('GET /v1/events/stream', () => {
  test('says what happens, each with the index of its entry', async () => {
    const head = await headIndex();
    const stream = await listen();
    assert.equal(stream.status, 200);
    assert.equal(stream.headers['content-type'], 'text/event-stream');
    assert.deepEqual(await stream.next(), { retry: '2000', id: `${head}` });
    await server.issue(s.payer, 77n);
    const { id, event, data } = await stream.next();
    assert.deepEqual([id, event], [`${head + 1}`, 'money.issued']);
    const told = JSON.parse(data as string) as { id: number; data: { amount: string } };
    assert.deepEqual([told.id, told.data.amount], [head + 1, '77']);
    await stream.close();
  });

  test('goes on after Last-Event-ID without a gap and without a repetition', async () => {
    const head = await headIndex();
    const stream = await listen('', { 'last-event-id': '3' });
    const [hello, ...events] = await stream.until(head);
    assert.equal(hello?.['id'], '3');
    assert.deepEqual(
      events.map(({ id }) => Number(id)),
      numbers(4, head),
    );
    await stream.close();
  });

  test('gives the same events as GET /v1/events', async () => {
    const head = await headIndex();
    const stream = await listen('?after=0');
    const [, ...events] = await stream.until(head);
    const listed = await server.ask('/v1/events?limit=500', { as: 'maker' });
    assert.deepEqual(
      events.map(({ data }) => JSON.parse(data as string) as unknown),
      listed.json?.['items'],
    );
    await stream.close();
  });

  test('says only what was asked for', async () => {
    const stream = await listen(`?after=0&type=payment&session=${s.session}`);
    await stream.next();
    await server.send(s.settle(s.bill(100n)).bytes);
    await stream.close();
    const refunds = await listen(`?after=0&type=settlement&session=${s.session}`);
    await refunds.next();
    assert.equal((await refunds.next())['event'], 'settlement.posted');
    await refunds.close();
  });

  test('ends when the server stops, and the reader goes on where it was', async () => {
    const stream = await listen();
    const { id } = await stream.next();
    await server.restart();
    await stream.ended();
    await server.issue(s.payer, 1n);
    const again = await listen('', { 'last-event-id': id as string });
    await again.next();
    assert.equal((await again.next())['id'], `${Number(id) + 1}`);
    await again.close();
  });

  const wrong: readonly (readonly [string, string, Record<string, string>, number, string])[] = [
    ['without a token', '', { authorization: '' }, 401, 'credentials-missing'],
    ['with an unknown parameter', '?limit=3', {}, 400, 'parameter-unknown'],
    ['with a type that cannot be', '?type=A', {}, 400, 'parameter-invalid'],
    ['with a session that cannot be', '?session=x', {}, 400, 'parameter-invalid'],
    ['with an index that is none', '?after=-1', {}, 400, 'parameter-invalid'],
    ['with two indexes', '?after=1&after=2', {}, 400, 'parameter-invalid'],
    ['after the end of the log', '?after=999999', {}, 400, 'parameter-invalid'],
    ['with a foreign Last-Event-ID', '', { 'last-event-id': 'x' }, 400, 'parameter-invalid'],
  ];
  for (const [what, query, headers, status, code] of wrong) {
    test(`refuses a request ${what}`, async () => {
      const answer = await server.ask(path + query, { as: 'maker', headers });
      assert.deepEqual([answer.status, answer.json?.['code']], [status, code]);
    });
  }
});

describe('GET /v1/events', () => {
  test('gives every event once, page by page', async () => {
    const ids: number[] = [];
    let cursor: string | undefined;
    do {
      const more = cursor === undefined ? '' : `&cursor=${cursor}`;
      const { json } = await server.ask(`/v1/events?limit=4${more}`, { as: 'maker' });
      const page = json as { items: { id: number }[]; next?: string };
      ids.push(...page.items.map(({ id }) => id));
      cursor = page.next;
    } while (cursor !== undefined);
    assert.deepEqual(ids, numbers(1, await headIndex()));
  });

  test('begins after the index that is asked for', async () => {
    const { json } = await server.ask('/v1/events?after=5&limit=2', { as: 'maker' });
    assert.deepEqual(
      (json as { items: { id: number }[] }).items.map(({ id }) => id),
      [6, 7],
    );
  });
});
