import { createPulseDevice, createQueuedDevice } from '@coinbox/terminal';
import { clock, openSite, report, tellBalances, tellSale, timers } from '../lib/site.ts';

// A washer with a coin input: four pulses buy a cycle, a current clamp says whether it runs.

const tariff = JSON.stringify({
  currency: 'CNY',
  tax_included: 'YES',
  elements: [{ price_components: [{ type: 'CYCLE', price: 4, vat: 13, step_size: 1 }] }],
});

const washer = { pulses: 0, runs: false, broken: false };
const device = createPulseDevice({
  machine: {
    pulse() {
      washer.pulses += 1;
      if (washer.pulses % 4 === 0) washer.runs = !washer.broken;
    },
    inUse: () => washer.runs,
  },
  pulses: 4,
  gapMs: 50,
  // A real washer has 30 s.
  inUseWithinMs: 1_000,
  clock,
  timers,
  onFault: report,
});
const site = await openSite({ tariff, device: createQueuedDevice(device, clock) });
/** The timers of a terminal do not keep a process alive. */
const alive = setInterval(() => undefined, 1_000);

const wash = await site.pay(1_000n);
await tellSale('a wash', 1_000n, wash);
console.log(`pulses so far: ${washer.pulses}`);

washer.runs = false;
const both = [await site.pay(400n), await site.pay(400n)];
for (const [place, sale] of both.entries()) await tellSale(`top-up ${place + 1}`, 400n, sale);
console.log(`pulses so far: ${washer.pulses}`);

washer.runs = false;
washer.broken = true;
const lost = await site.pay(1_000n);
await tellSale('a washer that does not start', 1_000n, lost);
console.log(`pulses so far: ${washer.pulses}`);

const little = await site.pay(300n);
await tellSale('less than a wash costs', 300n, little);
console.log(`pulses so far: ${washer.pulses}`);

await tellBalances(site);
clearInterval(alive);
await site.close();
