import assert from 'node:assert/strict';
import { money } from '@coinbox/protocol';
import type { Bill } from '@coinbox/protocol';
import { exampleBytes } from '@coinbox/protocol/testing';
import { kitParties, kitStranger } from '../../testing/kit.ts';
import { NO_BILL_MS, deliverSome, settled, wholePrice } from './scenarios.ts';
import type { Scenario } from './scenarios.ts';
import type { Paid, Site } from './site.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** Delivered, and the provider has not billed yet. */
async function unbilled(site: Site): Promise<Paid> {
  site.world.provider.billFor = () => undefined;
  return deliverSome(site);
}

async function send(
  site: Site,
  { session }: Paid,
  over: Partial<Bill> = {},
  by = kitParties.provider,
): Promise<void> {
  site.world.provider.send(site.bill(site.finalMeter(session), over, by));
  await site.pass(0);
}

const held = (site: Site): void =>
  assert.deepEqual(site.moved(), { payer: -2_000n, provider: 0n, held: 2_000n });

/** A bill that is refused; after it the right one is paid. */
const refusedThenPaid = (
  title: string,
  code: string,
  over: (site: Site) => Partial<Bill>,
): Scenario => ({
  title,
  async play(site) {
    const paid = await unbilled(site);
    await send(site, paid, over(site));
    held(site);
    assert.deepEqual(site.refusals(), [code]);
    await send(site, paid);
    settled(site, wholePrice(site));
  },
});

const refused: readonly Scenario[] = [
  refusedThenPaid(
    'refuses a bill that is too high by one cent, and pays the corrected one',
    'bill-over-ceiling',
    (site) => ({ amount: money(wholePrice(site) + 1n) }),
  ),
  refusedThenPaid('refuses a bill over what is held', 'insufficient-terminal-funds', () => ({
    amount: money(2_001n),
  })),
  refusedThenPaid('refuses a bill that has expired', 'bill-expired', (site) => ({
    validUntil: site.world.now(),
  })),
  refusedThenPaid('refuses a bill of another tariff', 'bill-wrong-tariff', () => ({
    tariffHash: exampleBytes('another tariff'),
  })),
  refusedThenPaid('refuses a bill that rests on other readings', 'bill-wrong-meter', () => ({
    meterHash: exampleBytes('another meter'),
  })),
  refusedThenPaid('refuses a bill in another currency', 'currency-mismatch', () => ({
    asset: 'EUR/2',
  })),
  refusedThenPaid('refuses a bill that is not final', 'bill-not-final', () => ({ final: false })),
  refusedThenPaid('refuses a bill whose text turns its direction', 'bill-text', (site) => ({
    lines: [
      {
        description: 'a\u202eb',
        quantity: '1',
        unit: '1',
        unitPrice: '1',
        net: wholePrice(site),
        tax: 0n,
      } as Bill['lines'][number],
    ],
  })),
  refusedThenPaid('refuses a bill whose lines do not add up', 'bill-invalid', () => ({
    lines: [],
  })),
  {
    title: 'refuses the bill of a provider that it is not mapped to',
    async play(site) {
      const paid = await unbilled(site);
      const stranger = kitStranger('provider');
      await send(site, paid, { provider: stranger.wallet });
      held(site);
      assert.deepEqual(site.refusals(), ['bill-wrong-provider']);
      await send(site, paid);
      settled(site, wholePrice(site));
    },
  },
];

const others: readonly Scenario[] = [
  {
    title: 'gives all back when the bill never comes',
    async play(site) {
      await unbilled(site);
      held(site);
      await site.pass(NO_BILL_MS);
      settled(site, 0n);
    },
  },
  {
    title: 'gives all back when the only bill was too high',
    async play(site) {
      const paid = await unbilled(site);
      await send(site, paid, { amount: money(wholePrice(site) + 100n) });
      await site.pass(NO_BILL_MS);
      settled(site, 0n);
    },
  },
  {
    title: 'refuses a bill that comes after the money has gone back',
    async play(site) {
      const paid = await unbilled(site);
      await site.pass(NO_BILL_MS);
      await send(site, paid);
      settled(site, 0n);
      assert.equal(site.settlements(), 0);
    },
  },
  {
    title: 'refuses a second final bill',
    async play(site) {
      const paid = await deliverSome(site);
      await send(site, paid, { amount: money(1n) });
      settled(site, wholePrice(site));
      assert.equal(site.settlements(), 1);
    },
  },
  {
    title: 'refuses a second final bill while the first is not settled yet',
    async play(site) {
      site.world.issuer.interfere = ({ typ }) =>
        typ === 'coinbox.settle' ? 'unreachable' : undefined;
      const paid = await deliverSome(site);
      await send(site, paid, { amount: money(1n) });
      site.world.issuer.interfere = () => undefined;
      await site.pass(MINUTE);
      settled(site, wholePrice(site));
      assert.deepEqual(site.refusals(), ['session-closed']);
    },
  },
  {
    title: 'pays a bill that comes twice once',
    async play(site) {
      const paid = await unbilled(site);
      const bill = site.bill(site.finalMeter(paid.session));
      site.world.provider.send(bill);
      await site.pass(0);
      site.world.provider.send(bill);
      await site.pass(MINUTE);
      settled(site, wholePrice(site));
      assert.deepEqual([site.settlements(), site.refusals()], [1, []]);
    },
  },
  {
    title: 'pays a bill that is lower than the tariff says',
    async play(site) {
      const paid = await unbilled(site);
      await send(site, paid, { amount: money(50n) });
      settled(site, 50n);
    },
  },
  {
    title: 'gives all back for a bill of nothing, without a settlement',
    async play(site) {
      const paid = await unbilled(site);
      await send(site, paid, { amount: money(0n), lines: [] });
      settled(site, 0n);
      assert.equal(site.settlements(), 0);
    },
  },
  {
    title: 'pays the provider that the offer named when the mapping is gone by then',
    async play(site) {
      const paid = await site.pay();
      site.world.issuer.mapped = undefined;
      await deliverSome(site, paid);
      settled(site, wholePrice(site));
    },
  },
];

const networks: readonly Scenario[] = [
  {
    title: 'delivers with the link down, and is billed when it is up again',
    async play(site) {
      const paid = await site.pay();
      site.cutOff(true);
      await deliverSome(site, paid);
      held(site);
      site.cutOff(false);
      await site.pass(MINUTE);
      settled(site, wholePrice(site));
    },
  },
  {
    title: 'settles once though every answer of the issuer is lost at first',
    async play(site) {
      const paid = await site.pay();
      const seen = new Set<string>();
      site.world.issuer.interfere = ({ hash }) => {
        if (seen.has(hash)) return undefined;
        seen.add(hash);
        return 'lost';
      };
      await deliverSome(site, paid);
      await site.pass(MINUTE);
      settled(site, wholePrice(site));
      assert.equal(site.settlements(), 1);
    },
  },
  {
    title: 'is not confused by METERs and bills that are sent again',
    async play(site) {
      const paid = await site.pay();
      await site.pass(0);
      await site.rig.deliver(site.pass, site.vertical.some);
      site.world.links.retry();
      await site.rig.leave(site.pass);
      site.world.links.retry();
      await site.pass(MINUTE);
      settled(site, wholePrice(site));
      assert.equal(await site.stageOf(paid), 'closed');
    },
  },
];

const policies: readonly Scenario[] = [
  {
    title: 'waits a day for the bill where the tariff says HOLD, then gives all back',
    options: { tariff: { on_no_bill: 'HOLD' } },
    async play(site) {
      await unbilled(site);
      await site.pass(NO_BILL_MS);
      held(site);
      site.jump(DAY);
      await site.pass(2_000);
      settled(site, 0n);
    },
  },
  {
    title: 'pays a bill that comes within the day where the tariff says HOLD',
    options: { tariff: { on_no_bill: 'HOLD' } },
    async play(site) {
      const paid = await unbilled(site);
      site.jump(DAY / 2);
      await site.pass(2_000);
      await send(site, paid);
      settled(site, wholePrice(site));
    },
  },
  {
    title: 'gives all back at once for a bill that is too high where the tariff says RETURN_ALL',
    options: { tariff: { on_overbill: 'RETURN_ALL' } },
    async play(site) {
      const paid = await unbilled(site);
      await send(site, paid, { amount: money(wholePrice(site) + 1n) });
      await site.pass(MINUTE);
      settled(site, 0n);
      await send(site, paid);
      settled(site, 0n);
    },
  },
  {
    title: 'waits for another bill after a wrong one that is not too high, RETURN_ALL or not',
    options: { tariff: { on_overbill: 'RETURN_ALL' } },
    async play(site) {
      const paid = await unbilled(site);
      await send(site, paid, { meterHash: exampleBytes('another meter') });
      held(site);
      await send(site, paid);
      settled(site, wholePrice(site));
    },
  },
];

/** What becomes of bills, networks and promises. */
export const BILL_SCENARIOS = [...refused, ...others, ...networks, ...policies];
