import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, describe, it } from 'node:test';
import { toHex } from '@coinbox/protocol';
import type { Display } from '../display.ts';
import { letPagesAsk, serveDisplay } from './http-display.ts';

const known = new Uint8Array(32).fill(7);
const isKnown = (hash: Uint8Array): boolean => toHex(hash) === toHex(known);
let stopped: string[] = [];
const display: Display = {
  machine: () => ({
    terminal: 'wal_1',
    asset: 'CNY/2',
    least: '1',
    most: '2',
    tariff: 'ab',
    isOpen: true,
    sessions: [],
  }),
  tariff: (hash) => (isKnown(hash) ? '{"a":1}' : undefined),
  session: (hash) => (isKnown(hash) ? { stage: 'drawn', held: '5', registers: {} } : undefined),
  stop(hash) {
    if (isKnown(hash)) stopped.push(toHex(hash));
    return isKnown(hash);
  },
};
const server = createServer((request, response) => {
  if (letPagesAsk(request, response)) return;
  const words = (request.url ?? '').slice(1).split('/');
  serveDisplay(display, words, request, response);
});
let url = '';

before(async () => {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => server.close());
beforeEach(() => {
  stopped = [];
});

const hash = toHex(known);
const other = '00'.repeat(32);

/** method, path, status, code or body */
const rows: readonly [method: string, path: string, status: number, says: RegExp][] = [
  ['GET', 'display', 200, /"isOpen":true/],
  ['GET', `tariffs/${hash}`, 200, /^\{"a":1\}$/],
  ['GET', `tariffs/${other}`, 404, /not-found/],
  ['GET', 'tariffs/xyz', 400, /parameter-invalid/],
  ['GET', `sessions/${hash}`, 200, /"stage":"drawn"/],
  ['GET', `sessions/${other}`, 404, /session-unknown/],
  ['GET', 'sessions/', 400, /parameter-invalid/],
  ['POST', `sessions/${hash}/stop`, 200, /"stopped":true/],
  ['POST', `sessions/${other}/stop`, 200, /"stopped":false/],
  ['GET', `sessions/${hash}/stop`, 405, /method-not-allowed/],
  ['POST', 'display', 405, /method-not-allowed/],
];

describe('the display over HTTP', () => {
  for (const [method, path, status, says] of rows) {
    it(`answers ${status} to ${method} ${path.slice(0, 24)}`, async () => {
      const answer = await fetch(`${url}/${path}`, { method });
      assert.equal(answer.status, status);
      assert.match(await answer.text(), says);
      assert.equal(answer.headers.get('access-control-allow-origin'), '*');
    });
  }

  it('tells pages of other origins what they may ask, and stops nothing by that', async () => {
    const answer = await fetch(`${url}/sessions/${hash}/stop`, { method: 'OPTIONS' });
    assert.equal(answer.status, 204);
    assert.equal(answer.headers.get('access-control-allow-methods'), 'GET, POST');
    assert.deepEqual(stopped, []);
  });
});
