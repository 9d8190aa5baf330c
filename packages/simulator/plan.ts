// pure
import { money } from '@coinbox/protocol';
import type { Money } from '@coinbox/protocol';
import { WH_PER_FEN } from './genesis.ts';
import type { Random } from './random.ts';

/** What the network does with what it carries. */
export type Weather = {
  /** Probabilities. */
  readonly loses: number;
  readonly repeats: number;
  /** Some take up to twenty times as long. */
  readonly dawdles: number;
  readonly mostDelayMs: number;
};

/** How a payer goes about one payment. */
export type Purchase = {
  readonly atMs: number;
  readonly payer: number;
  readonly terminal: number;
  readonly amount: Money;
  /** Rounds of asking before it goes away; it comes back at the end. */
  readonly rounds: number;
  /** Pays the offer that another payer was given, where there is one. */
  readonly borrowsOffer: boolean;
  /** Between getting the offer and paying. */
  readonly thinksMs: number;
};

/** What a machine does with one session. */
export type Delivery = 'delivers' | 'fails' | 'never starts' | 'falls silent' | 'delivers nothing';

/** What people and rogues do, and when. */
export const DEEDS = [
  'map to another provider',
  'freeze a provider',
  'freeze a terminal',
  'freeze a payer',
  'clone a terminal',
  'look at the sums',
  'bill too much',
  'bill over the tariff',
  'bill before delivery',
  'bill twice',
  'bill another tariff',
  'bill another terminal',
  'bill late',
  'bill by another provider',
  'bill nothing',
  'reuse a payer counter',
] as const;
export type Deed = {
  readonly atMs: number;
  readonly what: (typeof DEEDS)[number];
  readonly lastsMs: number;
};

export type Cut = { readonly atMs: number; readonly lastsMs: number; readonly who: string };

/** Everything that a seed decides at the outset. */
export type Plan = {
  readonly payers: number;
  readonly providers: number;
  readonly terminals: number;
  readonly weather: Weather;
  readonly purchases: readonly Purchase[];
  readonly deeds: readonly Deed[];
  readonly cuts: readonly Cut[];
  /** Parties that crash at a moment of their own. */
  readonly crashes: readonly { readonly atMs: number; readonly who: string }[];
  /** Probability that a life ends at a point of its work. */
  readonly crashesAtWork: number;
  /** Probability that a write fails. */
  readonly diskFails: number;
  /** Probability of each thing but plain delivery. */
  readonly machineFails: number;
  /** The first provider has no tariff: until the run heals, or never. */
  readonly lacksTariff: 'no' | 'until healed' | 'for ever';
  /** The first provider comes up only at the end. */
  readonly providerAbsent: boolean;
  /** Providers that are frozen at the end stay frozen. */
  readonly staysFrozen: boolean;
  readonly activeMs: number;
};

const often = (random: Random, most: number): number =>
  random.chance(0.5) ? 0 : random.below(most);

/**
 * Each seed draws its own mixture: many seeds have only one kind of trouble, which then has nothing
 * else to hide behind.
 */
export function createPlan(random: Random): Plan {
  const payers = random.between(1, 3);
  const terminals = random.chance(0.3) ? 2 : 1;
  const activeMs = random.pick([8_000, 15_000, 25_000, 40_000]);
  const at = (): number => random.below(activeMs);
  const deeds = Array.from({ length: random.pick([0, 1, 2, 3, 5]) }, () => ({
    atMs: random.chance(0.3) ? 0 : Math.floor(at() / 2),
    what: random.pick(DEEDS),
    lastsMs: random.between(500, activeMs),
  }));
  const isMapped = deeds.some(({ what }) => what === 'map to another provider');
  const providers = isMapped ? 2 : terminals;
  const parties = partyNames(payers, providers, terminals);
  const some = <T>(most: number, make: () => T): readonly T[] =>
    Array.from({ length: often(random, most + 1) }, make);
  const purchase = (): Purchase => {
    const borrowsOffer = random.chance(0.2);
    return {
      atMs: Math.floor(at() / 2),
      payer: random.below(payers),
      terminal: random.below(terminals),
      amount: amountOf(random, borrowsOffer ? 0.3 : 0.06),
      rounds: random.chance(0.3) ? random.below(2) : random.between(4, 12),
      borrowsOffer,
      thinksMs: random.chance(0.2) ? random.below(12_000) : random.below(500),
    };
  };
  return {
    payers,
    providers,
    terminals,
    weather: createWeather(random),
    purchases: Array.from({ length: random.pick([1, 2, 2, 3, 4]) }, purchase),
    deeds,
    cuts: some(3, () => ({
      atMs: at(),
      lastsMs: random.between(500, Math.floor(activeMs / 2)),
      who: random.pick(parties),
    })),
    crashes: some(4, () => ({ atMs: at(), who: random.pick(parties) })),
    crashesAtWork: random.pick([0, 0, 0.5, 1]),
    diskFails: random.pick([0, 0, 0, 0.02, 0.1]),
    machineFails: random.pick([0, 0, 0.3, 0.7]),
    lacksTariff: random.chance(0.94) ? 'no' : random.pick(['until healed', 'for ever'] as const),
    providerAbsent: random.chance(0.08),
    staysFrozen: random.chance(0.5),
    activeMs,
  };
}

/** The names of all parties, as trace and network have them. */
const partyNames = (payers: number, providers: number, terminals: number): readonly string[] => [
  'issuer',
  ...named('provider', providers),
  ...named('terminal', terminals),
  ...named('payer', payers),
];

const named = (kind: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, at) => `${kind}-${at + 1}`);

function createWeather(random: Random): Weather {
  const isFine = random.chance(0.3);
  return {
    loses: isFine ? 0 : random.pick([0, 0.05, 0.15, 0.3]),
    repeats: isFine ? 0 : random.pick([0, 0.1, 0.3]),
    dawdles: isFine ? 0 : random.pick([0, 0.1, 0.3]),
    mostDelayMs: random.pick([5, 50, 400]),
  };
}

/** A price that the machine can be made to reach, sometimes too little or too much to be taken. */
function amountOf(random: Random, isOdd: number): Money {
  if (random.chance(isOdd)) return money(random.pick([1n, 2_600n, 2_600n, 3_000n, 3_001n]));
  return money(BigInt(random.between(100, 2_400)));
}

/** How much energy a machine delivers in all for so much money, Wh. */
export function energyFor(random: Random, held: bigint): bigint {
  const all = held * WH_PER_FEN;
  if (random.chance(0.3)) return all;
  if (random.chance(0.2)) return all + WH_PER_FEN * 10n;
  return (BigInt(random.below(Number(held))) + 1n) * WH_PER_FEN;
}
