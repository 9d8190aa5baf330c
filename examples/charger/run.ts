import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createOcppServer, hashPassword, openConnectorStore } from '@coinbox/provider/ocpp';
import { createQueuedDevice } from '@coinbox/terminal';
import { clock, openSite, report, tellBalances, tellSale } from '../lib/site.ts';
import { connectChargePoint } from './charge-point.ts';

// A charge point of OCPP 2.0.1: its transaction is the session of a terminal.

const tariff = JSON.stringify({
  currency: 'CNY',
  tax_included: 'YES',
  elements: [{ price_components: [{ type: 'ENERGY', price: 2, vat: 13, step_size: 1 }] }],
});

const folder = mkdtempSync(join(tmpdir(), 'coinbox-ocpp-'));
const store = openConnectorStore(folder);
const password = await hashPassword(Buffer.from('a long password'), randomBytes(16));
const tick = { ms: 1_000, energyWh: 100n };
const server = createOcppServer({
  stations: [{ identity: 'CP1', password, connectors: 1, tick }],
  store,
  clock,
  // A real station may be silent for 15 minutes.
  times: { vanishWithinMs: 500 },
  onFault: report,
});
const url = await server.listen(0, '127.0.0.1');
const ticking = setInterval(() => server.tick(), 100);
const device = createQueuedDevice(server.machineOf('CP1', 1), clock);
const site = await openSite({ tariff, device });
const point = await connectChargePoint(url, 'CP1', 'a long password');

const begun = point.begun();
const full = await site.pay(2_000n);
await begun;
for (const wattHours of [100, 70]) await point.charge(wattHours);
for (let block = 0; block < 60; block++) await point.charge(100);
await point.unplug();
await tellSale('6.170 kWh, then unplugged', 2_000n, full);

const begunAgain = point.begun();
const small = await site.pay(500n);
await begunAgain;
// It draws until the terminal has it stopped.
while (await point.charge(100));
await tellSale('until the money is used up', 500n, small);

const begunOnceMore = point.begun();
const lost = await site.pay(1_000n);
await begunOnceMore;
await point.charge(1_000);
await point.vanish();
await tellSale('1 kWh, then the station vanishes', 1_000n, lost);

await tellBalances(site);
clearInterval(ticking);
await site.close();
await server.close();
store.close();
rmSync(folder, { recursive: true });
