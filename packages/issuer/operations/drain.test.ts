import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SYNC_MEDIA_TYPE, SYNC_PATH, createIssuerClient } from '@coinbox/protocol';
import { both, idOf, offlineOver, runOf } from '../testing/offline.ts';
import { createServerFixture } from '../testing/server.ts';

/** Sessions that a terminal brings after its days without a link; 10,000 in the long run. */
const SESSIONS = Number(process.env.COINBOX_DRAIN ?? 150);
/** As many as a body holds: each is a PAY, an ACCEPT, a SETTLE and a REFUND. */
const SESSIONS_OF_A_RUN = 30;
/** Payments of one payer, 1.00 each. */
const OF_A_PAYER = 50;

test(`a server takes ${SESSIONS} offline sessions of one terminal in runs`, async (t) => {
  const server = await createServerFixture();
  t.after(() => server.close());
  const s = await offlineOver(server);
  const { provider, terminal, messages } = s;
  const payers = await Promise.all(
    Array.from({ length: Math.ceil(SESSIONS / OF_A_PAYER) }, () => s.openFloat(5_000n, 5_000n)),
  );
  const sessions = Array.from({ length: SESSIONS }, (_, at) => {
    const payer = payers[Math.floor(at / OF_A_PAYER)] as (typeof payers)[number];
    const taken = s.take(payer, 100n);
    const { session } = taken.accept.body;
    const bill = messages.bill(provider, terminal, session, 60n);
    const upload = 2 * at + 1;
    const settle = messages.settle(terminal, bill, [idOf(taken)], { upload });
    const change = { session, upload: upload + 1 };
    const refund = messages.refund(terminal, payer.wallet, [idOf(taken)], 40n, change);
    return [...both(taken), settle.bytes, refund.bytes];
  });
  const client = createIssuerClient({ url: s.url, fetch });
  const began = performance.now();
  for (let at = 0; at < sessions.length; at += SESSIONS_OF_A_RUN) {
    const run = sessions.slice(at, at + SESSIONS_OF_A_RUN).flat();
    const answer = await client.submitRun(runOf(run, terminal));
    assert.ok(answer.ok && !answer.value.stopped, JSON.stringify(answer));
    assert.equal(answer.value.receipts.length, (run.length * 3) / 4);
  }
  const seconds = (performance.now() - began) / 1_000;
  t.diagnostic(`${SESSIONS} sessions in ${seconds.toFixed(1)} s`);
  assert.equal((await s.balanceOf(provider)).balance, 60n * BigInt(SESSIONS));
  const summary = await s.issuer.summary();
  assert.deepEqual([summary.difference, summary.holding], ['0', '0']);
  const bad = await s.ask(SYNC_PATH, {
    method: 'POST',
    body: 'x',
    headers: { 'content-type': 'x/y' },
  });
  assert.equal(bad.status, 415);
  const headers = { 'content-type': SYNC_MEDIA_TYPE };
  assert.equal((await s.ask(SYNC_PATH, { method: 'POST', body: '', headers })).status, 400);
});
