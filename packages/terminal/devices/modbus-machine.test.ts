import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import modbus from 'modbus-serial';
import { openModbusMachine } from './modbus-machine.ts';
import type { ModbusOptions } from './modbus-machine.ts';

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A meter and a contactor that speak Modbus/TCP by the library's own server. */
async function startMeter(port: number) {
  const meter = { watt: 0n, isOn: false };
  const word = (address: number): number =>
    Number((meter.watt >> BigInt(16 * (3 - address))) & 0xffffn);
  const vector = {
    getInputRegister: (address: number) => word(address - 100),
    getHoldingRegister: (address: number) => word(address - 100),
    getCoil: () => meter.isOn,
    setCoil: (_address: number, value: boolean) => void (meter.isOn = value),
  };
  const server = new modbus.ServerTCP(vector, { host: '127.0.0.1', port, unitID: 7 });
  await new Promise<void>((resolve) => server.on('initialized', () => resolve()));
  const stop = () => new Promise<void>((resolve) => server.close(() => resolve()));
  return { meter, stop };
}

const optionsAt = (port: number, over: Partial<ModbusOptions> = {}): ModbusOptions => ({
  host: '127.0.0.1',
  port,
  unit: 7,
  register: 100,
  table: 'input',
  words: 4,
  wattHours: 1n,
  coil: 0,
  answerWithinMs: 500,
  ...over,
});

async function opened(t: TestContext, over: Partial<ModbusOptions> = {}) {
  const port = await freePort();
  const { meter, stop } = await startMeter(port);
  const machine = await openModbusMachine(optionsAt(port, over));
  t.after(async () => {
    await machine.close();
    await stop();
  });
  return { machine, meter, port, stop };
}

describe('openModbusMachine()', () => {
  it('switches, and reads 64 bits most significant word first', async (t) => {
    const { machine, meter } = await opened(t);
    // Each word another one, the number too long for a float.
    meter.watt = 0x0001_0002_0003_0004n;
    assert.deepEqual(await machine.read(), { energyWh: 281_483_566_841_860n });
    assert.equal(await machine.switchOn(), true);
    assert.equal(meter.isOn, true);
    await machine.switchOff();
    assert.equal(meter.isOn, false);
  });

  it('counts in the unit of the meter, and reads holding registers', async (t) => {
    const { machine, meter } = await opened(t, { words: 2, wattHours: 10n, table: 'holding' });
    meter.watt = 0x0000_0002_0000_0000n;
    assert.deepEqual(await machine.read(), { energyWh: 20n });
  });

  it('throws where nobody answers, and goes on when somebody does again', async (t) => {
    const { machine, meter, port, stop } = await opened(t);
    await machine.read();
    await stop();
    await machine.close();
    await assert.rejects(machine.read(), { name: 'Fault', code: 'unreachable' });
    const again = await startMeter(port);
    t.after(again.stop);
    again.meter.watt = 5n;
    meter.watt = 0n;
    assert.deepEqual(await machine.read(), { energyWh: 5n });
  });
});
