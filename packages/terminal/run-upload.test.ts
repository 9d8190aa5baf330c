import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { encodeCarrierRequest } from '@coinbox/protocol';
import { kitReadings, createWorld } from './testing/kit.ts';
import type { World } from './testing/kit.ts';
import {
  kitBeacon,
  kitNews,
  offlinePay,
  payRequest,
  takeRuns,
  KIT_EPOCH,
} from './testing/offline.ts';

/** A terminal that has heard its issuer, which is out of reach from now on. */
async function cutOff(t: TestContext) {
  const world = await createWorld();
  t.after(() => world.close());
  const issuer = takeRuns(world.issuer);
  await world.restart();
  await world.run();
  const { submitRun, mapping, beacon } = world.issuer;
  const cut = (isCut: boolean): void => {
    const gone = () => Promise.reject(new Error('nobody asks'));
    world.issuer.interfere = () => (isCut ? 'unreachable' : undefined);
    const none = () => world.issuer.discover() as never;
    Object.assign(
      world.issuer,
      isCut ? { submitRun: none, mapping: gone, beacon: gone } : { submitRun, mapping, beacon },
    );
  };
  cut(true);
  return { world, issuer, cut };
}

/** Pays offline and lets the machine deliver. */
async function buy(world: World, sequence: number) {
  const offer = await world.offer();
  const pay = offlinePay(offer, 2_000n, { sequence });
  const reply = await world.exchange(encodeCarrierRequest(payRequest(pay)));
  assert.equal(reply.kind, 'session');
  const row = world.journal.sessionOfOffer(offer.body.offer);
  assert.ok(row);
  await world.run();
  assert.equal(world.device.play(row.session, kitReadings()), 'played');
  await world.run(1_000);
  return { offer, pay, session: row.session };
}

describe('a terminal without its issuer', () => {
  it('takes a payment, delivers, is billed, and brings all in one run when it can', async (t) => {
    const { world, issuer, cut } = await cutOff(t);
    const { session } = await buy(world, 1);
    assert.equal(world.journal.pending('upload').length, 4);
    assert.deepEqual([world.agent.status().openSessions, issuer.seen.length], [1, 0]);
    cut(false);
    await world.run(10_000);
    assert.deepEqual(issuer.seen, [['sync', 'pay', 'accept', 'settle', 'refund']]);
    assert.equal(world.journal.pending('upload').length, 0);
    const { openSessions, inSettlement, holding } = world.agent.status();
    assert.deepEqual([openSessions, inSettlement, holding], [0, '0', '0']);
    assert.ok(world.journal.hasSession(session));
    assert.deepEqual(world.faults, []);
  });

  it('goes on after a restart without its issuer, with the same journal', async (t) => {
    const { world, issuer, cut } = await cutOff(t);
    await buy(world, 1);
    await world.restart();
    await buy(world, 2);
    cut(false);
    await world.run(10_000);
    const all = ['pay', 'accept', 'settle', 'refund'];
    // The agent that was left as it was sends what it knows of, too.
    const whole = ['sync', ...all, ...all].join();
    assert.ok(issuer.seen.some((run) => run.join() === whole));
    assert.equal(world.journal.pending('upload').length, 0);
    assert.equal(world.agent.status().openSessions, 0);
  });

  it('sends a run again that stopped, and says why it is blocked', async (t) => {
    const { world, issuer, cut } = await cutOff(t);
    await buy(world, 1);
    issuer.stop = ['pay', 'payment-parked'];
    cut(false);
    await world.run(6_000);
    assert.equal(world.journal.pending('upload').length, 4);
    assert.equal(world.agent.status().blocked?.code, 'payment-parked');
    issuer.stop = undefined;
    await world.run(10_000);
    assert.equal(world.journal.pending('upload').length, 0);
  });

  it('has room again when the issuer has its payments', async (t) => {
    const { world, cut } = await cutOff(t);
    await buy(world, 1);
    await buy(world, 2);
    const offer = await world.offer();
    const pay = offlinePay(offer, 2_000n, { sequence: 3 });
    const request = encodeCarrierRequest(payRequest(pay));
    const { code } = await world.exchange(request);
    assert.equal(code, 'offline-unavailable');
    cut(false);
    await world.run(10_000);
    assert.equal((await world.exchange(request)).kind, 'session');
  });

  it('answers a PAY that comes again with the same ACCEPT', async (t) => {
    const { world } = await cutOff(t);
    const { pay } = await buy(world, 1);
    const ask = () => world.exchange(encodeCarrierRequest(payRequest(pay)));
    const [first, second] = [await ask(), await ask()];
    assert.deepEqual(second.messages[0], first.messages[0]);
  });

  it('believes no list but the one that the epoch names', async (t) => {
    const { world, issuer, cut } = await cutOff(t);
    cut(false);
    const [good, bad] = [kitNews({}, KIT_EPOCH + 1), kitNews({}, KIT_EPOCH + 1, [0, 8])];
    issuer.beacon = kitBeacon({ ...good, lists: bad.lists });
    await world.run(40_000);
    await buy(world, 1);
    issuer.beacon = kitBeacon(bad);
    await world.run(40_000);
    const offer = await world.offer();
    const request = encodeCarrierRequest(payRequest(offlinePay(offer, 500n, { sequence: 2 })));
    assert.equal((await world.exchange(request)).code, 'wallet-frozen');
  });
});
