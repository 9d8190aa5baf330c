import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Instant, Money, Reading, SessionId } from '@coinbox/protocol';
import { createVirtualTimers } from '../testing/world.ts';
import { createLiveDevice } from './live.ts';

const SESSION = 'ses_01MCC5RM00B0PSRF44XGJN5NAP' as SessionId;
const held = 500n as Money;

function setUp(watts: number) {
  let now = 1_000_000;
  const timers = createVirtualTimers((ms) => void (now += ms));
  const clock = { now: () => now as Instant };
  const device = createLiveDevice({ watts, clock, timers });
  const told: { readings: readonly Reading[]; final: boolean; from: number }[] = [];
  const failed: SessionId[] = [];
  device.connect({
    delivered(_, readings, final, from = 0) {
      told.push({ readings, final, from });
      return 'taken';
    },
    failed: (session) => void failed.push(session),
  });
  return { device, timers, told, failed };
}

test('a live device reads its meter at the start, every second, and at the end', async () => {
  // 3,600 W are one watt-hour a second.
  const { device, timers, told } = setUp(3_600);
  device.start(SESSION, { held, journalled: [] });
  await timers.advance(2_500);
  device.stop(SESSION);
  await timers.advance(5_000);
  assert.deepEqual(
    told.map(({ readings, final, from }) => [readings[0]?.energyWh, final, from]),
    [
      [0n, false, 0],
      [1n, false, 1],
      [2n, false, 2],
      [2n, true, 3],
    ],
  );
});

test('a live device goes on after a restart where it was', async () => {
  const { device, timers, told } = setUp(3_600);
  const journalled: Reading[] = [
    { at: 1 as Instant, phase: 'active', energyWh: 0n },
    { at: 2 as Instant, phase: 'active', energyWh: 7n },
  ];
  device.start(SESSION, { held, journalled });
  await timers.advance(1_000);
  assert.deepEqual(
    told.map(({ readings, from }) => [readings[0]?.energyWh, from]),
    [
      [7n, 2],
      [8n, 3],
    ],
  );
});

test('a live device takes what it is handed, and can fail, once', async () => {
  const { device, told, failed } = setUp(1);
  assert.equal(device.play(SESSION, []), 'unknown');
  device.start(SESSION, { held, journalled: [] });
  assert.equal(device.play(SESSION, []), 'played');
  assert.equal(told.at(-1)?.final, true);
  assert.equal(device.fail(SESSION), 'unknown');
  device.start(SESSION, { held, journalled: [] });
  assert.equal(device.fail(SESSION), 'played');
  assert.deepEqual(failed, [SESSION]);
});
