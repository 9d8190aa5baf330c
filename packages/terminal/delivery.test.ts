import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { MAX_MESSAGE_BYTES, METER, readOwn } from '@coinbox/protocol';
import type { Meter, Reading, SessionId } from '@coinbox/protocol';
import { exampleTime } from '@coinbox/protocol/testing';
import { connectDevice } from './delivery.ts';
import type { DeviceEvents, Tick } from './device.ts';
import { createTariffShelf } from './sale.ts';
import {
  KIT_PAID,
  KIT_TARIFF,
  createKitCore,
  createPlot,
  found,
  kitReadings,
  sessionNamed,
} from './testing/kit.ts';
import type { Plot } from './testing/kit.ts';

const id = sessionNamed('a');
const closers: (() => void)[] = [];
afterEach(() => closers.splice(0).forEach((close) => close()));

/** A core with the events of a plot, and a device on it that keeps what it is told. */
function connected(plot: Plot = createPlot().accepted('a'), tick?: Tick) {
  const { core, journal, clock, close } = createKitCore(plot);
  closers.push(close);
  const told: { does: string; session: SessionId; journalled?: readonly Reading[] }[] = [];
  let events: DeviceEvents | undefined;
  connectDevice(
    core,
    {
      ...(tick && { tick }),
      connect: (to) => void (events = to),
      start: (session, { journalled }) => void told.push({ does: 'start', session, journalled }),
      stop: (session) => void told.push({ does: 'stop', session }),
    },
    createTariffShelf([KIT_TARIFF], 'CNY/2'),
  );
  const meters = (): Meter[] =>
    [...journal.replay()]
      .filter(({ kind }) => kind === 'metered')
      .map(({ messages }) => readOwn(METER, found(messages[0])).body);
  return { core, journal, clock, told, events: found(events), meters };
}

/** `count` readings, a second and 10 Wh apart. */
const series = (count: number): Reading[] =>
  Array.from({ length: count }, (_, n) => ({
    at: exampleTime(10_000 + n * 1_000),
    phase: 'active',
    energyWh: BigInt(n * 10),
  }));

describe('connectDevice()', () => {
  it('starts what is paid for and not ended, with the readings that are journalled', () => {
    const plot = createPlot().accepted('a').delivered('b').accepted('c');
    plot.metered(series(1), false, 'c').accepted('d').returned('no-start', 'd');
    assert.deepEqual(connected(plot).told, [
      { does: 'start', session: id, journalled: [] },
      { does: 'start', session: sessionNamed('c'), journalled: series(1) },
    ]);
  });

  it('starts a session when it is accepted', () => {
    const { core, told } = connected(createPlot().presented('a'));
    assert.deepEqual(told, []);
    core.apply(found(createPlot().accepted('a').events.at(-1)));
    assert.deepEqual(told, [{ does: 'start', session: id, journalled: [] }]);
  });

  it('makes one METER of what is told in one go', () => {
    const { events, core, meters } = connected();
    assert.equal(events.delivered(id, kitReadings(), true), 'taken');
    assert.deepEqual(
      meters().map(({ readings, final }) => [readings.length, final]),
      [[2, true]],
    );
    assert.equal(core.state.sessions.get(id)?.stage, 'awaiting-bill');
  });

  it('takes readings that are told twice once, from whatever place they are told', () => {
    const { events, core } = connected();
    const all = series(6);
    events.delivered(id, all.slice(0, 3), false);
    events.delivered(id, all.slice(0, 3), false);
    events.delivered(id, all.slice(0, 4), false);
    events.delivered(id, all.slice(2, 5), false, 2);
    events.delivered(id, all, true);
    assert.deepEqual(core.state.sessions.get(id)?.readings, all);
    assert.equal(events.delivered(id, all, true), 'refused');
    assert.deepEqual(core.state.sessions.get(id)?.readings, all);
  });

  it('ends a session whose readings it has all, when they are told again as final', () => {
    const { events, core, meters } = connected();
    events.delivered(id, series(2), false);
    assert.equal(events.delivered(id, series(2), true), 'taken');
    assert.equal(core.state.sessions.get(id)?.stage, 'awaiting-bill');
    assert.deepEqual(
      meters().map(({ readings, final }) => [readings.length, final]),
      [
        [2, false],
        [0, true],
      ],
    );
  });

  it('makes nothing of nothing', () => {
    const { events, meters } = connected();
    assert.equal(events.delivered(id, [], false), 'taken');
    assert.deepEqual(meters(), []);
  });

  it('takes two readings in one millisecond', () => {
    const { events, core } = connected();
    const twins: Reading[] = [
      { at: exampleTime(10_000), phase: 'active', energyWh: 0n },
      { at: exampleTime(10_000), phase: 'active', energyWh: 4n },
    ];
    assert.equal(events.delivered(id, twins, true), 'taken');
    assert.deepEqual(core.state.sessions.get(id)?.readings, twins);
  });

  it('refuses a register that falls, and goes on with what is right', () => {
    const { events, core } = connected();
    const [first, second] = series(2) as [Reading, Reading];
    assert.equal(events.delivered(id, [second], false), 'taken');
    const fallen = { ...first, at: second.at };
    assert.equal(events.delivered(id, [second, fallen], true), 'refused');
    assert.equal(core.state.sessions.get(id)?.stage, 'delivering');
    assert.equal(events.delivered(id, [second, { ...second, energyWh: 99n }], true), 'taken');
  });

  it('splits more than 24 readings over METERs, the last of them final', () => {
    const { events, core, meters } = connected();
    events.delivered(id, series(60), true);
    assert.deepEqual(
      meters().map(({ number, readings, final }) => [number, readings.length, final]),
      [
        [1, 24, false],
        [2, 24, false],
        [3, 12, true],
      ],
    );
    assert.deepEqual(core.state.sessions.get(id)?.readings, series(60));
  });

  it('splits readings with many items so that each METER is a message', () => {
    const { events, core, journal } = connected();
    const items = Array.from({ length: 32 }, (_, n) => ({
      sku: '电'.repeat(30) + String(n).padStart(2, '0'),
      count: 1_000_000,
    }));
    const count = 9_223_372_036_854_775_807n;
    const full = { powerW: count, currentMa: count, massG: count, volumeMl: count, items };
    const readings = series(3).map((one) => ({ ...one, ...full, energyWh: count, cycles: count }));
    assert.equal(events.delivered(id, readings, true), 'taken');
    assert.deepEqual(core.state.sessions.get(id)?.readings, readings);
    const sizes = journal.pending('provider').map(({ bytes }) => bytes.length);
    assert.equal(sizes.length, 3);
    assert.ok(
      sizes.every((size) => size < MAX_MESSAGE_BYTES - 64),
      sizes.join(),
    );
  });

  it('stops the device when what it has delivered costs what is held', () => {
    const { events, told } = connected();
    // 20.00 are held, a kWh is 2.00: 10 kWh. 9.995 kWh are 19.99.
    const at = (energyWh: bigint): Reading => ({ at: exampleTime(99), phase: 'active', energyWh });
    events.delivered(id, [at(0n), at(9_994n)], false);
    assert.equal(told.filter(({ does }) => does === 'stop').length, 0);
    events.delivered(id, [at(10_000n)], false, 2);
    assert.deepEqual(told.at(-1), { does: 'stop', session: id });
    assert.equal(KIT_PAID, 2000n);
  });

  it('stops a device with a tick while one tick more is still paid for', () => {
    const { events, told } = connected(undefined, { ms: 1_000, energyWh: 100n });
    // 20.00 are held. 9.9 kWh are 19.80, and 100 Wh more are 20.00; at 9.905 kWh they are 20.01.
    const at = (energyWh: bigint): Reading => ({ at: exampleTime(99), phase: 'active', energyWh });
    events.delivered(id, [at(0n), at(9_900n)], false);
    assert.equal(told.filter(({ does }) => does === 'stop').length, 0);
    events.delivered(id, [at(9_905n)], false, 2);
    assert.deepEqual(told.at(-1), { does: 'stop', session: id });
  });

  it('takes no reading of a device with a tick that costs more than is held', () => {
    const { events, told, core } = connected(undefined, { ms: 1_000, energyWh: 100n });
    const at = (energyWh: bigint): Reading => ({ at: exampleTime(99), phase: 'active', energyWh });
    assert.equal(events.delivered(id, [at(0n), at(9_800n)], false), 'taken');
    assert.equal(events.delivered(id, [at(10_003n)], true, 2), 'refused');
    assert.deepEqual(told.at(-1), { does: 'stop', session: id });
    assert.equal(events.delivered(id, [], true, 2), 'taken');
    assert.deepEqual(core.state.sessions.get(id)?.readings, [at(0n), at(9_800n)]);
  });

  it('stops a device that goes on for longer than a tariff can price', () => {
    const { events, told, core } = connected();
    events.delivered(id, series(10), false);
    assert.equal(told.at(-1)?.does, 'start');
    const long = core.state.sessions.get(id)?.readings ?? [];
    assert.equal(long.length, 10);
    events.delivered(
      id,
      Array.from({ length: 9_000 }, () => found(long.at(-1))),
      false,
      0,
    );
    assert.deepEqual(told.at(-1), { does: 'stop', session: id });
  });

  it('tells of readings for a session that is not there', () => {
    const { events } = connected();
    assert.equal(events.delivered(sessionNamed('z'), series(1), true), 'refused');
  });

  it('gives the money back when the device cannot start, once, and not after a reading', () => {
    const { events, core } = connected();
    events.failed(id);
    assert.equal(core.state.sessions.get(id)?.refund?.amount, KIT_PAID);
    events.failed(id);
    events.failed(sessionNamed('z'));
    assert.equal(core.state.uploads, 1);
    const other = connected();
    other.events.delivered(id, series(1), false);
    other.events.failed(id);
    assert.equal(other.core.state.sessions.get(id)?.stage, 'delivering');
  });
});
