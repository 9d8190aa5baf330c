import type { Clock } from '@coinbox/protocol';
import type { Device } from '../../device.ts';
import type { Timers } from '../../timers.ts';
import { createMeteredDevice } from '../metered.ts';
import type { MeteredDevice, MeteredMachine } from '../metered.ts';
import { createPulseDevice } from '../pulse.ts';
import { createQueuedDevice } from '../queued.ts';
import { createRentalDevice } from '../rental.ts';
import type { RentalDevice } from '../rental.ts';
import { createVendingDevice } from '../vending.ts';
import { createVmc } from './vmc.ts';

// Five machines, each with its adapter and its tariff. A machine outlives the agent: a power cut
// starts fresh software on the same machine.

/** What the software of a machine is started with. */
export type Surroundings = {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly onFault: (fault: unknown) => void;
};

/** Lets so many milliseconds pass, and everything happen that happens by itself. */
export type Pass = (milliseconds: number) => Promise<void>;

/** A machine that a test plays with. */
export interface Rig {
  /** The software starts, or starts again. */
  boot(surroundings: Surroundings): Device;
  /** `units` are delivered, and the payer is not gone. */
  deliver(pass: Pass, units: number): Promise<void>;
  /** The payer ends it, where it has not ended by itself. */
  leave(pass: Pass): Promise<void>;
  /** From now on it does not start. */
  refuseStart(isRefused: boolean): void;
  /** It starts, and nothing is delivered. */
  deliverNothing(pass: Pass): Promise<void>;
  /** Power is lost and comes back, before the software starts again. */
  losePower(): void;
  /** It says something that contradicts what it has said. */
  contradict(pass: Pass): Promise<void>;
  /** It says nothing any more, for as long as it takes. */
  fallSilent(pass: Pass): Promise<void>;
}

export type Vertical = {
  readonly name: string;
  readonly tariff: string;
  /** By hand from the tariff: what 0, 1, 2 … units cost, minor units. */
  readonly prices: readonly bigint[];
  /** Units that one session can deliver of 20.00 held: those that the scenarios use. */
  readonly some: number;
  /** Of 19.90 when the payer does not leave before `units`: by hand, what is billed. */
  readonly overrun: { readonly units: number; readonly billed: bigint };
  open(): Rig;
};

const MINUTE = 60_000;
/** Between two readings of a meter, and between two looks at what is lent. */
const STEP_MS = 6_000;

const tariffOf = (component: object, more: object = {}): string =>
  JSON.stringify({
    currency: 'CNY',
    tax_included: 'YES',
    time_zone: 'Asia/Shanghai',
    elements: [{ price_components: [{ step_size: 1, vat: 13, ...component }] }],
    ...more,
  });

/** A socket that delivers evenly while it is on. */
function createSupply(wattHoursEachStep: bigint) {
  let clock: Clock | undefined;
  const state = {
    isOn: false,
    shown: 123_456n,
    since: 0,
    refused: false,
    flows: true,
    mute: false,
  };
  const settle = (): void => {
    const now = clock?.now() ?? 0;
    const steps = BigInt(Math.floor((now - state.since) / STEP_MS));
    if (state.isOn && state.flows) state.shown += wattHoursEachStep * steps;
    state.since = now;
  };
  const machine: MeteredMachine = {
    async switchOn() {
      settle();
      state.isOn = !state.refused;
      return state.isOn;
    },
    async switchOff() {
      settle();
      state.isOn = false;
    },
    async read() {
      settle();
      if (state.mute) throw new Error('the meter does not answer');
      return { energyWh: state.shown };
    },
  };
  return { machine, state, settle, use: (by: Clock) => void (clock = by) };
}

function openSupply(wattHoursEachStep: bigint, afterPowerCut: 'end' | 'go-on'): Rig {
  const { machine, state, settle, use } = createSupply(wattHoursEachStep);
  const unitMs = (1_000 / Number(wattHoursEachStep)) * STEP_MS;
  let device: MeteredDevice | undefined;
  return {
    boot({ clock, timers, onFault }) {
      use(clock);
      const most = { energyWh: wattHoursEachStep };
      const options = { machine, clock, timers, everyMs: STEP_MS, most, afterPowerCut, onFault };
      device = createMeteredDevice({ ...options, flowWithinMs: MINUTE });
      return createQueuedDevice(device, clock);
    },
    deliver: (pass, units) => pass(units * unitMs),
    async leave(pass) {
      device?.leave();
      await pass(0);
    },
    refuseStart: (isRefused) => void (state.refused = isRefused),
    async deliverNothing(pass) {
      state.flows = false;
      await pass(MINUTE);
    },
    losePower() {
      settle();
      state.isOn = false;
    },
    async contradict(pass) {
      settle();
      state.shown -= 1_000_000n;
      await pass(STEP_MS);
    },
    async fallSilent(pass) {
      state.mute = true;
      await pass(4 * STEP_MS);
    },
  };
}

const ARTICLE = 7;
const ARTICLE_PRICE = 300;

function openVendingMachine(): Rig {
  const vmc = createVmc();
  const enter = async (pass: Pass): Promise<void> => {
    vmc.poll();
    await pass(0);
  };
  return {
    boot({ clock, timers }) {
      const model = { scale: 1, decimals: 2, country: 0x1156 };
      const prices = new Map([[String(ARTICLE), BigInt(ARTICLE_PRICE)]]);
      const device = createVendingDevice({ bus: vmc.bus, model, prices, clock, timers });
      vmc.powerUp();
      return createQueuedDevice(device, clock);
    },
    async deliver(pass, units) {
      await enter(pass);
      for (let sold = 0; sold < units; sold++) {
        if (!(await vmc.request(ARTICLE_PRICE, ARTICLE))) break;
        vmc.succeed(ARTICLE);
        await pass(0);
      }
      if (vmc.poll() === 0x04) vmc.complete();
      await pass(0);
    },
    async leave(pass) {
      await enter(pass);
      vmc.complete();
      await pass(0);
    },
    refuseStart(isRefused) {
      if (isRefused) vmc.disable();
      else vmc.powerUp();
    },
    async deliverNothing(pass) {
      await enter(pass);
      await vmc.request(ARTICLE_PRICE, ARTICLE);
      vmc.fail();
      vmc.complete();
      await pass(0);
    },
    losePower: () => undefined,
    async contradict(pass) {
      vmc.succeed(ARTICLE);
      vmc.fail();
      vmc.complete();
      vmc.succeed(ARTICLE);
      await pass(0);
    },
    fallSilent: (pass) => pass(3 * MINUTE),
  };
}

function openWasher(): Rig {
  const state = { pulses: 0, refused: false, inUse: false, mute: false };
  return {
    boot: ({ clock, timers, onFault }) =>
      createQueuedDevice(
        createPulseDevice({
          machine: {
            pulse() {
              if (state.refused) throw new Error('the coin input is locked');
              state.pulses += 1;
            },
            inUse() {
              if (state.mute) throw new Error('the clamp does not answer');
              return state.inUse;
            },
          },
          pulses: 4,
          gapMs: 200,
          clock,
          timers,
          onFault,
        }),
        clock,
      ),
    async deliver(pass, units) {
      if (units === 0) return pass(0);
      await pass(1_000);
      state.inUse = state.pulses > 0 && state.pulses % 4 === 0;
      await pass(1_000);
      state.inUse = false;
    },
    leave: (pass) => pass(0),
    refuseStart: (isRefused) => void (state.refused = isRefused),
    deliverNothing: (pass) => pass(32_000),
    losePower: () => undefined,
    async contradict(pass) {
      state.inUse = false;
      await pass(1_000);
      state.inUse = true;
      await pass(1_000);
    },
    async fallSilent(pass) {
      state.mute = true;
      await pass(32_000);
    },
  };
}

function openRack(): Rig {
  const state = { refused: false, out: 0 };
  let device: RentalDevice | undefined;
  return {
    boot({ clock, timers, onFault }) {
      const slot = {
        async eject() {
          if (state.refused) return false;
          state.out += 1;
          return true;
        },
      };
      device = createRentalDevice({ slot, clock, timers, everyMs: STEP_MS, onFault });
      return createQueuedDevice(device, clock);
    },
    // A step less: a minute that has begun is paid in full.
    deliver: (pass, units) => pass(Math.max(0, units * MINUTE - STEP_MS)),
    async leave(pass) {
      device?.returned();
      await pass(0);
    },
    refuseStart: (isRefused) => void (state.refused = isRefused),
    // Out and back in the same instant.
    async deliverNothing(pass) {
      device?.returned();
      await pass(0);
    },
    losePower: () => undefined,
    async contradict(pass) {
      device?.returned();
      device?.returned();
      await pass(0);
    },
    fallSilent: (pass) => pass(0),
  };
}

/**
 * The five. EV charging at 2.00 a kWh; drinks at 3.00; a wash at 4.00; a home's supply at 1.00 a
 * kWh up to 2 kWh and 3.00 above; a power bank at 1.00 for each minute that has begun.
 */
export const VERTICALS: readonly Vertical[] = [
  {
    name: 'charging',
    tariff: tariffOf({ type: 'ENERGY', price: 2 }),
    prices: [0n, 200n, 400n, 600n],
    some: 3,
    // 100 Wh a step cost 0.20: at 19.80 one step more would cost 20.00.
    overrun: { units: 12, billed: 1980n },
    open: () => openSupply(100n, 'end'),
  },
  {
    name: 'vending',
    tariff: tariffOf({ type: 'ITEM', sku: '7', price: 3 }),
    prices: [0n, 300n, 600n],
    some: 2,
    overrun: { units: 8, billed: 1800n },
    open: openVendingMachine,
  },
  {
    name: 'laundry',
    tariff: tariffOf({ type: 'CYCLE', price: 4 }),
    prices: [0n, 400n],
    some: 1,
    overrun: { units: 1, billed: 400n },
    open: openWasher,
  },
  {
    name: 'utility meter',
    tariff: JSON.stringify({
      currency: 'CNY',
      tax_included: 'YES',
      elements: [
        {
          price_components: [{ type: 'ENERGY', price: 1, vat: 13, step_size: 1 }],
          restrictions: { max_kwh: 2 },
        },
        { price_components: [{ type: 'ENERGY', price: 3, vat: 13, step_size: 1 }] },
      ],
    }),
    prices: [0n, 100n, 200n, 500n],
    some: 3,
    // 2.00 for 2 kWh, then 0.15 a step: 2.00 + 119 × 0.15.
    overrun: { units: 10, billed: 1985n },
    open: () => openSupply(50n, 'go-on'),
  },
  {
    name: 'power bank',
    tariff: tariffOf({ type: 'TIME', price: 1, price_per: 60, step_size: 60 }),
    prices: [0n, 100n, 200n],
    some: 2,
    overrun: { units: 21, billed: 1900n },
    open: openRack,
  },
];
