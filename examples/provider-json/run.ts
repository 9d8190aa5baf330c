import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerJson } from '@coinbox/provider';
import { createSimulatedDevice } from '@coinbox/terminal';
import { clock, openSite, tellBalances, tellSale } from '../lib/site.ts';

// A provider's own system in any language: it asks what waits, and posts bills as JSON. This is the
// door that `coinbox provider run` opens below /WALLET of its address.

const tariff = JSON.stringify({
  currency: 'CNY',
  tax_included: 'YES',
  elements: [{ price_components: [{ type: 'ENERGY', price: 2, vat: 13, step_size: 1 }] }],
});
const device = createSimulatedDevice();
const site = await openSite({ tariff, device, provider: { billing: 'own' } });
const token = 'the content of billing.token';
const server = createServer(async (request, response) => {
  let body = '';
  for await (const piece of request) body += String(piece);
  const { method = 'GET', url: path = '', headers } = request;
  const { authorization } = headers;
  const answer = answerJson(site.provider, token, { method, path, authorization, body });
  response.writeHead(answer.status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(answer.body));
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

const sale = await site.pay(2_000n);
const at = clock.now();
device.play(sale.session, [
  { at, phase: 'active', energyWh: 0n },
  { at, phase: 'active', energyWh: 6_170n },
]);

// From here on it is HTTP and JSON alone.
const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
type Waiting = { sessions: { session: string; readings: { energyWh: string }[] }[] };
let waiting: Waiting = { sessions: [] };
while (waiting.sessions.length === 0) {
  waiting = (await (await fetch(`${url}/sessions`, { headers })).json()) as Waiting;
}
for (const { session, readings } of waiting.sessions) {
  const energy = readings.at(-1)?.energyWh;
  console.log(`waiting: ${energy} Wh`);
  const line = { description: 'Energy', quantity: '6.17', unit: 'kWh', unitPrice: '1.80' };
  const bill = (net: string) => ({ lines: [{ ...line, net, tax: '128' }] });
  for (const net of ['-1', '982']) {
    const body = JSON.stringify(bill(net));
    const answer = await fetch(`${url}/sessions/${session}/bill`, {
      method: 'POST',
      headers,
      body,
    });
    const { code = 'billed', detail = '' } = (await answer.json()) as Record<string, string>;
    console.log(`net ${net}: ${answer.status} ${code} ${detail}`.trim());
  }
}
await tellSale('6.170 kWh at our own price', 2_000n, sale);
await tellBalances(site);
await new Promise((resolve) => server.close(resolve));
await site.close();
