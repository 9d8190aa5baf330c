import type { Rational } from './rational.ts';
import { parseDecimal, rational, ZERO } from './rational.ts';
import type { Rejection, RejectionCode, Result } from './rejections.ts';
import { accept, reject } from './rejections.ts';
import type { Plan } from './tariff.ts';

/** An exact quantity: a whole number, or a decimal string such as `115.2`. Never a JS number. */
export type Quantity = bigint | string;

/**
 * A stretch of a session between two readings. Instants are milliseconds since 1970 UTC; the end
 * is not part of the period. Energy, volume and mass flow evenly over it; cycles and items belong
 * to its start. A period may be an instant (`start === end`), as a vend is.
 */
export interface Period {
  readonly start: number;
  readonly end: number;
  /** True while the place is taken without being served: PARKING_TIME instead of TIME. */
  readonly parked?: boolean;
  readonly energyWh?: Quantity;
  readonly volumeMl?: Quantity;
  readonly massG?: Quantity;
  /** Whole numbers. */
  readonly cycles?: Quantity;
  /** Delivered items: article number (`sku`) → whole number. */
  readonly items?: Readonly<Record<string, Quantity>>;
  /** Sum over all phases. Needed only by tariffs with min_current or max_current. */
  readonly currentA?: Quantity;
  /** If absent, it is the energy over the length of the period. */
  readonly powerKw?: Quantity;
}

/** The time for which the place was kept free, before the session or instead of it. */
export interface Reservation {
  readonly start: number;
  readonly end: number;
  /** True when nobody came. */
  readonly expired?: boolean;
}

/** What was delivered: periods in order of time, not overlapping; gaps are allowed. */
export interface Session {
  readonly periods: readonly Period[];
  readonly reservation?: Reservation;
}

/** A period after checking, with all quantities exact. */
export interface CheckedPeriod {
  readonly start: number;
  readonly end: number;
  readonly parked: boolean;
  readonly energyWh: Rational;
  readonly volumeMl: Rational;
  readonly massG: Rational;
  readonly cycles: Rational;
  readonly items: readonly (readonly [sku: string, count: Rational])[];
  readonly currentA: Rational;
  readonly powerKw: Rational;
}

/** At most this many periods (and items in one of them) are priced. */
export const MAX_PERIODS = 10_000;
const MAX_ITEMS = 1_000;
const MAX_INSTANT = 8_640_000_000_000_000;
const MAX_QUANTITY = 1n << 63n;
const NO_ITEMS: CheckedPeriod['items'] = [];

const SESSION_FIELDS = new Set(['periods', 'reservation']);
const RESERVATION_FIELDS = new Set(['start', 'end', 'expired']);
const PERIOD_FIELDS = new Set([
  'start',
  'end',
  'parked',
  'energyWh',
  'volumeMl',
  'massG',
  'cycles',
  'items',
  'currentA',
  'powerKw',
]);

/** Checks a session that may come from anywhere. Rejects with the codes `session-…`. */
export function checkSession(session: Session, plan: Plan): Result<CheckedPeriod[]> {
  if (!isObject(session) || !Array.isArray(session.periods)) return reject('session-invalid');
  const shape = checkNames(session, SESSION_FIELDS, 'session');
  if (shape !== undefined) return { ok: false, rejection: shape };
  if (session.periods.length > MAX_PERIODS) return reject('session-too-many-periods');
  const notes: SessionNotes = {};
  let previousEnd = checkReservation(session.reservation, notes);
  const periods: CheckedPeriod[] = [];
  for (let index = 0; index < session.periods.length; index += 1) {
    const period = readPeriod(session.periods[index]!, index, plan, notes);
    if (notes.rejection !== undefined || period === undefined) break;
    if (period.start < previousEnd) return reject('session-overlap', `periods[${index}]`);
    previousEnd = period.end;
    if (!isEmpty(period)) periods.push(period);
  }
  if (notes.rejection !== undefined) return { ok: false, rejection: notes.rejection };
  return accept(periods);
}

interface SessionNotes {
  rejection?: Rejection;
}

function noteRejection(notes: SessionNotes, code: RejectionCode, detail: string): void {
  notes.rejection ??= { code, detail };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function checkNames(value: object, known: Set<string>, path: string): Rejection | undefined {
  for (const name in value) {
    if (!known.has(name)) {
      return { code: 'session-dimension-unknown', detail: `${path}.${name.slice(0, 40)}` };
    }
  }
  return undefined;
}

function checkInterval(
  value: { start: number; end: number },
  path: string,
  notes: SessionNotes,
): void {
  if (!isInstant(value.start) || !isInstant(value.end))
    noteRejection(notes, 'session-instant', path);
  else if (value.end < value.start) noteRejection(notes, 'session-end-before-start', path);
}

function isInstant(at: unknown): boolean {
  return Number.isSafeInteger(at) && (at as number) >= 0 && (at as number) <= MAX_INSTANT;
}

function checkReservation(reservation: Reservation | undefined, notes: SessionNotes): number {
  if (reservation === undefined) return 0;
  if (!isObject(reservation)) {
    noteRejection(notes, 'session-invalid', 'reservation');
    return 0;
  }
  const strange = checkNames(reservation, RESERVATION_FIELDS, 'reservation');
  if (strange !== undefined) notes.rejection ??= strange;
  checkInterval(reservation, 'reservation', notes);
  checkFlag(reservation.expired, 'reservation.expired', notes);
  return reservation.end;
}

function checkFlag(value: unknown, path: string, notes: SessionNotes): void {
  if (value !== undefined && typeof value !== 'boolean') {
    noteRejection(notes, 'session-invalid', path);
  }
}

function readPeriod(
  period: Period,
  index: number,
  plan: Plan,
  notes: SessionNotes,
): CheckedPeriod | undefined {
  const path = `periods[${index}]`;
  if (!isObject(period)) {
    noteRejection(notes, 'session-invalid', path);
    return undefined;
  }
  const strange = checkNames(period, PERIOD_FIELDS, path);
  if (strange !== undefined) notes.rejection ??= strange;
  checkInterval(period, path, notes);
  checkFlag(period.parked, path, notes);
  const energyWh = readQuantity(period.energyWh, path, 'energyWh', notes);
  const checked = {
    start: period.start,
    end: period.end,
    parked: period.parked === true,
    energyWh,
    volumeMl: readQuantity(period.volumeMl, path, 'volumeMl', notes),
    massG: readQuantity(period.massG, path, 'massG', notes),
    cycles: readCount(period.cycles, path, 'cycles', notes),
    items: readItems(period.items, path, notes),
    currentA: readQuantity(period.currentA, path, 'currentA', notes),
    powerKw: readQuantity(period.powerKw, path, 'powerKw', notes),
  };
  if (plan.usesCurrent && period.currentA === undefined && !checked.parked) {
    noteRejection(notes, 'session-current-missing', path);
  }
  if (!plan.usesPower || period.powerKw !== undefined) return checked;
  if (period.end > period.start) return { ...checked, powerKw: averagePower(energyWh, period) };
  if (energyWh.n > 0n) noteRejection(notes, 'session-power-missing', path);
  return checked;
}

/** kW from Wh and ms: 1 Wh in 1 ms is 3,600 kW. */
function averagePower(energyWh: Rational, { start, end }: Period): Rational {
  return { n: energyWh.n * 3_600n, d: energyWh.d * BigInt(end - start) };
}

function readQuantity(
  value: Quantity | undefined,
  path: string,
  name: string,
  notes: SessionNotes,
): Rational {
  if (value === undefined) return ZERO;
  const exact =
    typeof value === 'bigint'
      ? rational(value)
      : typeof value === 'string'
        ? parseDecimal(value)
        : undefined;
  if (exact === undefined || exact.n >= MAX_QUANTITY * exact.d) {
    noteRejection(notes, 'session-quantity', `${path}.${name}`);
    return ZERO;
  }
  if (exact.n < 0n) noteRejection(notes, 'session-quantity-negative', `${path}.${name}`);
  return exact;
}

function readCount(
  value: Quantity | undefined,
  path: string,
  name: string,
  notes: SessionNotes,
): Rational {
  const count = readQuantity(value, path, name, notes);
  if (count.d !== 1n) {
    noteRejection(notes, 'session-quantity', `${path}.${name}`);
  }
  return count;
}

function readItems(
  items: Period['items'],
  path: string,
  notes: SessionNotes,
): CheckedPeriod['items'] {
  if (items === undefined) return NO_ITEMS;
  if (!isObject(items) || Object.keys(items).length > MAX_ITEMS) {
    noteRejection(notes, 'session-invalid', `${path}.items`);
    return NO_ITEMS;
  }
  return Object.keys(items)
    .sort()
    .map((sku) => [sku, readCount(items[sku], path, `items.${sku.slice(0, 40)}`, notes)] as const)
    .filter(([, count]) => count.n > 0n);
}

function isEmpty(period: CheckedPeriod): boolean {
  return (
    period.end === period.start &&
    period.energyWh.n === 0n &&
    period.volumeMl.n === 0n &&
    period.massG.n === 0n &&
    period.cycles.n === 0n &&
    period.items.length === 0
  );
}
