import type { Dimension, PriceComponent, Tariff } from '@coinbox/tariff';

/** A price as a payer is shown it, before paying. */
export type PriceRow = {
  readonly dimension: Dimension;
  /** In the currency: `1.65`. */
  readonly price: string;
  /** `kWh`, `min`, `session`, … */
  readonly unit: string;
  /** When it holds; empty: at all times. */
  readonly when: readonly PriceCondition[];
  readonly taxes: readonly string[];
};

export type PriceCondition =
  | { readonly kind: 'hours'; readonly from: string; readonly to: string }
  | { readonly kind: 'after'; readonly minutes: number }
  | { readonly kind: 'otherwise' }
  | { readonly kind: 'other' };

/** What is delivered, then the time, then what a session costs as such. */
const ORDER: readonly Dimension[] = [
  'ENERGY',
  'VOLUME',
  'MASS',
  'CYCLE',
  'ITEM',
  'TIME',
  'PARKING_TIME',
  'FLAT',
];

/**
 * The prices of a tariff in the order in which payers compare them: by kWh, by minute, by session
 * (Regulation (EU) 2023/1804, Article 5(4)).
 */
export function priceRows(tariff: Tariff): readonly PriceRow[] {
  const rows: PriceRow[] = [];
  for (const { components, restrictions } of tariff.elements) {
    const when = conditionsOf(restrictions);
    for (const component of components) {
      const isRest = rows.some((row) => row.dimension === component.dimension);
      rows.push(priceRow(component, when.length === 0 && isRest ? [{ kind: 'otherwise' }] : when));
    }
  }
  return rows
    .map((row, place) => ({ row, place }))
    .sort((a, b) => rank(a.row) - rank(b.row) || a.place - b.place)
    .map(({ row }) => row);
}

const rank = ({ dimension }: PriceRow): number => ORDER.indexOf(dimension);

function priceRow(component: PriceComponent, when: readonly PriceCondition[]): PriceRow {
  const { dimension, priceText, unit, taxTexts } = component;
  const isHourly = unit === 'h';
  return {
    dimension,
    price: isHourly ? perMinute(priceText) : priceText,
    unit: isHourly ? 'min' : unit,
    when,
    taxes: taxTexts.map(({ name, percentage }) => `${name} ${percentage} %`.trim()),
  };
}

/** A price of an hour as that of a minute: four decimals, rounded half up, at least two shown. */
export function perMinute(price: string): string {
  const [whole = '0', part = ''] = price.split('.');
  const tenThousandths = BigInt(whole + part.slice(0, 8).padEnd(8, '0')) / 10_000n;
  const rounded = (tenThousandths + 30n) / 60n;
  const digits = rounded.toString().padStart(5, '0');
  const decimals = digits.slice(-4).replace(/0{1,2}$/, '');
  return `${digits.slice(0, -4)}.${decimals}`;
}

const clock = (minute: number): string =>
  [Math.floor(minute / 60) % 24, minute % 60].map((n) => String(n).padStart(2, '0')).join(':');

type Restrictions = NonNullable<Tariff['elements'][number]['restrictions']>;

function conditionsOf(restrictions: Restrictions | undefined): readonly PriceCondition[] {
  if (restrictions === undefined) return [];
  const { startMinute, endMinute, minDuration, ...others } = restrictions;
  const found: PriceCondition[] = [];
  if (startMinute !== undefined || endMinute !== undefined) {
    const [from, to] = [clock(startMinute ?? 0), clock(endMinute ?? 0)];
    found.push({ kind: 'hours', from, to });
  }
  if (minDuration !== undefined) {
    found.push({ kind: 'after', minutes: Number(minDuration.n / minDuration.d) / 60_000 });
  }
  if (Object.values(others).some((value) => value !== undefined)) found.push({ kind: 'other' });
  return found;
}
