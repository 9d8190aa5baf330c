import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Fault } from '@coinbox/protocol';
import { readConfig } from '../config.ts';
import { initIssuer } from '../init.ts';
import { TEST_ASSET, TEST_NETWORK, expect, fixtureOf } from '../testing/fixture.ts';
import { paidSession } from '../testing/session.ts';
import { createTestClock, createTestRandom } from '../testing/wallets.ts';
import { startIssuerThread } from './remote-issuer.ts';

const faultOf = (code: string) => (cause: unknown) => cause instanceof Fault && cause.code === code;

describe('startIssuerThread()', () => {
  const folder = mkdtempSync(join(tmpdir(), 'coinbox-thread-'));
  const clock = createTestClock();
  before(() => initIssuer(folder, { network: TEST_NETWORK, asset: TEST_ASSET, clock }));
  after(() => rmSync(folder, { recursive: true }));
  const start = async () => {
    const issuer = await startIssuerThread(folder, clock);
    const ports = { ...readConfig(folder), ledger: issuer.ledger };
    return fixtureOf(issuer, ports, clock, createTestRandom(`${issuer.openedAt}`));
  };

  test('answers many messages of one turn, each with its own receipt', async () => {
    const s = await paidSession(await start());
    const pays = Array.from({ length: 50 }, (_, at) =>
      s.messages.pay(s.payer, s.messages.offer(s.terminal, s.provider), BigInt(at + 1)),
    );
    const answers = await Promise.all(pays.map(({ bytes }) => s.issuer.submit(bytes)));
    const amounts = answers.map((answer) => s.readReceipt(expect(answer).receipt).amount);
    assert.deepEqual(
      amounts,
      pays.map(({ body }) => body.amount),
    );
    await s.issuer.close();
  });

  test('passes rejections and refusals on as values', async () => {
    const s = await paidSession(await start());
    const broken = await s.issuer.submit(new Uint8Array());
    assert.deepEqual(broken, { ok: false, rejection: { code: 'malformed-empty' } });
    const pay = s.messages.pay(s.payer, s.messages.offer(s.terminal, s.provider), 99_999n);
    const refused = expect(await s.issuer.submit(pay.bytes));
    assert.deepEqual([refused.status, refused.code], ['refused', 'insufficient-funds']);
    await s.issuer.close();
  });

  test('goes by the clock of who asks', async () => {
    const s = await paidSession(await start());
    const pay = s.messages.pay(s.payer, s.messages.offer(s.terminal, s.provider), 1n);
    const now = clock.now();
    clock.set(now + 8 * 86_400_000);
    const late = await s.issuer.submit(pay.bytes);
    clock.set(now);
    assert.equal(!late.ok && late.rejection.code, 'order-expired');
    await s.issuer.close();
  });

  test('a second thread on the folder fails to open: already-running', async () => {
    const { issuer } = await start();
    await assert.rejects(startIssuerThread(folder, clock), faultOf('already-running'));
    await issuer.close();
  });

  test('what is asked after the end fails with closed, and closing twice is closing', async () => {
    const { issuer } = await start();
    await issuer.close();
    await issuer.close();
    await assert.rejects(issuer.submit(new Uint8Array([1])), faultOf('closed'));
    await assert.rejects(issuer.summary(), faultOf('closed'));
  });

  test('says how far the log was at the opening', async () => {
    const first = await start();
    const { index } = await first.issuer.ledger.head();
    await first.issuer.close();
    const { issuer } = await start();
    assert.equal(issuer.openedAt, index);
    await issuer.close();
  });
});
