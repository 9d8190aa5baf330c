import type { Rational } from './rational.ts';
import { compare } from './rational.ts';

/** Days in the order of OCPI; the index is the bit in {@link Restrictions.days}. */
export const DAYS_OF_WEEK = [
  'MONDAY',
  'TUESDAY',
  'WEDNESDAY',
  'THURSDAY',
  'FRIDAY',
  'SATURDAY',
  'SUNDAY',
] as const;

/** Whether an element is for a reservation, and for which. */
export type ReservationKind = 'RESERVATION' | 'RESERVATION_EXPIRES';

/** When an element applies. A bound that is absent does not restrict. Minima are inclusive. */
export interface Restrictions {
  /** Minutes since local midnight; before `endMinute`, or over midnight when not below it. */
  readonly startMinute?: number;
  readonly endMinute?: number;
  /** Days since 1970-01-01 in local time; the end is exclusive. */
  readonly startDay?: number;
  readonly endDay?: number;
  /** Bit i stands for `DAYS_OF_WEEK[i]`. */
  readonly days?: number;
  /** Energy delivered so far, Wh. */
  readonly minWh?: Rational;
  readonly maxWh?: Rational;
  /** Sum over all phases, A. */
  readonly minCurrent?: Rational;
  readonly maxCurrent?: Rational;
  /** kW. */
  readonly minPower?: Rational;
  readonly maxPower?: Rational;
  /** Time since the session (or reservation) began, ms. */
  readonly minDuration?: Rational;
  readonly maxDuration?: Rational;
  readonly reservation?: ReservationKind;
}

/** Where a session stands at the start of one of its segments. */
export interface Moment {
  /** Local time; 0 when the tariff has no restriction in local time. */
  readonly minute: number;
  readonly day: number;
  readonly weekday: number;
  readonly energyWh: Rational;
  readonly currentA: Rational;
  readonly powerKw: Rational;
  readonly elapsedMs: Rational;
  /** `undefined` in the session proper. */
  readonly reservation: ReservationKind | undefined;
}

/** The OCPI name of a restriction that did not hold. */
export type RestrictionName =
  | 'start_time'
  | 'end_time'
  | 'start_date'
  | 'end_date'
  | 'day_of_week'
  | 'min_kwh'
  | 'max_kwh'
  | 'min_current'
  | 'max_current'
  | 'min_power'
  | 'max_power'
  | 'min_duration'
  | 'max_duration'
  | 'reservation';

/** Whether any restriction of the list is in local time. */
export function usesLocalTime(restrictions: Restrictions): boolean {
  return (
    restrictions.startMinute !== undefined ||
    restrictions.endMinute !== undefined ||
    restrictions.startDay !== undefined ||
    restrictions.endDay !== undefined ||
    restrictions.days !== undefined
  );
}

/** The first restriction that does not hold at `moment`, or `undefined` when all hold. */
export function failingRestriction(
  restrictions: Restrictions,
  moment: Moment,
): RestrictionName | undefined {
  if (restrictions.reservation !== moment.reservation) return 'reservation';
  return (
    failingTime(restrictions, moment) ??
    failingDay(restrictions, moment) ??
    outside(moment.energyWh, restrictions.minWh, restrictions.maxWh, 'min_kwh', 'max_kwh') ??
    outside(
      moment.currentA,
      restrictions.minCurrent,
      restrictions.maxCurrent,
      'min_current',
      'max_current',
    ) ??
    outside(
      moment.powerKw,
      restrictions.minPower,
      restrictions.maxPower,
      'min_power',
      'max_power',
    ) ??
    outside(
      moment.elapsedMs,
      restrictions.minDuration,
      restrictions.maxDuration,
      'min_duration',
      'max_duration',
    )
  );
}

function failingTime({ startMinute, endMinute }: Restrictions, { minute }: Moment) {
  if (startMinute === undefined && endMinute === undefined) return undefined;
  const start = startMinute ?? 0;
  const end = endMinute ?? 0;
  if (start < end) {
    if (minute < start) return 'start_time';
    return minute >= end ? 'end_time' : undefined;
  }
  // Over midnight: the hours from `end` up to `start` are left out. Equal: the whole day.
  return minute >= start || minute < end ? undefined : 'start_time';
}

function failingDay(restrictions: Restrictions, moment: Moment) {
  const { startDay, endDay, days } = restrictions;
  if (startDay !== undefined && moment.day < startDay) return 'start_date';
  if (endDay !== undefined && moment.day >= endDay) return 'end_date';
  if (days !== undefined && (days & (1 << moment.weekday)) === 0) return 'day_of_week';
  return undefined;
}

function outside<Min extends RestrictionName, Max extends RestrictionName>(
  value: Rational,
  min: Rational | undefined,
  max: Rational | undefined,
  minName: Min,
  maxName: Max,
): Min | Max | undefined {
  if (min !== undefined && compare(value, min) < 0) return minName;
  if (max !== undefined && compare(value, max) >= 0) return maxName;
  return undefined;
}
