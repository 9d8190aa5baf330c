import { money } from '@coinbox/protocol';
import type { BillLine } from '@coinbox/protocol';
import type { Provider, SessionState } from '@coinbox/provider';
import { createSimulatedDevice } from '@coinbox/terminal';
import { clock, openSite, tellBalances, tellSale } from '../lib/site.ts';

// A provider that bills from its own system: members pay 10 % less than the tariff says.

const tariff = JSON.stringify({
  currency: 'CNY',
  tax_included: 'YES',
  elements: [{ price_components: [{ type: 'ENERGY', price: 2, vat: 13, step_size: 1 }] }],
});

/** The system of the provider: what a session costs, minor units. A tenth of a fen is let go. */
function ownPrice({ readings }: SessionState): readonly BillLine[] {
  const wattHours = readings.at(-1)?.energyWh ?? 0n;
  const cents = (wattHours * 18n) / 100n;
  if (cents === 0n) return [];
  const energy = { quantity: String(wattHours), unit: 'Wh', unitPrice: '0.0018' };
  const tax = (cents * 13n) / 113n;
  const amounts = { net: money(cents - tax), tax: money(tax) };
  return [{ description: 'Energy, member', ...energy, ...amounts }];
}

// Sessions that wait are told again after a restart: nothing is lost when this system is away.
const inbox: SessionState[] = [];
const device = createSimulatedDevice();
const site = await openSite({
  tariff,
  device,
  provider: { billing: 'own', onDelivered: (session) => void inbox.push(session) },
});

function billAll(provider: Provider): void {
  for (const session of inbox.splice(0)) {
    const bill = provider.bill(session.session, ownPrice(session));
    console.log(bill.ok ? 'billed by our own system' : `not billed: ${bill.rejection.code}`);
  }
}

const sale = await site.pay(2_000n);
const at = clock.now();
device.play(sale.session, [
  { at, phase: 'active', energyWh: 0n },
  { at, phase: 'active', energyWh: 6_170n },
]);
while (inbox.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
billAll(site.provider);
await tellSale('6.170 kWh for a member', 2_000n, sale);
await tellBalances(site);
await site.close();
