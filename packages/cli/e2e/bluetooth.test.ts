import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openBle } from '@coinbox/payer/carriers';
import { Fault } from '@coinbox/protocol';
import { isRequired } from '@coinbox/storage/testing';
import { machineTimers, startBle } from '@coinbox/terminal';
import { addDrivers, createAir } from './bluetooth-air.ts';
import type { Mishap } from './bluetooth-air.ts';
import { noVirtualRadio, startVirtualRadio } from './virtual-radio.ts';

// The Bluetooth carrier through both host stacks, down to HCI. Below that: controllers in memory,
// and those of BlueZ's emulator.

addDrivers();
const upTo = (length: number) => Uint8Array.from({ length }, (_, i) => i & 0xff);
const isUnreachable = (fault: unknown): boolean =>
  fault instanceof Fault && fault.code === 'unreachable';
const exchanged = { requests: 0 };
const door = {
  async exchange(request: Uint8Array) {
    exchanged.requests += 1;
    return Uint8Array.from(request).reverse();
  },
};

/** A terminal in the air, and a way to come near it with a phone. */
async function startStation(radio: object) {
  const faults: unknown[] = [];
  const station = await startBle({
    door,
    name: 'coinbox test',
    timers: machineTimers,
    radio,
    onFault: (fault) => void faults.push(fault),
  });
  const phone = (terminal = 'coinbox test', timeoutMs = 10_000) =>
    openBle({ radio: { extended: false, ...radio }, terminal, findMs: 3_000, timeoutMs });
  return { faults, phone, close: () => station.close() };
}
const inAir = () => {
  const air = createAir();
  return { air, radio: { hciDriver: 'air', bindParams: { air } } };
};

describe('a terminal in reach over Bluetooth', () => {
  for (const mtu of [23, 64, 185, 517]) {
    it(`answers at an MTU of ${mtu}`, async () => {
      const { air, radio } = inAir();
      air.mtu = mtu;
      const station = await startStation(radio);
      const carrier = await station.phone();
      for (const length of [1, 20, 420, 1024, 4096]) {
        assert.deepEqual(await carrier.exchange(upTo(length)), upTo(length).reverse());
      }
      // Fragments each way: 17 bytes in the first and 19 in each other, at 23 bytes.
      air.values = 0;
      await carrier.exchange(upTo(40));
      assert.equal(air.values, mtu === 23 ? 6 : 2);
      await carrier.close();
      await station.close();
      assert.deepEqual(station.faults, []);
    });
  }

  it('serves one payer after the other, and two at a time', async () => {
    const { radio } = inAir();
    const station = await startStation(radio);
    const first = await station.phone();
    await first.exchange(upTo(9));
    const second = await station.phone();
    const both = await Promise.all([first.exchange(upTo(700)), second.exchange(upTo(300))]);
    assert.deepEqual(both, [upTo(700).reverse(), upTo(300).reverse()]);
    await first.close();
    assert.deepEqual(await second.exchange(upTo(3)), upTo(3).reverse());
    await second.close();
    await station.close();
  });

  const mishaps: readonly Mishap[] = ['lose-link', 'lose-value', 'repeat-value'];
  for (const what of mishaps) {
    it(`whatever value meets ${what}, an exchange after it is answered`, async () => {
      const { air, radio } = inAir();
      air.mtu = 64;
      const station = await startStation(radio);
      const carrier = await station.phone('coinbox test', 150);
      await carrier.exchange(upTo(100));
      air.values = 0;
      await carrier.exchange(upTo(100));
      // 100 bytes at 61 a value: two fragments each way.
      assert.equal(air.values, 4);
      for (let at = 0; at < 4; at++) {
        air.values = 0;
        air.mishap = { at, what };
        const first = await carrier.exchange(upTo(100)).catch((fault: unknown) => fault);
        if (what !== 'repeat-value' || first instanceof Fault) assert.ok(isUnreachable(first));
        else assert.deepEqual(first, upTo(100).reverse());
        air.mishap = undefined;
        // What came twice may end the link after the reply, and meet the next exchange.
        const again = () => carrier.exchange(upTo(100));
        const second = await (what === 'repeat-value' ? again().catch(again) : again());
        assert.deepEqual(second, upTo(100).reverse());
      }
      await carrier.close();
      await station.close();
    });
  }

  it('is not found under another name, nor after its end', async () => {
    const { radio } = inAir();
    const station = await startStation(radio);
    const wrong = await openBle({
      radio: { extended: false, ...radio },
      terminal: 'x',
      findMs: 50,
    });
    await assert.rejects(wrong.exchange(upTo(1)), isUnreachable);
    await wrong.close();
    await station.close();
    const late = await openBle({ radio: { extended: false, ...radio }, findMs: 50 });
    await assert.rejects(late.exchange(upTo(1)), isUnreachable);
    await late.close();
  });

  it("answers through the controllers of BlueZ's emulator", async (t) => {
    const missing = noVirtualRadio();
    if (missing !== undefined) {
      assert.ok(!isRequired('btvirt'), missing);
      return t.skip(`skipped: ${missing} (bluez-test-tools, gcc)`);
    }
    const emulator = await startVirtualRadio();
    const radio = { hciDriver: 'unix', bindParams: { unix: { path: emulator.path } } };
    const station = await startStation(radio);
    const carrier = await station.phone();
    for (const length of [1, 420, 1024, 4096]) {
      assert.deepEqual(await carrier.exchange(upTo(length)), upTo(length).reverse());
    }
    await carrier.close();
    await station.close();
    await emulator.close();
    assert.deepEqual(station.faults, []);
  });
});
