import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, test } from 'node:test';
import { accept, reject } from '@coinbox/protocol';
import type { MoveMoney, OpenWallet, WalletJson } from '@coinbox/protocol';
import { serveDesk } from './desk.ts';

const origin = 'http://127.0.0.1:7400';
const key = { algorithm: 'EdDSA', bytes: 'AAAA' };
let opened: OpenWallet[] = [];
let issued: MoveMoney[] = [];
let isFull = false;
const client = {
  async openWallet(order: OpenWallet) {
    if (isFull) return reject('key-in-use');
    opened.push(order);
    return accept({ wallet: order.wallet } as WalletJson);
  },
  async issueMoney(order: MoveMoney) {
    issued.push(order);
    return accept({ id: order.id, index: 1, at: '2026-11-23T00:00:00Z' });
  },
};
const desk = { client, asset: 'CNY/2', gift: 20_000n, origin } as const;
const server = createServer((request, response) => void serveDesk(desk, request, response));
let url = '';

before(async () => {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/wallets`;
});
after(() => server.close());
beforeEach(() => {
  opened = [];
  issued = [];
  isFull = false;
});

const ask = (body: unknown, from = origin, method = 'POST') =>
  fetch(url, {
    method,
    headers: { origin: from, 'content-type': 'application/json' },
    ...(method === 'POST' && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });

test('the desk opens a payer wallet for a key and puts the gift into it', async () => {
  assert.equal((await ask(key)).status, 201);
  assert.deepEqual([opened[0]?.role, opened[0]?.key], ['payer', key]);
  const [gift] = issued;
  assert.deepEqual([gift?.wallet, gift?.amount], [opened[0]?.wallet, '20000']);
});

const refused: readonly [why: string, body: unknown, from: string, method: string, number][] = [
  ['another origin', key, 'http://evil.example', 'POST', 403],
  ['a GET', key, origin, 'GET', 405],
  ['no JSON', '{', origin, 'POST', 422],
  ['no algorithm', { bytes: 'AAAA' }, origin, 'POST', 422],
  ['no bytes', { algorithm: 'EdDSA' }, origin, 'POST', 422],
  ['a long body', { ...key, more: 'x'.repeat(2_000) }, origin, 'POST', 422],
];

for (const [why, body, from, method, status] of refused) {
  test(`the desk gives nothing to ${why}`, async () => {
    assert.equal((await ask(body, from, method)).status, status);
    assert.deepEqual([opened, issued], [[], []]);
  });
}

test('the desk gives no second wallet to a key', async () => {
  isFull = true;
  assert.equal((await ask(key)).status, 422);
  assert.deepEqual(issued, []);
});
