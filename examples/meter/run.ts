import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import modbus from 'modbus-serial';
import { createMeteredDevice, createQueuedDevice, openModbusMachine } from '@coinbox/terminal';
import { clock, openSite, report, tellBalances, tellSale, timers } from '../lib/site.ts';

// A prepaid meter: contactor and energy register on Modbus/TCP, 1.00 a kWh up to 2 kWh, 3.00 above.

const tariff = JSON.stringify({
  currency: 'CNY',
  tax_included: 'YES',
  elements: [
    {
      price_components: [{ type: 'ENERGY', price: 1, vat: 13, step_size: 1 }],
      restrictions: { max_kwh: 2 },
    },
    { price_components: [{ type: 'ENERGY', price: 3, vat: 13, step_size: 1 }] },
  ],
});

/** The home behind the meter draws this much at each look of the terminal, while it has power. */
const home = { isOn: false, shown: 70_000, draws: 0 };
const port = await freePort();
const meter = new modbus.ServerTCP(
  {
    getInputRegister(address: number) {
      // The high word is read first: that is when the home has drawn again.
      if (address === 0 && home.isOn) home.shown += home.draws;
      return address === 0 ? home.shown >> 16 : home.shown & 0xffff;
    },
    setCoil: (_address: number, isOn: boolean) => void (home.isOn = isOn),
  },
  { host: '127.0.0.1', port, unitID: 1 },
);
const machine = await openModbusMachine({
  host: '127.0.0.1',
  port,
  unit: 1,
  register: 0,
  table: 'input',
  words: 2,
  wattHours: 1n,
  coil: 0,
});
const device = createMeteredDevice({
  machine,
  clock,
  timers,
  everyMs: 20,
  most: { energyWh: 250n },
  afterPowerCut: 'go-on',
  onFault: report,
});
const site = await openSite({ tariff, device: createQueuedDevice(device, clock) });
/** The timers of a terminal do not keep a process alive. */
const alive = setInterval(() => undefined, 1_000);

// 2 kWh are 2.00, and each 250 Wh above are 0.75: 4.90 end after 2.75 kWh, at 4.25.
home.draws = 250;
const first = await site.pay(490n);
await tellSale('until the money is used up', 490n, first);
console.log(`the home ${home.isOn ? 'has' : 'has no'} power`);

// Nobody is at home: the money waits, and goes back when they move out.
home.draws = 0;
const second = await site.pay(2_000n);
await new Promise((resolve) => setTimeout(resolve, 300));
console.log(`the home ${home.isOn ? 'has' : 'has no'} power`);
device.leave();
await tellSale('moving out', 2_000n, second);

await tellBalances(site);
clearInterval(alive);
await site.close();
await machine.close();
await new Promise<void>((resolve) => meter.close(() => resolve()));

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port: free } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return free;
}
