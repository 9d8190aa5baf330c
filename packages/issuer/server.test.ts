import assert from 'node:assert/strict';
import { existsSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { DatabaseSync } from 'node:sqlite';
import { Fault, createIssuerClient } from '@coinbox/protocol';
import { pino } from 'pino';
import { initIssuer } from './init.ts';
import { RECORDS_FILE } from './registry/schema.ts';
import { startIssuer } from './server.ts';
import { expect } from './testing/fixture.ts';
import { createServerFixture } from './testing/server.ts';
import type { ServerFixture } from './testing/server.ts';
import { paidSession } from './testing/session.ts';

const faultOf = (code: string) => (cause: unknown) => cause instanceof Fault && cause.code === code;
const silent = pino({ level: 'silent' });

/** All rows of the records that the log decides. */
function recordsOf(folder: string): unknown {
  const database = new DatabaseSync(join(folder, RECORDS_FILE), { readOnly: true });
  const tables = ['progress', 'wallets', 'mappings', 'proposals', 'parked'];
  const rows = tables.map((table) => database.prepare(`SELECT * FROM ${table}`).all());
  database.close();
  return JSON.parse(JSON.stringify(rows));
}

describe('startIssuer()', () => {
  let server: ServerFixture;
  before(async () => {
    server = await createServerFixture();
  });
  after(() => server.close());

  test('gives byte-identical receipts across a restart', async () => {
    const s = await paidSession(server);
    const settle = s.settle(s.bill(320n)).bytes;
    const first = await server.send(settle);
    assert.equal(first.status, 200);
    await server.restart();
    const again = await server.send(settle);
    assert.equal(again.headers.get('idempotent-replayed'), 'true');
    assert.deepEqual(again.bytes, first.bytes);
  });

  test('keeps the answers to keyed requests across a restart', async () => {
    const payer = await server.openPayer(0n);
    const json = {
      id: server.newId('issuance'),
      wallet: payer.wallet,
      amount: '7',
      asset: 'CNY/2',
    };
    const asking = { method: 'POST', as: 'maker', key: 'across', json };
    const first = await server.ask('/v1/issuances', asking);
    await server.restart();
    const again = await server.ask('/v1/issuances', asking);
    assert.deepEqual(again.bytes, first.bytes);
    assert.equal(again.headers.get('idempotent-replayed'), 'true');
  });

  test('builds the records again from the log alone, row for row', async () => {
    const s = await paidSession(server);
    await s.freeze(s.provider);
    const parked = s.settle(s.bill(10n)).bytes;
    assert.equal((await server.send(parked)).status, 202);
    const summary = await server.issuer.summary();
    let before: unknown;
    await server.restart(() => {
      before = recordsOf(server.folder);
      for (const end of ['', '-wal', '-shm']) {
        rmSync(join(server.folder, RECORDS_FILE + end), { force: true });
      }
    });
    await server.restart(() => assert.deepEqual(recordsOf(server.folder), before));
    assert.deepEqual(await server.issuer.summary(), summary);
    assert.equal((await server.send(parked)).headers.get('idempotent-replayed'), 'true');
  });

  test('refuses a folder that another program has open: already-running', async () => {
    const { folder } = server;
    await assert.rejects(startIssuer({ folder, log: silent }), faultOf('already-running'));
  });

  test('refuses a folder that was not initialised, and one that was', async () => {
    const folder = `${server.folder}-none`;
    await assert.rejects(startIssuer({ folder, log: silent }), faultOf('not-initialised'));
    assert.equal(existsSync(folder), false);
    const { clock } = server;
    const again = () => initIssuer(server.folder, { network: 'n', asset: 'CNY/2', clock });
    assert.throws(again, faultOf('already-initialised'));
  });

  test('refuses an address that is taken, and lets go of the folder', async () => {
    const port = Number(new URL(server.url).port);
    const folder = `${server.folder}-second`;
    initIssuer(folder, { network: 'n', asset: 'CNY/2', clock: server.clock });
    await assert.rejects(startIssuer({ folder, port, log: silent }), faultOf('unreachable'));
    const second = await startIssuer({ folder, log: silent });
    await second.close();
    rmSync(folder, { recursive: true });
  });

  test('speaks to the client of the protocol', async () => {
    const { url } = server;
    const token = server.tokenOf('maker');
    const client = createIssuerClient({ url, fetch: fetch as never, token });
    assert.equal(expect(await client.discover()).network, 'test-net');
    assert.equal(expect(await client.summary()).difference, '0');
    const wallet = await client.wallet(server.newId('wallet'));
    assert.equal(!wallet.ok && wallet.rejection.code, 'wallet-unknown');
  });

  test('shows its health and its metrics', async () => {
    assert.equal((await server.ask('/livez')).status, 200);
    const ready = await server.ask('/readyz');
    assert.deepEqual([ready.status, ready.json?.['status']], [200, 'ready']);
    await server.send(new Uint8Array([1]));
    const text = (await server.ask('/metrics')).bytes.toString();
    assert.match(text, /^coinbox_conservation_ok 1$/m);
    assert.match(text, /^coinbox_rejections_total\{code="malformed-tag"\} 1$/m);
    assert.match(text, /^coinbox_requests_total\{door="messages",status="400"\} 1$/m);
    assert.match(text, /^coinbox_ledger_index [1-9][0-9]*$/m);
  });

  test('keeps secrets to the owner of the folder', () => {
    for (const name of ['keys.json', 'maker.token', 'checker.token', 'issuer.json']) {
      assert.equal(statSync(join(server.folder, name)).mode & 0o077, 0, name);
    }
    assert.equal(statSync(server.folder).mode & 0o077, 0);
  });
});

describe('requests that node:http cannot read', () => {
  let server: ServerFixture;
  before(async () => {
    server = await createServerFixture();
  });
  after(() => server.close());

  /** Writes bytes to the port and reads until the server hangs up. */
  function speak(text: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
      let answer = '';
      socket.on('data', (chunk) => (answer += chunk.toString()));
      socket.on('error', reject);
      socket.on('close', () => resolve(answer));
      socket.write(text);
    });
  }

  const start = 'POST /v1/messages HTTP/1.1\r\nhost: x\r\n';
  const rows: readonly (readonly [string, string, number])[] = [
    ['two lengths', `${start}content-length: 1\r\ncontent-length: 2\r\n\r\nab`, 400],
    [
      'length and chunks',
      `${start}content-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
      400,
    ],
    ['a bare line feed in a header', `${start}a: b\nc: d\r\n\r\n`, 400],
    ['a header of 9 KiB', `${start}a: ${'b'.repeat(9_216)}\r\n\r\n`, 431],
    ['no HTTP at all', 'hello\r\n\r\n', 400],
  ];
  for (const [name, text, status] of rows) {
    test(`${name}: ${status} http-malformed, and the connection is closed`, async () => {
      const answer = await speak(text);
      assert.match(answer, new RegExp(`^HTTP/1.1 ${status} `));
      const json = JSON.parse(answer.slice(answer.indexOf('{'))) as Record<string, unknown>;
      assert.deepEqual([json['code'], json['status']], ['http-malformed', status]);
    });
  }
});
