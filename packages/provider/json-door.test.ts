import assert from 'node:assert/strict';
import { chmodSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, test } from 'node:test';
import { createMemoryLinks } from '@coinbox/link';
import { startProvider } from './agent.ts';
import type { StartProvider } from './agent.ts';
import { answerJson, openBillingToken } from './json-door.ts';
import { createClock, createRandom, enrolledFolder, temporaryFolder } from './testing/folder.ts';
import { kit, kitMeter, kitSession, kitTerminal } from './testing/kit.ts';

const TOKEN = 'secret';
type Test = { after(work: () => unknown): void };

/** A provider that bills by hand, and the terminal's end of its link. */
function opened(t: Test, over: Partial<StartProvider> = {}) {
  const folder = enrolledFolder(t);
  const links = createMemoryLinks();
  const start = () =>
    startProvider({
      folder,
      clock: createClock(),
      random: createRandom(),
      openLink: (order) => links.open(order),
      billing: 'own',
      ...over,
    });
  let provider = start();
  t.after(() => provider.close());
  const terminal = links.open({
    side: 'terminal',
    own: kitTerminal,
    peers: [provider.wallet],
    certificates: [kit.holding.certificate.bytes],
    outbox: {
      pending: () => [{ peer: provider.wallet, ...kitMeter() }],
      acknowledged: () => undefined,
    },
    handler: { receive: () => 'later' },
  });
  const ask = (method: string, path: string, body: unknown = '', token = TOKEN) =>
    answerJson(provider, TOKEN, {
      method,
      path,
      authorization: `Bearer ${token}`,
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  return {
    ask,
    deliver() {
      terminal.wake();
      links.settle();
    },
    async restart() {
      await provider.close();
      provider = start();
    },
  };
}

const line = { description: 'Energy', quantity: '6.17', unit: 'kWh', unitPrice: '1.80' };
const bill = (net: string) => ({ lines: [{ ...line, net, tax: '0' }] });
const path = `/sessions/${kitSession}/bill`;
const codeOf = ({ body }: ReturnType<typeof answerJson>) => (body as { code?: string }).code;

describe('answerJson()', () => {
  it('lists what waits, bills it once, and has nothing left', (t) => {
    const { ask, deliver } = opened(t);
    assert.deepEqual(ask('GET', '/sessions').body, { sessions: [] });
    deliver();
    const { sessions } = ask('GET', '/sessions').body as { sessions: Record<string, unknown>[] };
    const [waiting] = sessions;
    const readings = (waiting?.['readings'] ?? []) as { energyWh: string }[];
    const energy = readings.map((one) => one.energyWh);
    assert.deepEqual([waiting?.['session'], energy], [kitSession, ['0', '6170']]);
    const first = ask('POST', path, bill('1000'));
    assert.equal(first.status, 200);
    assert.deepEqual(ask('POST', path, bill('1000')), first);
    assert.equal(codeOf(ask('POST', path, bill('1001'))), 'id-reused');
    assert.deepEqual(ask('GET', '/sessions').body, { sessions: [] });
  });

  it('still lists what waits after a restart, and tells of it', async (t) => {
    const told: string[] = [];
    const { ask, deliver, restart } = opened(t, {
      onDelivered: ({ session }) => void told.push(session),
    });
    deliver();
    await restart();
    assert.deepEqual(told, [kitSession, kitSession]);
    assert.equal(ask('POST', path, bill('1000')).status, 200);
    await restart();
    assert.equal(told.length, 2);
  });

  it('lets in who has the token, and nobody else', (t) => {
    const { ask } = opened(t);
    assert.equal(ask('GET', '/sessions', '', 'secreT').status, 401);
    assert.equal(ask('GET', '/sessions', '', '').status, 401);
  });

  const rows: readonly (readonly [string, string, string, unknown, string])[] = [
    ['another path', 'GET', '/session', '', 'not-found'],
    ['a bill that is asked for by GET', 'GET', path, '', 'not-found'],
    ['what is no JSON', 'POST', path, '{', 'malformed-json'],
    ['JSON that is no object', 'POST', path, '[]', 'malformed-value'],
    ['a field that is not known', 'POST', path, { ...bill('1'), amount: '1' }, 'malformed-value'],
    ['a session that is not there', 'POST', path, bill('1'), 'session-unknown'],
  ];
  for (const [title, method, at, body, code] of rows) {
    it(`refuses ${title}`, (t) => assert.equal(codeOf(opened(t).ask(method, at, body)), code));
  }
});

test('a token is made once, and its file is for its owner only', (t) => {
  const folder = temporaryFolder(t);
  const token = openBillingToken(folder);
  assert.equal(token.length, 43);
  assert.equal(openBillingToken(folder), token);
  const file = join(folder, 'billing.token');
  assert.equal(statSync(file).mode & 0o077, 0);
  chmodSync(file, 0o644);
  assert.throws(() => openBillingToken(folder), { code: 'startup-unsafe' });
});
