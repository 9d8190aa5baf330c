import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import {
  ACCEPT,
  CARRIER_MEDIA_TYPE,
  Fault,
  MESSAGE_MEDIA_TYPE,
  OFFER,
  decodeCarrierReply,
  newId,
  parseOfferLink,
  problemOf,
  readOwn,
  reject,
  sha256,
} from '@coinbox/protocol';
import type { CarrierReply, FaultCode, Instant } from '@coinbox/protocol';
import { startGateway } from './gateway.ts';
import type { Gateway } from './gateway.ts';
import { readTerminalReport } from './report.ts';
import {
  askOffer,
  createSimulatedIssuer,
  enrolKitTerminal,
  found,
  kitPay,
  kitTerminal,
  lastingParties,
  payRequest,
  sessionNamed,
} from './testing/kit.ts';

const root = mkdtempSync(join(tmpdir(), 'coinbox-gateway-'));
/** The test runs on the machine's clock. */
const parties = lastingParties();
const issuer = createSimulatedIssuer();
issuer.mapped = { version: 3, provider: parties.provider };

/** The two calls of the issuer's HTTP that a terminal makes. */
const issuerServer = createServer(async (request, response) => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const isMessage = request.method === 'POST';
  const isMapping = request.url?.endsWith('/mapping');
  const answer = isMessage
    ? await issuer.submit(Buffer.concat(parts))
    : isMapping
      ? await issuer.mapping(kitTerminal)
      : reject('not-found');
  const type = !answer.ok ? 'application/problem+json' : isMessage ? MESSAGE_MEDIA_TYPE : '';
  response.writeHead(answer.ok ? 200 : 422, { 'content-type': type || 'application/json' });
  if (!answer.ok) response.end(JSON.stringify(problemOf(answer.rejection)));
  else response.end(isMessage ? (answer.value as Uint8Array) : JSON.stringify(answer.value));
});
let issuerUrl = '';
before(async () => {
  await new Promise<void>((resolve) => void issuerServer.listen(0, '127.0.0.1', resolve));
  issuerUrl = `http://127.0.0.1:${(issuerServer.address() as AddressInfo).port}`;
});
after(() => {
  issuerServer.closeAllConnections();
  issuerServer.close();
  rmSync(root, { recursive: true });
});

const gateways: Gateway[] = [];
afterEach(async () => {
  for (const gateway of gateways.splice(0)) await gateway.close();
});
const faults: unknown[] = [];
const newFolder = (): string => {
  const folder = mkdtempSync(join(root, 'terminal-'));
  enrolKitTerminal(folder, { issuerUrl }, parties);
  return folder;
};
const start = async (folder = newFolder(), port = 0): Promise<Gateway> => {
  const onFault = (fault: unknown): void => void faults.push(fault);
  const gateway = await startGateway({ folders: [folder], host: '127.0.0.1', port, onFault });
  gateways.push(gateway);
  return gateway;
};

const carrier = async ({ url }: Gateway, body: Uint8Array): Promise<CarrierReply> => {
  const answer = await fetch(`${url}/${kitTerminal}/carrier`, {
    method: 'POST',
    headers: { 'content-type': CARRIER_MEDIA_TYPE },
    body: Uint8Array.from(body),
  });
  assert.equal(answer.status, 200);
  const reply = decodeCarrierReply(new Uint8Array(await answer.arrayBuffer()));
  assert.ok(reply.ok);
  return reply.value;
};
/** Pays over HTTP. The clock is the machine's. */
async function pay(gateway: Gateway): Promise<{ session: string }> {
  const offer = await carrier(gateway, askOffer);
  const { hash } = readOwn(OFFER, found(offer.messages[0]));
  const at = Date.now() as Instant;
  const request = payRequest(kitPay(hash, { at, sequence: at }).bytes, parties.payer);
  const reply = await carrier(gateway, request);
  assert.equal(reply.kind, 'session');
  return { session: readOwn(ACCEPT, found(reply.messages[0])).body.session };
}
const device = ({ url }: Gateway, session: string, body: string, method = 'POST') =>
  fetch(`${url}/${kitTerminal}/device/${session}`, method === 'GET' ? {} : { method, body });
const said = async (answer: Response): Promise<[number, string]> => [
  answer.status,
  ((await answer.json()) as { code?: string }).code ?? 'no code',
];
const faultOf =
  (code: FaultCode) =>
  (thrown: unknown): boolean =>
    thrown instanceof Fault && thrown.code === code;

describe('a gateway', () => {
  it('says that it lives, and how its terminals are', async () => {
    const gateway = await start();
    assert.deepEqual(gateway.terminals, [kitTerminal]);
    const live = await fetch(`${gateway.url}/livez`);
    assert.deepEqual(await live.json(), { status: 'ok' });
    const [status] = (await (await fetch(`${gateway.url}/status`)).json()) as Record<
      string,
      unknown
    >[];
    assert.equal(status?.terminal, kitTerminal);
    assert.equal(status?.mapped, true);
    assert.equal(status?.holding, '0');
  });

  it('takes a payment and plays the machine', async () => {
    const folder = newFolder();
    const gateway = await start(folder);
    const { session } = await pay(gateway);
    const from = Date.now();
    const readings = [
      { at: from, phase: 'active', energyWh: '0' },
      { at: from + 3_600_000, phase: 'idle', energyWh: '6170' },
    ];
    const played = await device(gateway, session, JSON.stringify({ readings }));
    assert.deepEqual([played.status, await played.json()], [200, { played: true }]);
    const again = await device(gateway, session, JSON.stringify({ readings }));
    assert.deepEqual(await said(again), [404, 'session-unknown']);
    const [row] = readTerminalReport(folder).sessions;
    assert.equal(row?.stage, 'awaiting-bill');
  });

  it('gives the money back when the machine is told to fail', async () => {
    const folder = newFolder();
    const gateway = await start(folder);
    const before = issuer.held();
    const { session } = await pay(gateway);
    assert.equal((await device(gateway, session, '{"fail":true}')).status, 200);
    const end = performance.now() + 5_000;
    while (issuer.held() !== before && performance.now() < end) await pause(10);
    assert.equal(issuer.held(), before);
  });

  const wrong: readonly (readonly [title: string, body: string, answer: [number, string]])[] = [
    ['what is no JSON', '{', [400, 'malformed-json']],
    ['readings that are no list', '{"readings":{}}', [400, 'malformed-value']],
    ['a counter that is no number', '{"readings":[{"energyWh":"x"}]}', [400, 'malformed-value']],
    ['a reading that is null', '{"readings":[null]}', [400, 'malformed-value']],
    [
      'a register that falls',
      '{"readings":[{"at":9,"phase":"active","cycles":2},{"at":9,"phase":"idle","cycles":1}]}',
      [422, 'meter-invalid'],
    ],
  ];
  it('refuses orders to the machine that make no sense, and the session goes on', async () => {
    const gateway = await start();
    const { session } = await pay(gateway);
    for (const [title, body, answer] of wrong) {
      assert.deepEqual(await said(await device(gateway, session, body)), answer, title);
    }
    const tooLong = await device(gateway, session, ' '.repeat(65_537));
    assert.deepEqual(await said(tooLong), [413, 'too-large']);
    assert.deepEqual(await said(await device(gateway, session, '', 'GET')), [
      405,
      'method-not-allowed',
    ]);
    assert.equal((await device(gateway, session, 'null')).status, 200);
  });

  it('knows no session that it did not open, and no id that is none', async () => {
    const gateway = await start();
    const never = await device(gateway, sessionNamed('never'), '{}');
    assert.deepEqual(await said(never), [404, 'session-unknown']);
    const none = await device(gateway, 'first', '{}');
    assert.equal((await said(none))[1], 'parameter-invalid');
  });

  it('knows no other terminal, and no other path', async () => {
    const gateway = await start();
    const other = newId('wallet', 1 as Instant, sha256(new Uint8Array()));
    assert.deepEqual(await said(await fetch(`${gateway.url}/${other}/carrier`)), [
      404,
      'terminal-unknown',
    ]);
    assert.deepEqual(await said(await fetch(gateway.url)), [404, 'terminal-unknown']);
    for (const path of ['', '/', '/device', '/keys']) {
      const answer = await fetch(`${gateway.url}/${kitTerminal}${path}`);
      assert.deepEqual(await said(answer), [404, 'not-found'], path);
    }
  });

  it('answers a payer with another content type, or with too much', async () => {
    const { url } = await start();
    const path = `${url}/${kitTerminal}/carrier`;
    const json = await fetch(path, { method: 'POST', body: '{}' });
    assert.deepEqual(await said(json), [415, 'unsupported-media-type']);
    const headers = { 'content-type': CARRIER_MEDIA_TYPE };
    const body = new Uint8Array(4097);
    const long = await fetch(path, { method: 'POST', headers, body });
    assert.deepEqual(await said(long), [413, 'too-large']);
  });

  it('gives its screen an offer link that leads back to it', async () => {
    const { url } = await start();
    const answer = await fetch(`${url}/${kitTerminal}/link`);
    assert.equal(answer.status, 200);
    const { link } = (await answer.json()) as { link: string };
    const read = parseOfferLink(link);
    assert.ok(read.ok);
    assert.equal(read.value.url, `${url}/${kitTerminal}/carrier`);
    assert.equal(readOwn(OFFER, read.value.offer).body.terminal, kitTerminal);
  });

  it('has a folder for itself, and gives it up at its end', async () => {
    const folder = newFolder();
    const gateway = await start(folder);
    await assert.rejects(start(folder), faultOf('already-running'));
    assert.equal((await fetch(`${gateway.url}/livez`)).status, 200);
    await gateways.splice(0)[0]?.close();
    await start(folder);
  });

  it('gives up every folder when it cannot start', async () => {
    const folder = newFolder();
    const { url } = await start();
    await assert.rejects(start(folder, Number(new URL(url).port)), { code: 'EADDRINUSE' });
    await assert.rejects(
      startGateway({
        folders: [folder, join(root, 'none')],
        host: '127.0.0.1',
        port: 0,
        onFault: () => undefined,
      }),
      faultOf('not-initialised'),
    );
    await start(folder);
  });
});
