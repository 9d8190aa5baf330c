import { setTimeout as sleep } from 'node:timers/promises';
import { createQueuedDevice, createRentalDevice } from '@coinbox/terminal';
import { clock, openSite, report, tellBalances, tellSale, timers } from '../lib/site.ts';

// A rack of power banks: 1.50 for each hour that has begun, 30.00 for one that stays away.

const tariff = JSON.stringify({
  currency: 'CNY',
  tax_included: 'YES',
  elements: [{ price_components: [{ type: 'TIME', price: 1.5, vat: 13, step_size: 3600 }] }],
  max_price: { after_taxes: 30 },
});

/** Hours pass when this says so. */
const start = clock.now();
const HOUR_MS = 3_600_000;
let hours = 0;
const rackClock = { now: () => (start + hours * HOUR_MS) as typeof start };

const rack = { banks: 2 };
const device = createRentalDevice({
  slot: {
    async eject() {
      if (rack.banks === 0) return false;
      rack.banks -= 1;
      return true;
    },
  },
  clock: rackClock,
  timers,
  everyMs: 20,
  onFault: report,
});
const site = await openSite({ tariff, device: createQueuedDevice(device, rackClock) });
/** The timers of a terminal do not keep a process alive. */
const alive = setInterval(() => undefined, 1_000);

const short = await site.pay(3_000n);
await sleep(50);
hours += 1.4;
device.returned();
rack.banks += 1;
await tellSale('back in the second hour', 3_000n, short);

const kept = await site.pay(3_000n);
const passing = setInterval(() => (hours += 0.5), 10);
await tellSale('never back', 3_000n, kept);
clearInterval(passing);

rack.banks = 0;
const none = await site.pay(3_000n);
await tellSale('an empty rack', 3_000n, none);

await tellBalances(site);
clearInterval(alive);
await site.close();
