import { Decimal } from 'decimal.js';
import type { MeterReading } from './price-readings.ts';

// A second way to the price of a session, for tests only: decimals in the place of fractions, and
// every hour of a session looked at by itself. What both follow is spec/30-tariff.md. It knows only
// what `OracleTariff` can say, in the time zone of UTC+8.

/** A part of an OCPI tariff. Prices in the currency, steps in Wh and s, times in whole hours. */
export type OracleTariff = {
  readonly currency: 'CNY';
  readonly time_zone: 'Asia/Shanghai';
  readonly tax_included: 'YES' | 'NO';
  readonly rounding: { readonly mode: 'HALF_UP' | 'HALF_EVEN'; readonly at: 'TOTAL' };
  readonly elements: readonly OracleElement[];
};
type Kind = 'FLAT' | 'ENERGY' | 'TIME' | 'PARKING_TIME';
export type OracleElement = {
  readonly price_components: readonly OracleComponent[];
  readonly restrictions?: OracleRestrictions;
};
export type OracleComponent = {
  readonly type: Kind;
  readonly price: string;
  readonly vat: number;
  readonly step_size: number;
};
export type OracleRestrictions = {
  readonly start_time?: string;
  readonly end_time?: string;
  readonly day_of_week?: readonly string[];
  readonly min_kwh?: number;
  readonly max_kwh?: number;
  readonly min_duration?: number;
  readonly max_duration?: number;
};

const D = Decimal.clone({ precision: 80 });
const HOUR_MS = 3_600_000;
const UTC_PLUS_8_MS = 8 * HOUR_MS;
const DAYS = ['SUNDAY', 'MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY'];

/** What is priced by one component, and what the component before it left of a step. */
type Sum = { readonly component: OracleComponent; quantity: Decimal };
type Sums = Map<OracleComponent, Sum>;
type Moment = { readonly at: Decimal; readonly sinceMs: Decimal; readonly wh: Decimal };

/** Net and gross of a chain of readings, in minor units. */
export function oraclePrice(
  tariff: OracleTariff,
  readings: readonly MeterReading[],
): { readonly net: string; readonly gross: string } {
  const sums: Sums = new Map();
  const last = new Map<Kind, Sum>();
  const begin = readings[0]?.at ?? 0;
  const first = readings[0]?.energyWh ?? 0n;
  const use = (kind: Kind, quantity: Decimal, moment: Moment): void => {
    if (quantity.isZero()) return;
    const component = choose(tariff, kind, moment);
    if (!component) return;
    const sum = sums.get(component) ?? { component, quantity: new D(0) };
    sum.quantity = sum.quantity.plus(quantity);
    sums.set(component, sum);
    last.set(kind, sum);
  };
  for (const [index, reading] of readings.slice(0, -1).entries()) {
    const next = readings[index + 1] as MeterReading;
    const from = { at: reading.at, wh: Number((reading.energyWh ?? 0n) - first) };
    const to = { at: next.at, wh: Number((next.energyWh ?? 0n) - first) };
    for (const [a, b] of piecesOf(tariff, begin, from, to)) {
      const wh = (at: Decimal): Decimal =>
        at
          .minus(from.at)
          .mul(to.wh - from.wh)
          .div(to.at - from.at)
          .plus(from.wh);
      const at = a.plus(b).div(2);
      const moment = { at, sinceMs: at.minus(begin), wh: wh(at) };
      if (!last.has('FLAT')) use('FLAT', new D(1), moment);
      use('ENERGY', wh(b).minus(wh(a)), moment);
      use(reading.phase === 'idle' ? 'PARKING_TIME' : 'TIME', b.minus(a).div(1000), moment);
    }
  }
  for (const [kind, sum] of last) roundUp(kind, sum, sums, last);
  return totalsOf(tariff, sums);
}

type Corner = { readonly at: number; readonly wh: number };

/** Cuts at every whole hour, and where a restriction on energy or duration begins or ends. */
function piecesOf(tariff: OracleTariff, begin: number, from: Corner, to: Corner) {
  const cuts: Decimal[] = [new D(from.at), new D(to.at)];
  for (let at = Math.ceil(from.at / HOUR_MS) * HOUR_MS; at < to.at; at += HOUR_MS) {
    cuts.push(new D(at));
  }
  for (const { restrictions: r = {} } of tariff.elements) {
    for (const s of [r.min_duration, r.max_duration]) {
      if (s !== undefined) cuts.push(new D(begin + s * 1000));
    }
    for (const kwh of [r.min_kwh, r.max_kwh]) {
      if (kwh === undefined || to.wh === from.wh) continue;
      const part = new D(kwh)
        .mul(1000)
        .minus(from.wh)
        .div(to.wh - from.wh);
      cuts.push(part.mul(to.at - from.at).plus(from.at));
    }
  }
  const inside = cuts.filter((cut) => cut.gte(from.at) && cut.lte(to.at)).sort((a, b) => a.cmp(b));
  return inside.slice(1).map((cut, n) => [inside[n] as Decimal, cut] as const);
}

function choose(tariff: OracleTariff, kind: Kind, moment: Moment): OracleComponent | undefined {
  for (const { price_components, restrictions = {} } of tariff.elements) {
    const component = price_components.find(({ type }) => type === kind);
    if (component && holds(restrictions, moment)) return component;
  }
  return undefined;
}

function holds(r: OracleRestrictions, { at, sinceMs, wh }: Moment): boolean {
  const local = new Date(at.floor().toNumber() + UTC_PLUS_8_MS);
  const hour = local.getUTCHours();
  const [start, end] = [Number((r.start_time ?? '0:').split(':')[0]), r.end_time?.split(':')[0]];
  const until = Number(end ?? 24);
  const inHours = start < until ? hour >= start && hour < until : hour >= start || hour < until;
  if ((r.start_time ?? r.end_time) !== undefined && !inHours) return false;
  if (r.day_of_week && !r.day_of_week.includes(DAYS[local.getUTCDay()] as string)) return false;
  if (r.min_kwh !== undefined && wh.lt(r.min_kwh * 1000)) return false;
  if (r.max_kwh !== undefined && wh.gte(r.max_kwh * 1000)) return false;
  if (r.min_duration !== undefined && sinceMs.lt(r.min_duration * 1000)) return false;
  return r.max_duration === undefined || sinceMs.lt(r.max_duration * 1000);
}

/** The rest of the last step goes to the component that was used last. */
function roundUp(kind: Kind, sum: Sum, sums: Sums, last: ReadonlyMap<Kind, Sum>): void {
  const step = sum.component.step_size;
  if (kind === 'FLAT' || step === 0) return;
  if (kind === 'TIME' && last.has('PARKING_TIME')) return;
  let total = new D(0);
  for (const { component, quantity } of sums.values()) {
    if (component.type === kind) total = total.plus(quantity);
  }
  // 40 places bring sums of thirds back to where they came from.
  const steps = total.div(step).toDecimalPlaces(40).ceil();
  sum.quantity = sum.quantity.plus(steps.mul(step).minus(total));
}

const PER: Readonly<Record<Kind, number>> = {
  FLAT: 1,
  ENERGY: 1000,
  TIME: 3600,
  PARKING_TIME: 3600,
};

function totalsOf({ tax_included, rounding }: OracleTariff, sums: Sums) {
  let [net, gross] = [new D(0), new D(0)];
  for (const { component, quantity } of sums.values()) {
    const amount = quantity.div(PER[component.type]).mul(component.price);
    const withTax = new D(component.vat).div(100).plus(1);
    const isNet = tax_included === 'NO';
    net = net.plus(isNet ? amount : amount.div(withTax));
    gross = gross.plus(isNet ? amount.mul(withTax) : amount);
  }
  const mode = rounding.mode === 'HALF_UP' ? Decimal.ROUND_HALF_UP : Decimal.ROUND_HALF_EVEN;
  const minor = (amount: Decimal): string =>
    amount.mul(100).toDecimalPlaces(40).toDecimalPlaces(0, mode).toFixed(0);
  return { net: minor(net), gross: minor(gross) };
}
