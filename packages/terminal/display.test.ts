import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { sha256, textBytes, toHex } from '@coinbox/protocol';
import type { Reading, SessionId } from '@coinbox/protocol';
import {
  KIT_PAID,
  KIT_TARIFF_HASH,
  createWorld,
  kitPay,
  kitReadings,
  kitTerminal,
  payRequest,
} from './testing/kit.ts';
import type { World } from './testing/kit.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

/** Pays an offer: the hash of its PAY. */
async function paid(): Promise<Uint8Array> {
  const pay = kitPay((await world.offer()).hash);
  await world.exchange(payRequest(pay.bytes));
  return pay.hash;
}

describe('what a machine shows', () => {
  it('while it waits: what it takes, and nobody', () => {
    const { terminal, least, most, tariff, isOpen, sessions } = world.agent.display.machine();
    assert.deepEqual([terminal, least, most], [kitTerminal, '100', '20000']);
    assert.deepEqual([tariff, isOpen, sessions], [toHex(KIT_TARIFF_HASH), true, []]);
  });

  it('of a tariff: the very document that the hash of an offer names', () => {
    const document = world.agent.display.tariff(KIT_TARIFF_HASH) ?? '';
    assert.deepEqual(sha256(textBytes(document)), KIT_TARIFF_HASH);
    assert.equal(world.agent.display.tariff(new Uint8Array(32)), undefined);
  });

  it('of a session: its stage, what it holds, and at the end that it is closed', async () => {
    const { display } = world.agent;
    const hash = await paid();
    const begun = display.session(hash);
    assert.deepEqual(begun, { stage: 'accepted', held: String(KIT_PAID), registers: {} });
    assert.equal(JSON.stringify(display.machine().sessions), JSON.stringify([begun]));
    const session = world.journal.sessionOfOffer(world.journal.message(hash)!.offer!)!.session;
    assert.equal(world.device.play(session, kitReadings()), 'played');
    await world.run();
    assert.deepEqual(display.session(hash), { stage: 'closed', held: '0', registers: {} });
    assert.deepEqual(display.machine().sessions, []);
    assert.equal(display.session(new Uint8Array(32)), undefined);
  });

  it('of a delivery: the newest registers and what they cost', async () => {
    const told: string[] = [];
    await world.restart({
      device: {
        connect: (events) => {
          delivered = events.delivered;
        },
        start: () => undefined,
        stop: (session) => void told.push(session),
      },
    });
    const hash = await paid();
    const session = world.journal.sessionOfOffer(world.journal.message(hash)!.offer!)!.session;
    const [first, last] = kitReadings();
    assert.equal(delivered(session, [first as Reading], false), 'taken');
    const seen = world.agent.display.session(hash);
    assert.equal(seen?.stage, 'delivering');
    assert.equal(seen?.registers['energyWh'], String(first?.energyWh));
    assert.equal(seen?.from, first?.at);
    assert.ok(BigInt(seen?.cost ?? '-1') >= 0n && last !== undefined);
    assert.equal(world.agent.display.stop(hash), true);
    assert.deepEqual(told, [session]);
  });

  it('takes no stop of a session that is over, or of none', async () => {
    const hash = await paid();
    const session = world.journal.sessionOfOffer(world.journal.message(hash)!.offer!)!.session;
    world.device.play(session, kitReadings());
    await world.run();
    assert.equal(world.agent.display.stop(hash), false);
    assert.equal(world.agent.display.stop(new Uint8Array(32)), false);
  });
});

let delivered: (session: SessionId, readings: readonly Reading[], final: boolean) => string;
