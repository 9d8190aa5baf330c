import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { toHex } from './bytes.ts';
import { createIssuerClient } from './client.ts';
import type { IssuerClient } from './client.ts';
import { Fault } from './fault.ts';
import { MESSAGE_MEDIA_TYPE } from './operations.ts';
import { problemOf } from './problem.ts';

/** What the server saw, and what it is to answer next. */
type Seen = { method: string; url: string; headers: IncomingMessage['headers']; body: string };
type Answer = { status: number; type: string; body: string | Uint8Array; afterMs?: number };
const seen: Seen[] = [];
let answer: Answer = { status: 200, type: 'application/json', body: '{}' };

const server: Server = createServer(async (request, response) => {
  const parts: Uint8Array[] = [];
  for await (const part of request) parts.push(part as Uint8Array);
  const { method = '', url = '', headers } = request;
  seen.push({ method, url, headers, body: Buffer.concat(parts).toString('latin1') });
  const { status, type, body, afterMs = 0 } = answer;
  setTimeout(() => {
    response.writeHead(status, { 'content-type': type }).end(body);
  }, afterMs);
});
let url = '';
before(async () => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => {
  server.closeAllConnections();
  server.close();
});

const client = (more: { token?: string; timeoutMs?: number } = {}): IssuerClient =>
  createIssuerClient({ url, fetch, ...more });
const json = (body: unknown, status = 200): Answer => ({
  status,
  type: 'application/json',
  body: JSON.stringify(body),
});
const problem = (code: Parameters<typeof problemOf>[0]['code'], detail?: string): Answer => {
  const document = problemOf(detail === undefined ? { code } : { code, detail });
  const body = JSON.stringify(document);
  return { status: document.status, type: 'application/problem+json', body };
};
const isFault = (code: string) => (thrown: unknown) =>
  thrown instanceof Fault && thrown.code === code;

const wallet = 'wal_01ARZ3NDEKTSV4RRFFQ69G5FAV';
const proposal = 'prp_01ARZ3NDEKTSV4RRFFQ69G5FAV';
const openBody = { wallet, role: 'payer', key: { algorithm: 'EdDSA', bytes: 'AA' } } as const;
const moveBody = { id: 'iss_01ARZ3NDEKTSV4RRFFQ69G5FAV', wallet, amount: '1', asset: 'CNY/2' };
const mapBody = { proposal, terminal: wallet, provider: wallet, replaces: 0 };

/** Call, request line, Idempotency-Key. */
const calls: readonly (readonly [(c: IssuerClient) => Promise<unknown>, string, string?])[] = [
  [(c) => c.discover(), 'GET /.well-known/coinbox'],
  [(c) => c.openWallet(openBody), 'POST /v1/wallets', wallet],
  [(c) => c.wallet(wallet), `GET /v1/wallets/${wallet}`],
  [(c) => c.issueMoney(moveBody), 'POST /v1/issuances', moveBody.id],
  [(c) => c.redeemMoney(moveBody), 'POST /v1/redemptions', moveBody.id],
  [(c) => c.proposeMapping(mapBody), 'POST /v1/mapping-proposals', proposal],
  [
    (c) => c.approveMapping(proposal),
    `POST /v1/mapping-proposals/${proposal}/approve`,
    `approve-${proposal}`,
  ],
  [(c) => c.mapping(wallet), `GET /v1/terminals/${wallet}/mapping`],
  [(c) => c.summary(), 'GET /v1/summary'],
  [(c) => c.movements('listPayments'), 'GET /v1/payments?limit=500'],
  [(c) => c.movements('listRefunds', 'a+b/c&d'), 'GET /v1/refunds?limit=500&cursor=a%2Bb%2Fc%26d'],
  [(c) => c.wallet('../a?b#c'), 'GET /v1/wallets/..%2Fa%3Fb%23c'],
];

describe('createIssuerClient()', () => {
  for (const [call, line, key] of calls) {
    it(`asks ${line}`, async () => {
      answer = json({ as_of_index: 7 });
      assert.deepEqual(await call(client({ token: 't' })), { ok: true, value: { as_of_index: 7 } });
      const request = seen.at(-1) as Seen;
      assert.equal(`${request.method} ${request.url}`, line);
      assert.equal(request.headers['idempotency-key'], key);
      assert.equal(request.headers.authorization, 'Bearer t');
      const type = request.method === 'POST' ? 'application/json' : undefined;
      assert.equal(request.headers['content-type'], type);
    });
  }

  it('sends the body as it is given, and no token where there is none', async () => {
    answer = json({});
    await client().issueMoney(moveBody);
    const request = seen.at(-1) as Seen;
    assert.deepEqual(JSON.parse(request.body), moveBody);
    assert.equal(request.headers.authorization, undefined);
  });

  it('gives a problem as a rejection', async () => {
    answer = problem('wallet-unknown');
    const rejection = { code: 'wallet-unknown' };
    assert.deepEqual(await client().wallet(wallet), { ok: false, rejection });
    answer = problem('parameter-invalid', 'not an id');
    assert.deepEqual(await client().wallet('x'), {
      ok: false,
      rejection: { code: 'parameter-invalid', detail: 'not an id' },
    });
  });

  it('throws a fault for an answer that is not of ours', async () => {
    for (const strange of [
      { status: 502, type: 'text/html', body: '<html>' },
      json({ code: 'unheard-of' }, 400),
      json({ error: 'no' }, 500),
      { status: 200, type: 'text/html', body: 'welcome' },
    ]) {
      answer = strange;
      await assert.rejects(client().summary(), isFault('answer-invalid'));
    }
  });

  it('throws a fault, with its cause, where nobody answers', async () => {
    const nobody = createIssuerClient({ url: 'http://127.0.0.1:1', fetch });
    await assert.rejects(
      nobody.summary(),
      (thrown: unknown) => isFault('unreachable')(thrown) && (thrown as Fault).cause !== undefined,
    );
  });

  it('throws a fault where the answer takes too long', async () => {
    answer = { ...json({}), afterMs: 2000 };
    await assert.rejects(client({ timeoutMs: 50 }).summary(), isFault('unreachable'));
  });
});

describe('submit()', () => {
  const message = Uint8Array.of(0xd2, 0x84, 0x00, 0xff);
  const receipt = Uint8Array.of(0xd2, 0x84, 0x80);
  const cose = (status: number): Answer => ({ status, type: MESSAGE_MEDIA_TYPE, body: receipt });

  it('sends the bytes and gives the bytes of the RECEIPT, posted, parked or refused', async () => {
    for (const status of [200, 202, 409, 422]) {
      answer = cose(status);
      const answered = await client().submit(message);
      assert.ok(answered.ok);
      assert.equal(toHex(answered.value), toHex(receipt));
    }
    const request = seen.at(-1) as Seen;
    assert.equal(`${request.method} ${request.url}`, 'POST /v1/messages');
    assert.equal(request.headers['content-type'], MESSAGE_MEDIA_TYPE);
    assert.equal(toHex(Buffer.from(request.body, 'latin1')), toHex(message));
  });

  it('gives a problem as a rejection', async () => {
    answer = problem('signature-invalid');
    const rejection = { code: 'signature-invalid' };
    assert.deepEqual(await client().submit(message), { ok: false, rejection });
  });

  it('throws a fault for an answer that is neither', async () => {
    answer = { status: 200, type: 'text/plain', body: 'ok' };
    await assert.rejects(client().submit(message), isFault('answer-invalid'));
  });
});
