import type { Phase, Trace } from './explain.ts';
import { explainPart, failureOf } from './explain.ts';
import type { Rational } from './rational.ts';
import { add, ceilToMultiple, floor, multiply, ONE, rational, subtract, ZERO } from './rational.ts';
import type { Result } from './rejections.ts';
import { accept, reject } from './rejections.ts';
import type { Moment } from './restrictions.ts';
import type { Before, Segment, Stretch } from './segments.ts';
import { cutStretch } from './segments.ts';
import type { CheckedPeriod, Reservation } from './session.ts';
import type { Dimension, PriceComponent, Tariff } from './tariff.ts';
import { UNITS } from './tariff.ts';

/** What one component prices in one session. Quantities are in counted units. */
export interface UsageLine {
  readonly phase: Phase;
  readonly component: PriceComponent;
  readonly sku: string | undefined;
  measured: Rational;
  /** Measured, and the rest of the last step. */
  billed: Rational;
}

/** All of one dimension (and article) in one phase; a step is rounded up once for it. */
interface Family {
  readonly phase: Phase;
  readonly dimension: Dimension;
  total: Rational;
  last: UsageLine;
}

/** What a session used, priced line by line in the order of first use. */
export interface Usage {
  readonly lines: UsageLine[];
  readonly trace: Trace | undefined;
  /** Whether anything but a reservation took place. */
  readonly served: boolean;
}

/** One walk over a session; owned by {@link measureUsage}. */
interface Walk {
  readonly tariff: Tariff;
  readonly trace: Trace | undefined;
  readonly lines: Map<string, UsageLine>;
  readonly families: Map<string, Family>;
  readonly flat: Set<Phase>;
  /** How many more segments are priced before the session counts as too long. */
  segmentsLeft: number;
}

/** Bounds the work and the trace: this many segments, fewer when a tariff has many elements. */
const MAX_SEGMENTS = 20_000;
const MAX_CHECKS = 1_000_000;

/**
 * Finds for every part of a session and every dimension the first element that applies, adds the
 * quantities up a component, and rounds steps up. Rejects: session-sku-unknown, session-too-long.
 */
export function measureUsage(
  tariff: Tariff,
  periods: readonly CheckedPeriod[],
  reservation: Reservation | undefined,
  explain: boolean,
): Result<Usage> {
  const trace = explain ? { entries: [], last: new Map(), skipped: new Map() } : undefined;
  const walk: Walk = {
    tariff,
    trace,
    lines: new Map(),
    families: new Map(),
    flat: new Set(),
    segmentsLeft: Math.min(MAX_SEGMENTS, MAX_CHECKS / tariff.elements.length),
  };
  if (reservation !== undefined) {
    const walked = walkReservation(walk, reservation);
    if (!walked.ok) return walked;
  }
  let energyWh = ZERO;
  for (const period of periods) {
    const walked = walkPeriod(walk, period, periods[0]!.start, energyWh);
    if (!walked.ok) return walked;
    energyWh = add(energyWh, period.energyWh);
  }
  for (const family of walk.families.values()) applyStep(walk, family);
  return accept({ lines: [...walk.lines.values()], trace, served: periods.length > 0 });
}

function walkReservation(walk: Walk, { start, end, expired }: Reservation): Result<null> {
  const kind = expired === true ? 'RESERVATION_EXPIRES' : 'RESERVATION';
  const stretch = { start, end, energyWh: ZERO, currentA: ZERO, powerKw: ZERO };
  const before = { start, energyWh: ZERO, reservation: kind } as const;
  const cut = cutSome(walk, stretch, before);
  if (!cut.ok) return cut;
  for (const segment of cut.value) {
    const place = placeOf(stretch, segment, 'RESERVATION');
    useFlat(walk, place);
    use(walk, place, 'TIME', portion(rational(BigInt(end - start)), segment));
  }
  return accept(null);
}

function walkPeriod(
  walk: Walk,
  period: CheckedPeriod,
  start: number,
  energyWh: Rational,
): Result<null> {
  const before = { start, energyWh, reservation: undefined };
  const cut = cutSome(walk, period, before);
  if (!cut.ok) return cut;
  const length = rational(BigInt(period.end - period.start));
  const time = period.parked ? 'PARKING_TIME' : 'TIME';
  for (const segment of cut.value) {
    const place = placeOf(period, segment, 'SESSION');
    useFlat(walk, place);
    use(walk, place, 'ENERGY', portion(period.energyWh, segment));
    use(walk, place, time, portion(length, segment));
    use(walk, place, 'VOLUME', portion(period.volumeMl, segment));
    use(walk, place, 'MASS', portion(period.massG, segment));
    if (segment.from.n > 0n) continue;
    const instant = { ...place, to: place.from };
    use(walk, instant, 'CYCLE', period.cycles);
    for (const [sku, count] of period.items) {
      if (!knowsSku(walk.tariff, sku)) return reject('session-sku-unknown', sku.slice(0, 40));
      use(walk, instant, 'ITEM', count, sku);
    }
  }
  return accept(null);
}

function cutSome(walk: Walk, stretch: Stretch, before: Before): Result<Segment[]> {
  const cut = cutStretch(stretch, before, walk.tariff.plan, walk.segmentsLeft);
  if (cut.ok) walk.segmentsLeft -= cut.value.length;
  return cut;
}

/** A tariff that prices no item at all (a single FLAT, say) may still be used for items. */
function knowsSku(tariff: Tariff, sku: string): boolean {
  const items = tariff.plan.candidates.ITEM;
  return items.length === 0 || items.some((item) => item.sku === undefined || item.sku === sku);
}

interface Place {
  readonly phase: Phase;
  readonly moment: Moment;
  readonly from: number;
  readonly to: number;
}

function placeOf(stretch: Stretch, segment: Segment, phase: Phase): Place {
  const { start, end } = stretch;
  const { from, to, moment } = segment;
  const at = (part: Rational): number => {
    if (part.n === 0n) return start;
    if (part.n === part.d) return end;
    return start + Number(floor(multiply(rational(BigInt(end - start)), part)));
  };
  return { phase, moment, from: at(from), to: at(to) };
}

function portion(whole: Rational, { from, to }: Segment): Rational {
  if (whole.n === 0n || (from.n === 0n && to.n === to.d)) return whole;
  return multiply(whole, subtract(to, from));
}

/** FLAT is asked for once a phase, where it matches first. */
function useFlat(walk: Walk, place: Place): void {
  if (walk.flat.has(place.phase)) return;
  const instant = { ...place, to: place.from };
  if (use(walk, instant, 'FLAT', ONE)) walk.flat.add(place.phase);
}

/** Books a quantity on the first component that applies; says whether one did. */
function use(
  walk: Walk,
  place: Place,
  dimension: Dimension,
  quantity: Rational,
  sku?: string,
): boolean {
  if (quantity.n === 0n) return false;
  const { phase } = place;
  let { moment } = place;
  let component = choose(walk.tariff, dimension, sku, moment);
  if (component === undefined && moment.reservation === 'RESERVATION_EXPIRES') {
    // What an expired reservation has no price of its own for costs what any reservation costs.
    moment = { ...moment, reservation: 'RESERVATION' };
    component = choose(walk.tariff, dimension, sku, moment);
  }
  if (walk.trace !== undefined && (component !== undefined || dimension !== 'FLAT')) {
    const part = { ...place, dimension, sku, chosen: component, quantity, moment };
    explainPart(walk.trace, part, walk.tariff.elements);
  }
  if (component === undefined) return false;
  const key = `${phase} ${component.element} ${component.index} ${sku ?? ''}`;
  let line = walk.lines.get(key);
  if (line === undefined) {
    line = { phase, component, sku, measured: quantity, billed: quantity };
    walk.lines.set(key, line);
  } else {
    line.measured = add(line.measured, quantity);
    line.billed = line.measured;
  }
  addToFamily(walk, line, quantity);
  return true;
}

function choose(
  tariff: Tariff,
  dimension: Dimension,
  sku: string | undefined,
  moment: Moment,
): PriceComponent | undefined {
  for (const component of tariff.plan.candidates[dimension]) {
    if (component.sku !== undefined && component.sku !== sku) continue;
    if (failureOf(tariff.elements[component.element]!, moment) === undefined) return component;
  }
  return undefined;
}

function addToFamily(walk: Walk, line: UsageLine, quantity: Rational): void {
  const { phase, sku } = line;
  const { dimension } = line.component;
  const key = familyKey(phase, dimension, sku);
  const family = walk.families.get(key);
  if (family === undefined) {
    walk.families.set(key, { phase, dimension, total: quantity, last: line });
  } else {
    family.total = add(family.total, quantity);
    family.last = line;
  }
}

function familyKey(phase: Phase, dimension: Dimension, sku?: string): string {
  return `${phase} ${dimension} ${sku ?? ''}`;
}

/**
 * Rounds a family up to a whole number of steps of its last component, and books the rest there.
 * TIME and PARKING_TIME are rounded once between them: when parking was priced, only parking is
 * (OCPI 2.3.0, mod_cdrs, step_size).
 */
function applyStep(walk: Walk, family: Family): void {
  const { phase, dimension, total, last } = family;
  const { stepSize } = last.component;
  if (stepSize === 0n || dimension === 'FLAT') return;
  if (dimension === 'TIME' && walk.families.has(familyKey(phase, 'PARKING_TIME'))) return;
  const steps = ceilToMultiple(total, stepSize * UNITS[dimension].scale);
  last.billed = add(last.billed, subtract(steps, total));
}
