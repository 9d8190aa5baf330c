import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Instant, Reading } from '@coinbox/protocol';
import { KIT_PAID, createVirtualTimers, sessionNamed } from '../testing/kit.ts';
import { PULSE_SKU, createPulseDevice } from './pulse.ts';

const id = sessionNamed('a');

/** A washer, and everything in the order in which it happens. */
function washer(over: { inUse?: boolean; breaksAt?: number; fullAt?: number } = {}) {
  let now = 0;
  const timers = createVirtualTimers((ms) => void (now += ms));
  const story: string[] = [];
  const readings: Reading[] = [];
  let pulses = 0;
  const device = createPulseDevice({
    machine: {
      pulse() {
        story.push('pulse');
        if (++pulses === over.breaksAt) throw new Error('no coin input');
      },
      inUse: () => over.inUse ?? true,
    },
    pulses: 3,
    gapMs: 100,
    clock: { now: () => now as Instant },
    timers,
    onFault: () => void story.push('fault'),
  });
  device.connect({
    delivered(_session, told, final) {
      if (readings.length === over.fullAt) throw new Error('the disk is full');
      readings.push(...told);
      const sent = told[0]?.items?.find(({ sku }) => sku === PULSE_SKU)?.count ?? 0;
      story.push(`${final ? 'final' : 'journalled'} ${sent} ${told[0]?.cycles ?? 0n}`);
      return 'taken';
    },
    failed: () => void story.push('failed'),
  });
  const start = (journalled: readonly Reading[] = []) =>
    device.start(id, { held: KIT_PAID, journalled });
  return { story, readings, start, timers, device };
}

const pulsed = (count: number): Reading => ({
  at: 0 as Instant,
  phase: 'active',
  cycles: 0n,
  items: [{ sku: PULSE_SKU, count }],
});

describe('createPulseDevice()', () => {
  it('has each pulse in the journal before it gives it', async () => {
    const { story, start, timers } = washer();
    start();
    await timers.advance(1_000);
    assert.deepEqual(story, [
      'journalled 0 0',
      'journalled 1 0',
      'pulse',
      'journalled 2 0',
      'pulse',
      'journalled 3 0',
      'pulse',
      'final 3 1',
    ]);
  });

  it('gives what is left of a train after a power cut, never one twice', async () => {
    const { story, start, timers } = washer();
    start([pulsed(1), pulsed(2)]);
    await timers.advance(1_000);
    assert.deepEqual(story, ['journalled 3 0', 'pulse', 'final 3 1']);
  });

  it('sells nothing when the machine is not seen to run for 30 s', async () => {
    const { story, start, timers } = washer({ inUse: false });
    start();
    await timers.advance(30_000);
    assert.equal(story.at(-1), 'pulse');
    await timers.advance(1_000);
    assert.equal(story.at(-1), 'final 3 0');
  });

  it('sells nothing when a pulse cannot be given', async () => {
    const { story, start, timers } = washer({ breaksAt: 2 });
    start();
    await timers.advance(1_000);
    assert.deepEqual(story.slice(-2), ['pulse', 'final 2 0']);
  });

  it('gives no pulse that the journal has not', async () => {
    const { story, start, timers } = washer({ fullAt: 2 });
    start();
    await timers.advance(1_000);
    assert.deepEqual(story, ['journalled 0 0', 'journalled 1 0', 'pulse', 'fault']);
  });

  it('can be stopped before the first pulse, and not after it', async () => {
    const early = washer();
    early.start();
    early.device.stop(id);
    await early.timers.advance(1_000);
    assert.deepEqual(early.story, ['journalled 0 0', 'final 0 0']);
    const late = washer();
    late.start();
    await late.timers.advance(50);
    late.device.stop(id);
    await late.timers.advance(1_000);
    assert.equal(late.story.at(-1), 'final 3 1');
  });
});
