import type { Rational } from './rational.ts';
import { add, multiply, rational, rationalText } from './rational.ts';
import type { Moment, RestrictionName } from './restrictions.ts';
import { failingRestriction } from './restrictions.ts';
import type { Dimension, PriceComponent, TariffElement } from './tariff.ts';
import { UNITS } from './tariff.ts';

/** Whether money is asked for the reservation or for the session proper. */
export type Phase = 'RESERVATION' | 'SESSION';

/**
 * Why an element did not price a part: the restriction that failed, or `dimension` when it has no
 * price for that dimension (or article).
 */
export interface Skipped {
  readonly element: number;
  readonly because: RestrictionName | 'dimension';
}

/** Which element priced which part of a session in which dimension. */
export interface TraceEntry {
  readonly phase: Phase;
  readonly dimension: Dimension;
  readonly sku?: string;
  /** Where the price stands in the tariff; `null` when none matched, and that part is free. */
  readonly element: number | null;
  readonly component: number | null;
  /** Milliseconds since 1970; a cut between two milliseconds is shown at the earlier one. */
  readonly from: number;
  readonly to: number;
  /** What was measured, in base units (Wh, s, ml, g), before any step. */
  readonly quantity: string;
  /** The elements before it, and why each was passed over. */
  readonly skipped: readonly Skipped[];
}

/** A part of a session that is to be explained. */
export interface Part {
  readonly phase: Phase;
  readonly dimension: Dimension;
  readonly sku: string | undefined;
  readonly chosen: PriceComponent | undefined;
  readonly from: number;
  readonly to: number;
  /** In counted units. */
  readonly quantity: Rational;
  readonly moment: Moment;
}

type OpenEntry = Omit<TraceEntry, 'quantity' | 'to'> & { to: number; quantity: Rational };

/** Collects the parts of a session; neighbours that were priced alike become one entry. */
export interface Trace {
  readonly entries: OpenEntry[];
  readonly last: Map<string, OpenEntry>;
  /** Lists of skipped elements that entries share, so that a long trace stays small. */
  readonly skipped: Map<string, readonly Skipped[]>;
}

/** The restriction that keeps an element from applying, or `undefined` when it applies. */
export function failureOf(element: TariffElement, moment: Moment): RestrictionName | undefined {
  if (element.restrictions !== undefined) return failingRestriction(element.restrictions, moment);
  return moment.reservation === undefined ? undefined : 'reservation';
}

/** Adds one part to the trace. */
export function explainPart(trace: Trace, part: Part, elements: readonly TariffElement[]): void {
  const { phase, dimension, sku, chosen, from, to, quantity } = part;
  const skipped = skippedOf(trace, part, elements);
  const key = `${phase} ${dimension} ${sku ?? ''}`;
  const before = trace.last.get(key);
  const element = chosen?.element ?? null;
  const component = chosen?.index ?? null;
  if (
    before !== undefined &&
    before.to === from &&
    before.element === element &&
    before.component === component &&
    before.skipped === skipped
  ) {
    before.to = to;
    before.quantity = add(before.quantity, quantity);
    return;
  }
  const place = { phase, dimension, element, component };
  const entry = { ...place, ...(sku === undefined ? {} : { sku }), from, to, quantity, skipped };
  trace.entries.push(entry);
  trace.last.set(key, entry);
}

/** The finished trace, in the order in which the parts began. */
export function traceEntries(trace: Trace): TraceEntry[] {
  return trace.entries.map((entry) => ({
    ...entry,
    quantity: baseText(entry.quantity, entry.dimension),
  }));
}

/** A counted quantity in base units as text. */
export function baseText(quantity: Rational, dimension: Dimension): string {
  const { scale } = UNITS[dimension];
  return rationalText(scale === 1n ? quantity : multiply(quantity, rational(1n, scale)));
}

const NOTHING_SKIPPED: readonly Skipped[] = [];

function skippedOf(
  trace: Trace,
  part: Part,
  elements: readonly TariffElement[],
): readonly Skipped[] {
  const end = part.chosen?.element ?? elements.length;
  if (end === 0) return NOTHING_SKIPPED;
  const reasons: Skipped['because'][] = [];
  for (let index = 0; index < end; index += 1) {
    const element = elements[index]!;
    const priced = element.components.some(
      ({ dimension, sku }) =>
        dimension === part.dimension && (sku === undefined || sku === part.sku),
    );
    reasons.push((priced ? failureOf(element, part.moment) : undefined) ?? 'dimension');
  }
  const key = reasons.join();
  const known = trace.skipped.get(key);
  if (known !== undefined) return known;
  const skipped = reasons.map((because, element) => ({ element, because }));
  trace.skipped.set(key, skipped);
  return skipped;
}
