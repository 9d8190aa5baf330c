import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EventJson, Instant } from '@coinbox/protocol';
import { createEventHub } from '../events/event-hub.ts';
import { createIssuerFixture } from '../testing/fixture.ts';
import type { TestWallet } from '../testing/fixture.ts';
import type { Post } from './post.ts';
import type { Attempt } from './retry.ts';
import { createWebhookDesk } from './webhook-desk.ts';
import { createWebhookSender } from './webhook-sender.ts';
import { openWebhookKey, openWebhookStore } from './webhook-store.ts';

const URL_A = 'https://hooks.example.com/a';

/** An issuer whose endpoints answer as `answer` says. */
async function start(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'coinbox-webhooks-'));
  const fixture = await createIssuerFixture();
  const sent: { readonly url: string; readonly event: EventJson }[] = [];
  const failures: unknown[] = [];
  type Answer = (event: EventJson) => Attempt | 'never';
  const world: { answer: Answer } = { answer: () => ({ status: 200 }) };
  const post: Post = async (url, { body }, signal) => {
    const event = JSON.parse(body) as EventJson;
    sent.push({ url: url.href, event });
    const attempt = world.answer(event);
    if (attempt !== 'never') return attempt;
    if (signal) await once(signal, 'abort');
    return { error: 'cut off' };
  };
  const open = () => {
    const signer = openWebhookKey(folder);
    const store = openWebhookStore(folder);
    const hub = createEventHub(fixture.ports.ledger, 'CNY/2');
    const clock = { now: () => Date.now() as Instant };
    const failed = (failure: unknown): void => void failures.push(failure);
    const more = { chance: () => 0, anywhere: false, waits: [1, 1], failed };
    const sender = createWebhookSender({ store, hub, signer, clock, post, ...more });
    const desk = createWebhookDesk({ store, sender, hub, signer, anywhere: false });
    const close = async (): Promise<void> => {
      hub.close();
      await sender.close();
      store.close();
    };
    return { store, desk, signer, close };
  };
  let running = open();
  t.after(async () => {
    await running.close();
    rmSync(folder, { recursive: true });
    assert.deepEqual(failures, []);
  });
  const payer: TestWallet = await fixture.openPayer(1n);
  return {
    world,
    sent,
    get desk() {
      return running.desk;
    },
    get store() {
      return running.store;
    },
    issue: (amount: bigint) => fixture.issue(payer, amount),
    async restart() {
      await running.close();
      running = open();
    },
  };
}

/** Waits until `look` gives something. */
async function until<T>(look: () => T | undefined): Promise<T> {
  for (let tries = 0; tries < 500; tries++, await sleep(10)) {
    const found = look();
    if (found !== undefined) return found;
  }
  throw new Error('it did not happen in time');
}

const amounts = (sent: readonly { readonly event: EventJson }[]): string[] =>
  sent.map(({ event }) => event.data.amount ?? '');

test('an endpoint is told of what happens, in the order of the ledger', async (t) => {
  const s = await start(t);
  await s.desk.add({ webhook: 'a', url: URL_A }, 'maker');
  for (const amount of [11n, 12n, 13n]) await s.issue(amount);
  await until(() => (s.sent.length === 3 ? true : undefined));
  assert.deepEqual(amounts(s.sent), ['11', '12', '13']);
  assert.ok(s.sent.every(({ url }) => url === URL_A));
});

test('an endpoint is told only of what it asked for, and from where it asked', async (t) => {
  const s = await start(t);
  await s.desk.add({ webhook: 'a', url: URL_A, type: 'wallet', after: 0 }, 'maker');
  await s.issue(11n);
  await until(() => s.sent[0]);
  await until(() => ((s.store.find('a')?.position ?? 0) >= 4 ? true : undefined));
  assert.deepEqual(
    s.sent.map(({ event }) => event.type),
    ['wallet.opened'],
  );
});

test('an event that is not taken is sent again before the next one', async (t) => {
  const s = await start(t);
  let failures = 2;
  s.world.answer = () => ({ status: failures-- > 0 ? 500 : 200 });
  await s.desk.add({ webhook: 'a', url: URL_A }, 'maker');
  await s.issue(11n);
  await s.issue(12n);
  await until(() => (s.sent.length === 4 ? true : undefined));
  assert.deepEqual(amounts(s.sent), ['11', '11', '11', '12']);
  assert.deepEqual(s.store.deadLetters('a'), []);
});

test('an event that is never taken becomes a dead letter, and can be replayed', async (t) => {
  const s = await start(t);
  s.world.answer = ({ data }) => ({ status: data.amount === '11' ? 503 : 200 });
  await s.desk.add({ webhook: 'a', url: URL_A }, 'maker');
  await s.issue(11n);
  await s.issue(12n);
  await until(() => (s.sent.length === 4 ? true : undefined));
  assert.deepEqual(amounts(s.sent), ['11', '11', '11', '12']);
  const [letter] = s.store.deadLetters('a');
  assert.equal(letter?.cause, 'status 503');
  const from = letter?.event as number;
  s.desk.replay('a', { from, to: from });
  await until(() => (s.sent.length === 5 ? true : undefined));
  await until(() => (s.store.again('a', 9).length === 0 ? true : undefined));
  assert.equal(s.store.deadLetters('a').length, 1, 'it was refused once more');
  s.world.answer = () => ({ status: 200 });
  const replayed = s.desk.replay('a', { from: 0, to: 1_000 });
  assert.deepEqual(replayed, { ok: true, value: { count: 1 } });
  await until(() => (s.store.deadLetters('a').length === 0 ? true : undefined));
  assert.deepEqual(amounts(s.sent), ['11', '11', '11', '12', '11', '11']);
});

test('an endpoint that is gone is disabled, and active again after a replay', async (t) => {
  const s = await start(t);
  s.world.answer = () => ({ status: 410 });
  await s.desk.add({ webhook: 'a', url: URL_A }, 'maker');
  await s.issue(11n);
  await until(() => (s.store.find('a')?.state === 'disabled' ? true : undefined));
  s.world.answer = () => ({ status: 200 });
  await sleep(20);
  s.desk.replay('a', { from: 0, to: 0 });
  await until(() => (s.sent.length === 2 ? true : undefined));
  assert.deepEqual(amounts(s.sent), ['11', '11']);
});

test('one endpoint does not hold up another', async (t) => {
  const s = await start(t);
  const other = 'https://hooks.example.com/b';
  s.world.answer = () => ({ error: 'down' });
  await s.desk.add({ webhook: 'a', url: URL_A }, 'maker');
  await s.desk.add({ webhook: 'b', url: other }, 'maker');
  await s.issue(11n);
  await until(() => (s.sent.some(({ url }) => url === other) ? true : undefined));
  await until(() => (s.store.deadLetters('b').length === 1 ? true : undefined));
  await until(() => (s.store.deadLetters('a').length === 1 ? true : undefined));
});

test('a restart goes on where the endpoints were, with the same key', async (t) => {
  const s = await start(t);
  await s.desk.add({ webhook: 'a', url: URL_A }, 'maker');
  await s.issue(11n);
  await until(() => (s.sent.length === 1 ? true : undefined));
  await until(() => ((s.store.find('a')?.position ?? 0) >= 4 ? true : undefined));
  const before = s.desk.list();
  await s.restart();
  await s.issue(12n);
  await until(() => (s.sent.length === 2 ? true : undefined));
  assert.deepEqual(amounts(s.sent), ['11', '12']);
  const after = s.desk.list();
  assert.equal(before.ok && before.value.public_key, after.ok && after.value.public_key);
});

test('a stop cuts an attempt off, which does not count', async (t) => {
  const s = await start(t);
  s.world.answer = () => 'never';
  await s.desk.add({ webhook: 'a', url: URL_A }, 'maker');
  await s.issue(11n);
  await until(() => s.sent[0]);
  s.world.answer = () => ({ status: 200 });
  await s.restart();
  assert.equal(s.store.find('a')?.attempts, 0);
  await until(() => (s.sent.length === 2 ? true : undefined));
  assert.deepEqual(amounts(s.sent), ['11', '11']);
});

test('an endpoint that was removed is told nothing more', async (t) => {
  const s = await start(t);
  await s.desk.add({ webhook: 'a', url: URL_A }, 'maker');
  assert.deepEqual(s.desk.remove('a'), { ok: true, value: {} });
  await s.issue(11n);
  await sleep(300);
  assert.equal(s.sent.length, 0);
});
