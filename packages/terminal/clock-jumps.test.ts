import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ACCEPT, REFUND, SETTLE, readOwn } from '@coinbox/protocol';
import type { Instant, SessionId } from '@coinbox/protocol';
import { createWorld, found, kitParties, kitPay, kitReadings, payRequest } from './testing/kit.ts';
import type { World } from './testing/kit.ts';

const TEN_YEARS_MS = 10 * 365 * 86_400_000;

/** A world whose terminal has a clock that can be wrong by so many milliseconds. */
async function wrongClockWorld(): Promise<{ world: World; jump: (ms: number) => void }> {
  let wrongBy = 0;
  const world = await createWorld({
    wrap: (parts) => ({
      ...parts,
      clock: { now: () => Math.max(0, parts.clock.now() + wrongBy) as Instant },
    }),
  });
  return { world, jump: (ms) => void (wrongBy = ms) };
}

/** Lets an hour go by for everybody. */
async function hour(world: World): Promise<void> {
  for (let minute = 0; minute < 60; minute += 5) {
    await world.run(300_000);
    world.links.retry();
    await world.run();
  }
}

const moments = ['paid', 'delivered', 'billed'] as const;

/** Pays, and has the clock jump at one moment of the session. */
async function live(world: World, at: (typeof moments)[number], jump: () => void) {
  const offer = await world.offer();
  const reply = await world.exchange(payRequest(kitPay(offer.hash).bytes));
  const session: SessionId = readOwn(ACCEPT, found(reply.messages[0])).body.session;
  if (at === 'paid') jump();
  world.device.play(session, kitReadings(1_000));
  if (at === 'delivered') jump();
  await world.run();
  if (at === 'billed') jump();
  await hour(world);
}

describe('a terminal whose clock jumps', () => {
  for (const [way, ms] of [
    ['on', TEN_YEARS_MS],
    ['back', -TEN_YEARS_MS],
  ] as const) {
    for (const moment of moments) {
      it(`ten years ${way} once it is ${moment}: no money is made, lost or kept`, async () => {
        const { world, jump } = await wrongClockWorld();
        await live(world, moment, () => jump(ms));
        const whole = (): bigint =>
          world.issuer.balance(kitParties.payer.wallet) +
          world.issuer.balance(kitParties.provider.wallet) +
          world.issuer.held();
        assert.equal(whole(), 100_000n);
        // The clock is put right.
        jump(0);
        await world.agent.close();
        await world.restart();
        await hour(world);
        assert.equal(whole(), 100_000n);
        assert.equal(world.issuer.held(), 0n);
        assert.equal(world.agent.status().openSessions, 0);
        assert.ok(world.issuer.posted(SETTLE.typ).length <= 1);
        assert.ok(world.issuer.posted(REFUND.typ).length <= 1);
        assert.deepEqual(world.journal.pending('upload'), []);
        await world.close();
      });
    }
  }

  it('does not sell while its clock is before the time of its own certificates', async () => {
    const { world, jump } = await wrongClockWorld();
    jump(-TEN_YEARS_MS);
    const offer = await world.exchange(payRequest(kitPay(new Uint8Array(32)).bytes));
    assert.notEqual(offer.kind, 'session');
    await world.close();
  });
});
