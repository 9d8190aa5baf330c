import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { rejectionRow } from '@coinbox/protocol';
import type { RejectionCode } from '@coinbox/protocol';
import type { TestTerminal, TestWallet } from '../testing/fixture.ts';
import { createServerFixture } from '../testing/server.ts';
import type { Asking, HttpAnswer, ServerFixture } from '../testing/server.ts';

let server: ServerFixture;
let payer: TestWallet;
let provider: TestWallet;
let terminal: TestTerminal;

before(async () => {
  server = await createServerFixture();
  provider = await server.openWallet('provider');
  terminal = await server.openTerminal(provider);
  payer = await server.openPayer(1_000n);
});
after(() => server.close());

let keys = 0;
const freshKey = (): string => `key-${(keys += 1)}`;

const post = (path: string, json: unknown, more: Asking = {}): Promise<HttpAnswer> =>
  server.ask(path, { method: 'POST', as: 'maker', key: freshKey(), json, ...more });
/** A body as it is written here, which need not be JSON. */
const postRaw = (body: string | Uint8Array, headers: Record<string, string> = {}) =>
  server.ask('/v1/wallets', {
    method: 'POST',
    as: 'maker',
    key: freshKey(),
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });

const issuance = (change: object = {}) => ({
  id: server.newId('issuance'),
  wallet: payer.wallet,
  amount: '100',
  asset: 'CNY/2',
  ...change,
});
const goodKey = { algorithm: 'EdDSA', bytes: Buffer.alloc(32, 0x58).toString('base64url') };
const opening = (change: object = {}) => ({
  wallet: server.newId('wallet'),
  role: 'payer',
  key: { algorithm: 'EdDSA', bytes: freshKeyBytes() },
  ...change,
});
const proposal = (change: object = {}) => ({
  proposal: server.newId('proposal'),
  terminal: terminal.holding.wallet,
  provider: provider.wallet,
  replaces: 1,
  ...change,
});

/** RFC 8032 §7.1, test 1: a point of the curve. */
const RFC_8032_KEY = 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a';
const freshKeyBytes = (): string => Buffer.from(RFC_8032_KEY, 'hex').toString('base64url');

type Row = readonly [name: string, status: number, code: RejectionCode, () => Promise<HttpAnswer>];

const bodies: readonly Row[] = [
  ['an empty body', 400, 'malformed-empty', () => postRaw('')],
  ['a body that ends too early', 400, 'malformed-json', () => postRaw('{"wallet":')],
  ['a key twice', 400, 'malformed-json', () => postRaw('{"a":1,"a":2}')],
  ['__proto__', 400, 'malformed-json', () => postRaw('{"__proto__":{}}')],
  ['1e400', 400, 'malformed-json', () => postRaw('{"a":1e400}')],
  ['33 levels', 400, 'malformed-json', () => postRaw('['.repeat(33) + ']'.repeat(33))],
  [
    'bytes that are not UTF-8',
    400,
    'malformed-json',
    () => postRaw(Buffer.from('"\xff"', 'latin1')),
  ],
  ['an array', 400, 'malformed-type', () => postRaw('[]')],
  ['64 KiB and a byte', 413, 'too-large', () => postRaw(' '.repeat(65_537))],
  [
    'an unknown field',
    400,
    'malformed-unknown-field',
    () => post('/v1/wallets', opening({ x: 1 })),
  ],
  [
    'a missing field',
    400,
    'malformed-missing-field',
    () => post('/v1/wallets', opening({ key: undefined })),
  ],
  [
    'another content type',
    415,
    'unsupported-media-type',
    () => postRaw('{}', { 'content-type': 'text/plain' }),
  ],
  [
    'another charset',
    415,
    'unsupported-media-type',
    () => postRaw('{}', { 'content-type': 'application/json; charset=latin1' }),
  ],
  [
    'a compressed body',
    415,
    'unsupported-encoding',
    () => postRaw(gzipSync('{}'), { 'content-encoding': 'gzip' }),
  ],
];

const amounts: readonly Row[] = [
  ...['1.5', '1e3', '+1', ' 1', '１２', '0x10', '', '0012', '1_000'].map((amount): Row => [
    `the amount "${amount}"`,
    422,
    'amount-syntax',
    () => post('/v1/issuances', issuance({ amount })),
  ]),
  ['a JSON number', 422, 'amount-syntax', () => post('/v1/issuances', issuance({ amount: 100 }))],
  ['the amount 0', 422, 'amount-zero', () => post('/v1/issuances', issuance({ amount: '0' }))],
  [
    'the amount −1',
    422,
    'amount-negative',
    () => post('/v1/issuances', issuance({ amount: '-1' })),
  ],
  [
    'the amount 2^63',
    422,
    'amount-out-of-range',
    () => post('/v1/issuances', issuance({ amount: '9223372036854775808' })),
  ],
  ['XXY', 422, 'currency-unknown', () => post('/v1/issuances', issuance({ asset: 'XXY/2' }))],
  ['cny', 422, 'currency-unknown', () => post('/v1/issuances', issuance({ asset: 'cny/2' }))],
  ['JPY/2', 422, 'currency-exponent', () => post('/v1/issuances', issuance({ asset: 'JPY/2' }))],
  ['EUR/2', 422, 'currency-mismatch', () => post('/v1/issuances', issuance({ asset: 'EUR/2' }))],
];

const wallets: readonly Row[] = [
  [
    'a wallet id with ../',
    400,
    'parameter-invalid',
    () => post('/v1/wallets', opening({ wallet: 'wal_../..' })),
  ],
  [
    'an unknown role',
    400,
    'parameter-invalid',
    () => post('/v1/wallets', opening({ role: 'root' })),
  ],
  [
    'a key of 31 bytes',
    422,
    'key-invalid',
    () => post('/v1/wallets', opening({ key: { ...goodKey, bytes: 'A'.repeat(42) } })),
  ],
  [
    'the neutral element as a key',
    422,
    'key-invalid',
    () => post('/v1/wallets', opening({ key: { ...goodKey, bytes: `AQ${'A'.repeat(41)}` } })),
  ],
  [
    'a point that is not on P-256',
    422,
    'key-invalid',
    () => post('/v1/wallets', opening({ key: { algorithm: 'ES256', bytes: 'A'.repeat(86) } })),
  ],
  [
    'the key of another wallet',
    409,
    'key-in-use',
    () => {
      const bytes = Buffer.from(payer.signer.publicKey.bytes).toString('base64url');
      return post('/v1/wallets', opening({ key: { algorithm: 'EdDSA', bytes } }));
    },
  ],
  [
    'a settlement wallet without its terminal',
    400,
    'malformed-missing-field',
    () => post('/v1/wallets', opening({ role: 'settlement' })),
  ],
  [
    'a settlement wallet of a terminal that is none',
    404,
    'terminal-unknown',
    () => post('/v1/wallets', opening({ role: 'settlement', terminal: payer.wallet })),
  ],
  [
    'a payer with a terminal',
    400,
    'parameter-invalid',
    () => post('/v1/wallets', opening({ terminal: terminal.holding.wallet })),
  ],
  [
    'the id of a wallet with another body',
    422,
    'id-reused',
    () => post('/v1/wallets', opening({ wallet: payer.wallet })),
  ],
  [
    'an unknown wallet',
    404,
    'wallet-unknown',
    () => post('/v1/issuances', issuance({ wallet: server.newId('wallet') })),
  ],
  [
    'freezing an unknown wallet',
    404,
    'wallet-unknown',
    () => post(`/v1/wallets/${server.newId('wallet')}/freeze`, {}),
  ],
  [
    'issuing into a holding wallet',
    400,
    'parameter-invalid',
    () => post('/v1/issuances', issuance({ wallet: terminal.holding.wallet })),
  ],
  [
    'redeeming more than there is',
    422,
    'insufficient-funds',
    () => post('/v1/redemptions', issuance({ id: server.newId('redemption'), amount: '99999' })),
  ],
];

const mappings: readonly Row[] = [
  [
    'a proposal for a terminal that is none',
    404,
    'terminal-unknown',
    () => post('/v1/mapping-proposals', proposal({ terminal: payer.wallet })),
  ],
  [
    'a proposal for a provider that is none',
    404,
    'wallet-unknown',
    () => post('/v1/mapping-proposals', proposal({ provider: payer.wallet })),
  ],
  [
    'a proposal that replaces an old version',
    409,
    'proposal-stale',
    () => post('/v1/mapping-proposals', proposal({ replaces: 0 })),
  ],
  [
    'the approval of a proposal that nobody made',
    404,
    'proposal-unknown',
    () => post(`/v1/mapping-proposals/${server.newId('proposal')}/approve`, {}),
  ],
];

const requests: readonly Row[] = [
  ['no token', 401, 'credentials-missing', () => server.ask('/v1/wallets')],
  [
    'a token that is nobody’s',
    401,
    'credentials-missing',
    () => server.ask('/v1/wallets', { headers: { authorization: `Bearer ${'A'.repeat(43)}` } }),
  ],
  [
    'no Idempotency-Key',
    400,
    'idempotency-key-missing',
    () => server.ask('/v1/issuances', { method: 'POST', as: 'maker', json: issuance() }),
  ],
  [
    'an Idempotency-Key of 256',
    400,
    'idempotency-key-invalid',
    () => post('/v1/issuances', issuance(), { key: 'k'.repeat(256) }),
  ],
  [
    'an empty Idempotency-Key',
    400,
    'idempotency-key-invalid',
    () => post('/v1/issuances', issuance(), { key: '' }),
  ],
  [
    'an Idempotency-Key with a space',
    400,
    'idempotency-key-invalid',
    () => post('/v1/issuances', issuance(), { key: 'a b' }),
  ],
  ['an unknown path', 404, 'not-found', () => server.ask('/v1/nothing', { as: 'maker' })],
  ['a path that cannot be decoded', 404, 'not-found', () => server.ask('/v1/%zz')],
  [
    'an entry that there is not',
    404,
    'not-found',
    () => server.ask('/v1/entries/999999', { as: 'maker' }),
  ],
  [
    'an entry index of −1',
    400,
    'parameter-invalid',
    () => server.ask('/v1/entries/-1', { as: 'maker' }),
  ],
  ['an unknown key id', 404, 'not-found', () => server.ask('/v1/certificates/0011223344556677')],
  ['a key id that is none', 400, 'parameter-invalid', () => server.ask('/v1/certificates/xyz')],
  [
    'the mapping of a payer',
    404,
    'terminal-unknown',
    () => server.ask(`/v1/terminals/${payer.wallet}/mapping`),
  ],
  [
    'an id that is SQL',
    400,
    'parameter-invalid',
    () => server.ask("/v1/wallets/'%20OR%201=1", { as: 'maker' }),
  ],
  [
    'an unknown parameter',
    400,
    'parameter-unknown',
    () => server.ask('/v1/payments?x=1', { as: 'maker' }),
  ],
  [
    'a parameter of a POST',
    400,
    'parameter-unknown',
    () => post('/v1/issuances?dry=1', issuance()),
  ],
  [
    'a parameter twice',
    400,
    'parameter-invalid',
    () => server.ask('/v1/payments?limit=1&limit=2', { as: 'maker' }),
  ],
  ...['0', '-1', '501', '10001', 'abc', '1.0', ''].map((limit): Row => [
    `the limit "${limit}"`,
    400,
    'parameter-invalid',
    () => server.ask(`/v1/payments?limit=${limit}`, { as: 'maker' }),
  ]),
  [
    'a made-up cursor',
    400,
    'cursor-invalid',
    () => server.ask('/v1/payments?cursor=abc', { as: 'maker' }),
  ],
  [
    'an unknown status',
    400,
    'parameter-invalid',
    () => server.ask('/v1/payments?status=x', { as: 'maker' }),
  ],
  [
    'an unknown code',
    400,
    'parameter-invalid',
    () => server.ask('/v1/payments?code=x', { as: 'maker' }),
  ],
];

/** Refused for good: an entry stands in the log. */
const recorded = new Set<RejectionCode>(['insufficient-funds']);

describe('the JSON API', () => {
  for (const [name, status, code, send] of [
    ...bodies,
    ...amounts,
    ...wallets,
    ...mappings,
    ...requests,
  ]) {
    test(`answers ${name} with ${status} ${code}`, async () => {
      const head = await server.headOf();
      const answer = await send();
      assert.deepEqual([answer.status, answer.json?.['code']], [status, code]);
      assert.equal(answer.json?.['status'], status);
      assert.equal(answer.json?.['title'], rejectionRow(code).en);
      assert.match(String(answer.json?.['trace_id']), /^[0-9a-f]{32}$/);
      assert.equal(answer.headers.get('content-type'), 'application/problem+json');
      assert.doesNotMatch(answer.bytes.toString(), /\.ts:|node:|\bat \w+ \(/);
      if (!recorded.has(code)) assert.equal(await server.headOf(), head, 'the log has not moved');
    });
  }

  test('answers a method that a path does not have with 405 and Allow', async () => {
    const answer = await server.ask('/v1/wallets', { method: 'DELETE', as: 'maker' });
    assert.deepEqual([answer.status, answer.json?.['code']], [405, 'method-not-allowed']);
    assert.equal(answer.headers.get('allow'), 'POST, GET, HEAD');
  });

  test('keeps the trace id that a request brings', async () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const answer = await server.ask('/v1/nothing', { headers: { traceparent } });
    assert.equal(answer.json?.['trace_id'], '4bf92f3577b34da6a3ce929d0e0e4736');
  });
});
