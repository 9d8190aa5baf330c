import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DeviceEvents } from '../device.ts';
import { KIT_PAID, kitReadings, sessionNamed } from '../testing/kit.ts';
import { createSimulatedDevice } from './simulated.ts';

const id = sessionNamed('a');
const order = { held: KIT_PAID, journalled: [] };

/** A device that is connected, and what it has told. */
function connected(answer: 'taken' | 'refused' = 'taken') {
  const told: string[] = [];
  const events: DeviceEvents = {
    delivered(_session, readings, final) {
      told.push(`${readings.length} readings, ${final ? 'final' : 'more to come'}`);
      return answer;
    },
    failed: () => void told.push('failed'),
  };
  const device = createSimulatedDevice();
  device.connect(events);
  return { device, told };
}

describe('createSimulatedDevice()', () => {
  it('plays a session once, all of it', () => {
    const { device, told } = connected();
    device.start(id, order);
    assert.equal(device.play(id, kitReadings()), 'played');
    assert.equal(device.play(id, kitReadings()), 'unknown');
    assert.deepEqual(told, ['2 readings, final']);
  });

  it('fails a session once', () => {
    const { device, told } = connected();
    device.start(id, order);
    assert.equal(device.fail(id), 'played');
    assert.equal(device.fail(id), 'unknown');
    assert.deepEqual(told, ['failed']);
  });

  it('knows no session that was not started, or that was stopped', () => {
    const { device, told } = connected();
    assert.equal(device.play(id, kitReadings()), 'unknown');
    device.start(id, order);
    device.stop(id);
    assert.equal(device.play(id, kitReadings()), 'unknown');
    assert.equal(device.fail(id), 'unknown');
    assert.deepEqual(told, []);
  });

  it('plays again what was refused', () => {
    const { device, told } = connected('refused');
    device.start(id, order);
    assert.equal(device.play(id, []), 'refused');
    assert.equal(device.play(id, kitReadings()), 'refused');
    assert.equal(told.length, 2);
  });

  it('is deaf before anybody is connected', () => {
    const device = createSimulatedDevice();
    device.start(id, order);
    assert.equal(device.play(id, kitReadings()), 'unknown');
  });

  it('goes on when the agent could not keep what it was told', () => {
    const device = createSimulatedDevice();
    let full = true;
    device.connect({
      delivered() {
        if (full) throw new Error('the disk is full');
        return 'taken';
      },
      failed: () => undefined,
    });
    device.start(id, order);
    assert.throws(() => device.play(id, kitReadings()), /full/);
    full = false;
    assert.equal(device.play(id, kitReadings()), 'played');
  });
});
