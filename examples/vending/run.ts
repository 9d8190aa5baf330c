import { setTimeout as sleep } from 'node:timers/promises';
import { createQueuedDevice, createVendingDevice } from '@coinbox/terminal';
import { clock, openSite, tellBalances, tellSale, timers } from '../lib/site.ts';
import { createMachine } from './machine.ts';

// A vending machine on the MDB/ICP bus. The terminal is its cashless reader.

const tariff = JSON.stringify({
  currency: 'CNY',
  tax_included: 'YES',
  elements: [
    {
      price_components: [
        { type: 'ITEM', sku: '7', price: 3, vat: 13, step_size: 1 },
        { type: 'ITEM', sku: '8', price: 4.5, vat: 13, step_size: 1 },
      ],
    },
  ],
});

const machine = createMachine();
const reader = createVendingDevice({
  bus: machine.bus,
  model: { scale: 1, decimals: 2, country: 0x1156 },
  prices: new Map([
    ['7', 300n],
    ['8', 450n],
  ]),
  clock,
  timers,
});
machine.powerUp();
const site = await openSite({ tariff, device: createQueuedDevice(reader, clock) });

const drink = await site.pay(1_000n);
await machine.open();
console.log(`article 7: ${await machine.buy(300, 7, 'drops')}`);
console.log(`article 8: ${await machine.buy(450, 8, 'drops')}`);
console.log(`article 8 for what is left: ${await machine.buy(450, 8, 'drops')}`);
machine.complete();
await tellSale('two drinks', 1_000n, drink);

await sleep(50);
const jam = await site.pay(1_000n);
await machine.open();
console.log(`article 7: ${await machine.buy(300, 7, 'jams')}`);
machine.complete();
await tellSale('a drink that jams', 1_000n, jam);

const dear = await site.pay(1_000n);
await machine.open();
console.log(`article 7 at another price: ${await machine.buy(250, 7, 'drops')}`);
machine.complete();
await tellSale('a price that was not shown', 1_000n, dear);

await tellBalances(site);
await site.close();
