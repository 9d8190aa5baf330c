import type { Asset } from './currency.ts';
import type { Json } from './json.ts';
import type { Rational } from './rational.ts';
import { add, divide, multiply, ONE, rational, reduce, subtract, ZERO } from './rational.ts';
import type { Restrictions } from './restrictions.ts';
import type { Zone } from './zone.ts';

/** What can be priced. The first four are OCPI's, the others are ours. */
export const DIMENSIONS = [
  'FLAT',
  'ENERGY',
  'TIME',
  'PARKING_TIME',
  'VOLUME',
  'MASS',
  'CYCLE',
  'ITEM',
] as const;
export type Dimension = (typeof DIMENSIONS)[number];

/**
 * The units of a dimension. `base` is the unit of `step_size` and `price_per`; `pricePer` is how
 * many of them one `price` buys unless the component says otherwise; `unit` is their name then;
 * `scale` is how many of the units a session counts in (ms for time) make one base unit.
 */
export interface DimensionUnits {
  readonly base: string;
  readonly unit: string;
  readonly pricePer: bigint;
  readonly scale: bigint;
}

export const UNITS: Readonly<Record<Dimension, DimensionUnits>> = {
  FLAT: { base: 'session', unit: 'session', pricePer: 1n, scale: 1n },
  ENERGY: { base: 'Wh', unit: 'kWh', pricePer: 1_000n, scale: 1n },
  TIME: { base: 's', unit: 'h', pricePer: 3_600n, scale: 1_000n },
  PARKING_TIME: { base: 's', unit: 'h', pricePer: 3_600n, scale: 1_000n },
  VOLUME: { base: 'ml', unit: 'l', pricePer: 1_000n, scale: 1n },
  MASS: { base: 'g', unit: 'kg', pricePer: 1_000n, scale: 1n },
  CYCLE: { base: 'cycle', unit: 'cycle', pricePer: 1n, scale: 1n },
  ITEM: { base: 'item', unit: 'item', pricePer: 1n, scale: 1n },
};

/** One tax of a component, in percent of the net price. */
export interface TaxRate {
  readonly name: string;
  readonly percentage: Rational;
}

/** The price of one dimension inside an element. */
export interface PriceComponent {
  readonly dimension: Dimension;
  /** For ITEM: the article this price is for; without it, every article. */
  readonly sku?: string;
  /** In the currency, for `pricePer` base units. */
  readonly price: Rational;
  readonly pricePer: bigint;
  /** Base units are billed in blocks of this size; 0 bills exactly what was measured. */
  readonly stepSize: bigint;
  readonly taxes: readonly TaxRate[];
  /** Place in the tariff. */
  readonly element: number;
  readonly index: number;
  /** Minor units of money for one counted unit (see {@link DimensionUnits.scale}). */
  readonly netRate: Rational;
  readonly taxRate: Rational;
  /** The price and what it buys as a bill shows them: `0.25`, `kWh`; and the taxes. */
  readonly priceText: string;
  readonly unit: string;
  readonly taxTexts: readonly TaxText[];
}

/** A tax as a bill shows it. */
export interface TaxText {
  readonly name: string;
  readonly percentage: string;
}

/** Components that share restrictions. */
export interface TariffElement {
  readonly components: readonly PriceComponent[];
  readonly restrictions: Restrictions | undefined;
}

/** Bounds of a total in minor units, each on its own. */
export interface PriceLimit {
  readonly net?: bigint;
  readonly gross?: bigint;
}

/** How the one rounding is done, and whether it is done for the total or for each line. */
export interface Rounding {
  readonly mode: 'HALF_UP' | 'HALF_EVEN' | 'DOWN';
  readonly at: 'TOTAL' | 'LINE';
}

/** Whether prices contain the taxes; `N/A` means that there are none. */
export type TaxIncluded = 'YES' | 'NO' | 'N/A';

/** What happens with held money when no bill comes. Carried, not interpreted here. */
export type OnNoBill = 'RETURN_ALL' | 'SETTLE_OWN_RECOMPUTE' | 'HOLD';

/** What happens with held money when the bill is too high. Carried, not interpreted here. */
export type OnOverbill = 'PAY_UNDISPUTED' | 'HOLD' | 'RETURN_ALL';

/** A tariff that was read and checked. Only `parseTariff` makes one. */
export interface Tariff {
  readonly asset: Asset;
  readonly exponent: number;
  readonly taxIncluded: TaxIncluded;
  readonly rounding: Rounding;
  readonly elements: readonly TariffElement[];
  readonly timeZone?: string;
  readonly minPrice?: PriceLimit;
  readonly maxPrice?: PriceLimit;
  /** Minor units a payer is advised to put in. It limits nothing; `maxPrice` does. */
  readonly suggestedFunding?: bigint;
  readonly onNoBill?: OnNoBill;
  readonly onOverbill?: OnOverbill;
  /** The whole tariff with defaults filled in, as JSON whose numbers are decimal strings. */
  readonly document: { readonly [name: string]: Json };
  readonly plan: Plan;
}

/** What pricing needs to know of a tariff beforehand, so that sessions are priced fast. */
export interface Plan {
  /** For each dimension, the components that price it, in the order of the elements. */
  readonly candidates: Readonly<Record<Dimension, readonly PriceComponent[]>>;
  /** Set only when some restriction is in local time. */
  readonly zone: Zone | undefined;
  /** Minutes of the local day at which some restriction may begin or end to hold, ascending. */
  readonly marks: readonly number[];
  /** Energies in Wh and durations in ms at which some restriction may begin or end to hold. */
  readonly energyMarks: readonly Rational[];
  readonly durationMarks: readonly Rational[];
  readonly usesCurrent: boolean;
  readonly usesPower: boolean;
}

/** The rates of a component; taxes add up on the net price. */
export function componentRates(
  price: Rational,
  per: bigint,
  exponent: number,
  taxes: readonly TaxRate[],
  included: boolean,
): { netRate: Rational; taxRate: Rational } {
  const rate = multiply(price, rational(10n ** BigInt(exponent), per));
  const percentage = taxes.reduce((sum, tax) => add(sum, tax.percentage), ZERO);
  const share = multiply(percentage, rational(1n, 100n));
  if (!included) return { netRate: reduce(rate), taxRate: reduce(multiply(rate, share)) };
  const net = divide(rate, add(ONE, share));
  return { netRate: reduce(net), taxRate: reduce(subtract(rate, net)) };
}

/** Prepares a tariff's elements for pricing. `zone` is the one its local times are in, if any. */
export function compilePlan(elements: readonly TariffElement[], zone: Zone | undefined): Plan {
  const candidates = Object.fromEntries(
    DIMENSIONS.map((dimension): [Dimension, PriceComponent[]] => [dimension, []]),
  ) as Record<Dimension, PriceComponent[]>;
  const minutes = new Set<number>();
  const energyMarks: Rational[] = [];
  const durationMarks: Rational[] = [];
  let usesCurrent = false;
  let usesPower = false;
  for (const { components, restrictions } of elements) {
    // A component for one article goes before one for all articles of the same element.
    const ordered = [...components].sort(
      (a, b) => Number(a.sku === undefined) - Number(b.sku === undefined),
    );
    for (const component of ordered) candidates[component.dimension].push(component);
    if (restrictions === undefined) continue;
    const { startMinute, endMinute, startDay, endDay, days } = restrictions;
    const { minWh, maxWh, minDuration, maxDuration } = restrictions;
    for (const minute of [startMinute, endMinute]) if (minute !== undefined) minutes.add(minute);
    if ((startDay ?? endDay ?? days) !== undefined) minutes.add(0);
    // Without a second bound, a time of day reaches to midnight.
    if ((startMinute === undefined) !== (endMinute === undefined)) minutes.add(0);
    energyMarks.push(...[minWh, maxWh].filter((mark) => mark !== undefined));
    durationMarks.push(...[minDuration, maxDuration].filter((mark) => mark !== undefined));
    usesCurrent ||= (restrictions.minCurrent ?? restrictions.maxCurrent) !== undefined;
    usesPower ||= (restrictions.minPower ?? restrictions.maxPower) !== undefined;
  }
  const marks = [...minutes].sort((a, b) => a - b);
  return { candidates, zone, marks, energyMarks, durationMarks, usesCurrent, usesPower };
}
