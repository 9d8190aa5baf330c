import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { tilePath } from '@coinbox/log';
import { logKeyOf, openCheckpoint } from '@coinbox/protocol';
import { readConfig } from '../config.ts';
import { readCertificate } from '../testing/wallets.ts';
import { createServerFixture } from '../testing/server.ts';
import type { ServerFixture } from '../testing/server.ts';

let server: ServerFixture;
before(async () => {
  server = await createServerFixture();
  await server.openPayer(100n);
  await server.restart();
});
after(() => server.close());

const FOR_EVER = 'public, max-age=31536000, immutable';

describe('the files of the log over HTTP', () => {
  test('are a checkpoint, signed by the key that the authority has certified', async () => {
    const { status, headers, bytes } = await server.ask('/log/checkpoint');
    assert.equal(status, 200);
    assert.equal(headers.get('content-type'), 'text/plain; charset=utf-8');
    assert.equal(headers.get('cache-control'), 'no-cache');
    const { network, root, certificates } = readConfig(server.folder);
    const [authority, own] = certificates.map((one) => Buffer.from(one).toString('base64url'));
    assert.ok(authority && own);
    const bytesOfAuthority = Buffer.from(authority, 'base64url');
    const { publicKey } = readCertificate(own, network, root, bytesOfAuthority).body;
    assert.equal(publicKey.algorithm, 'EdDSA-tree');
    const opened = openCheckpoint(bytes.toString(), logKeyOf(network, publicKey.bytes));
    assert.ok(opened.ok);
    const { index } = await server.issuer.ledger.head();
    assert.equal(opened.value.checkpoint.size, index);
  });

  test('are tiles and bundles that may be kept for ever', async () => {
    const { index: width } = await server.issuer.ledger.head();
    for (const [level, bytesEach] of [
      [0, 32],
      ['entries', 34],
    ] as const) {
      const { status, headers, bytes } = await server.ask(
        `/log/${tilePath({ level, number: 0, width })}`,
      );
      assert.equal(status, 200);
      assert.equal(headers.get('content-type'), 'application/octet-stream');
      assert.equal(headers.get('cache-control'), FOR_EVER);
      assert.equal(bytes.length, width * bytesEach);
    }
  });

  const missing = [
    '/log/',
    '/log/tile/0/000',
    '/log/tile/0/001.p/1',
    '/log/tile/0/000.p/200',
    '/log/../issuer.json',
    '/log/..%2fissuer.json',
    '/log/%2e%2e/keys.json',
    '/log/tile/0/../../../keys.json',
    '/log/checkpoint.new',
    '/log/tile/64/000',
  ];
  for (const path of missing) {
    test(`are not ${path}`, async () => {
      const { status, json } = await server.ask(path);
      assert.deepEqual([status, json?.['code']], [404, 'not-found']);
    });
  }
});
