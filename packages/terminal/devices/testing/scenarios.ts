import assert from 'node:assert/strict';
import type { Paid, Site, SiteOptions } from './site.ts';

/** One story that is told of every machine. */
export type Scenario = {
  readonly title: string;
  readonly options?: SiteOptions;
  readonly play: (site: Site) => Promise<void>;
};

const MINUTE = 60_000;
/** Longer than a bill may take. */
export const NO_BILL_MS = 11 * MINUTE;

/** What 20.00 paid and `price` billed come to. Amounts in minor units. */
export const after = (price: bigint, payments = 1n) => ({
  payer: -price,
  provider: price,
  held: 0n,
  payments,
});

/** Everything has its place: so much to the provider, the rest back, nothing held. */
export function settled(site: Site, price: bigint): void {
  assert.deepEqual(site.moved(), { payer: -price, provider: price, held: 0n });
}

export const wholePrice = ({ vertical }: Site): bigint => vertical.prices[vertical.some] as bigint;

/** Pays, has some units delivered, and ends it. */
export async function deliverSome(site: Site, paid?: Paid): Promise<Paid> {
  const session = paid ?? (await site.pay());
  await site.pass(0);
  await site.rig.deliver(site.pass, site.vertical.some);
  await site.rig.leave(site.pass);
  await site.pass(0);
  return session;
}

const normal: readonly Scenario[] = [
  {
    title: 'delivers, is billed, and gives the rest back',
    async play(site) {
      const paid = await deliverSome(site);
      settled(site, wholePrice(site));
      assert.equal(await site.stageOf(paid), 'closed');
      assert.equal(site.settlements(), 1);
    },
  },
  {
    title: 'gives all back when the payer leaves before anything was delivered',
    async play(site) {
      await site.pay();
      await site.pass(0);
      await site.rig.deliver(site.pass, 0);
      await site.rig.deliverNothing(site.pass);
      await site.rig.leave(site.pass);
      await site.pass(0);
      settled(site, 0n);
      assert.equal(site.settlements(), 0);
    },
  },
  {
    title: 'serves one payer after the other',
    async play(site) {
      await deliverSome(site);
      await deliverSome(site);
      settled(site, 2n * wholePrice(site));
    },
  },
  {
    title: 'bills what was delivered when the payer leaves early',
    async play(site) {
      await site.pay();
      await site.pass(0);
      await site.rig.deliver(site.pass, 1);
      await site.rig.leave(site.pass);
      await site.pass(0);
      settled(site, site.vertical.prices[1] as bigint);
    },
  },
  {
    title: 'stops by itself before the money ends, with nobody to reach',
    async play(site) {
      await site.pay(1_990n);
      await site.pass(0);
      site.cutOff(true);
      await site.rig.deliver(site.pass, site.vertical.overrun.units);
      await site.rig.leave(site.pass);
      assert.equal(site.moved().provider, 0n);
      site.cutOff(false);
      await site.pass(MINUTE);
      settled(site, site.vertical.overrun.billed);
    },
  },
  {
    title: 'delivers nothing that the smallest payment does not pay for, and gives it back',
    async play(site) {
      await site.pay(100n);
      await site.pass(0);
      await site.rig.deliver(site.pass, site.vertical.some);
      await site.rig.leave(site.pass);
      await site.pass(0);
      const { payer, provider, held } = site.moved();
      assert.deepEqual([payer + provider, held], [0n, 0n]);
      assert.ok(provider <= 100n, `${provider} of 100`);
      // Of what costs more than 1.00 nothing was let out, of what flows not more than 1.00.
      const first = site.vertical.prices[1] as bigint;
      const isPiece = ['vending', 'laundry'].includes(site.vertical.name);
      assert.equal(provider, first > 100n && isPiece ? 0n : 100n);
    },
  },
  {
    title: 'answers the same PAY with the same session, and takes the money once',
    async play(site) {
      const paid = await site.pay();
      const again = await site.world.exchange(paid.request);
      assert.ok(again.messages.length > 0);
      await deliverSome(site, paid);
      settled(site, wholePrice(site));
    },
  },
];

const topUps: readonly Scenario[] = [
  {
    title: 'keeps a top-up until the payment before it has ended, then delivers it',
    async play(site) {
      const first = await site.pay();
      const second = await site.pay();
      await deliverSome(site, first);
      await deliverSome(site, second);
      settled(site, 2n * wholePrice(site));
      assert.equal(site.settlements(), 2);
    },
  },
  {
    title: 'gives a top-up back that was not needed',
    async play(site) {
      const first = await site.pay();
      await site.pay();
      await deliverSome(site, first);
      await site.rig.deliverNothing(site.pass);
      await site.rig.leave(site.pass);
      await site.pass(0);
      settled(site, wholePrice(site));
    },
  },
  {
    title: 'loses neither payment nor top-up in a power cut',
    async play(site) {
      await site.pay();
      await site.pay();
      await site.pass(0);
      await site.rig.deliver(site.pass, site.vertical.some);
      await site.powerCut();
      await site.rig.leave(site.pass);
      await site.rig.leave(site.pass);
      await site.pass(MINUTE);
      settled(site, wholePrice(site));
    },
  },
  {
    title: 'does not lose a top-up that waits longer than a start may take',
    async play(site) {
      const first = await site.pay();
      await site.pass(0);
      const second = await site.pay();
      await site.rig.deliver(site.pass, 0);
      site.jump(6 * MINUTE);
      await site.pass(2_000);
      await deliverSome(site, first);
      assert.equal(await site.stageOf(second), 'delivering');
    },
  },
];

const starts: readonly Scenario[] = [
  {
    title: 'gives all back when the machine does not start',
    async play(site) {
      site.rig.refuseStart(true);
      await site.pay();
      await site.pass(1_000);
      settled(site, 0n);
      assert.equal(site.settlements(), 0);
    },
  },
  {
    title: 'serves the next payer after a start that failed',
    async play(site) {
      site.rig.refuseStart(true);
      await site.pay();
      await site.pass(1_000);
      site.rig.refuseStart(false);
      await deliverSome(site);
      settled(site, wholePrice(site));
    },
  },
  {
    title: 'gives all back when nothing comes after the machine has said yes',
    async play(site) {
      await site.pay();
      await site.pass(0);
      await site.rig.deliverNothing(site.pass);
      await site.pass(0);
      settled(site, 0n);
      assert.equal(site.settlements(), 0);
    },
  },
  {
    title: 'gives all back when power is cut before anything was delivered',
    async play(site) {
      await site.pay();
      await site.powerCut();
      await site.rig.deliverNothing(site.pass);
      await site.rig.leave(site.pass);
      await site.pass(6 * MINUTE);
      settled(site, 0n);
    },
  },
];

const powerCuts: readonly Scenario[] = [
  {
    title: 'bills to the last journalled reading after a power cut, and gives the rest back',
    async play(site) {
      await site.pay();
      await site.pass(0);
      await site.rig.deliver(site.pass, site.vertical.some);
      await site.powerCut();
      await site.rig.leave(site.pass);
      await site.pass(MINUTE);
      settled(site, wholePrice(site));
      assert.equal(site.settlements(), 1);
    },
  },
  {
    title: 'survives a power cut that comes twice',
    async play(site) {
      await site.pay();
      await site.pass(0);
      await site.rig.deliver(site.pass, site.vertical.some);
      await site.powerCut();
      await site.powerCut();
      await site.rig.leave(site.pass);
      await site.pass(MINUTE);
      settled(site, wholePrice(site));
    },
  },
  {
    title: 'is billed once when power is cut between the last METER and the bill',
    async play(site) {
      const billFor = site.world.provider.billFor;
      site.world.provider.billFor = () => undefined;
      const paid = await deliverSome(site);
      await site.powerCut();
      const bill = billFor(site.finalMeter(paid.session));
      assert.ok(bill);
      site.world.provider.send(bill);
      await site.pass(MINUTE);
      settled(site, wholePrice(site));
    },
  },
  {
    title: 'settles once when power is cut between the bill and its receipt',
    async play(site) {
      await site.pay();
      await site.pass(0);
      site.world.issuer.interfere = ({ typ }) =>
        typ === 'coinbox.pay' ? undefined : 'unreachable';
      await site.rig.deliver(site.pass, site.vertical.some);
      await site.rig.leave(site.pass);
      await site.powerCut();
      site.world.issuer.interfere = () => undefined;
      await site.pass(MINUTE);
      settled(site, wholePrice(site));
      assert.equal(site.settlements(), 1);
    },
  },
];

const meters: readonly Scenario[] = [
  {
    title: 'bills what was read before when the machine contradicts itself',
    async play(site) {
      await site.pay();
      await site.pass(0);
      await site.rig.deliver(site.pass, site.vertical.some);
      await site.rig.contradict(site.pass);
      await site.pass(MINUTE);
      settled(site, wholePrice(site));
    },
  },
  {
    title: 'bills what was read before when the machine falls silent',
    async play(site) {
      await site.pay();
      await site.pass(0);
      await site.rig.deliver(site.pass, site.vertical.some);
      await site.rig.fallSilent(site.pass);
      await site.rig.leave(site.pass);
      await site.pass(MINUTE);
      settled(site, wholePrice(site));
    },
  },
];

/** How a session goes in machine and journal. */
export const DELIVERY_SCENARIOS = [...normal, ...topUps, ...starts, ...powerCuts, ...meters];
