import type { Json } from './json.ts';
import { isList } from './json.ts';
import type { Rational } from './rational.ts';
import { compare, multiply, rational } from './rational.ts';
import type { Fields } from './reader.ts';
import {
  decimalText,
  field,
  note,
  present,
  readDecimal,
  readText,
  readWhole,
  readWord,
  refuseUnknown,
} from './reader.ts';
import type { RestrictionName, Restrictions } from './restrictions.ts';
import { DAYS_OF_WEEK } from './restrictions.ts';
import { DAY_MS } from './zone.ts';

const NAMES: readonly RestrictionName[] = [
  'start_time',
  'end_time',
  'start_date',
  'end_date',
  'day_of_week',
  'min_kwh',
  'max_kwh',
  'min_current',
  'max_current',
  'min_power',
  'max_power',
  'min_duration',
  'max_duration',
  'reservation',
];

/** Reads one `restrictions` object of OCPI, and gives it again in canonical form. */
export function parseRestrictions(fields: Fields): {
  restrictions: Restrictions;
  document: { readonly [name: string]: Json };
} {
  refuseUnknown(fields, NAMES, 'tariff-restriction-unknown');
  const [minKwh, maxKwh] = readBounds(fields, 'min_kwh', 'max_kwh');
  const [minCurrent, maxCurrent] = readBounds(fields, 'min_current', 'max_current');
  const [minPower, maxPower] = readBounds(fields, 'min_power', 'max_power');
  const [minSeconds, maxSeconds] = readDurations(fields);
  const startDay = readDate(fields, 'start_date');
  const endDay = readDate(fields, 'end_date');
  if (startDay !== undefined && endDay !== undefined && startDay >= endDay) {
    note(fields, 'tariff-restriction-range', 'end_date');
  }
  const days = readDays(fields);
  const restrictions: Restrictions = present({
    startMinute: readTime(fields, 'start_time'),
    endMinute: readTime(fields, 'end_time'),
    startDay,
    endDay,
    days,
    minWh: times(minKwh, 1_000n),
    maxWh: times(maxKwh, 1_000n),
    minCurrent,
    maxCurrent,
    minPower,
    maxPower,
    minDuration: times(minSeconds, 1_000n),
    maxDuration: times(maxSeconds, 1_000n),
    reservation: readWord(
      fields,
      'reservation',
      ['RESERVATION', 'RESERVATION_EXPIRES'],
      'tariff-restriction-unknown',
    ),
  });
  const numbers = present({
    min_kwh: decimalText(minKwh),
    max_kwh: decimalText(maxKwh),
    min_current: decimalText(minCurrent),
    max_current: decimalText(maxCurrent),
    min_power: decimalText(minPower),
    max_power: decimalText(maxPower),
    min_duration: decimalText(minSeconds),
    max_duration: decimalText(maxSeconds),
    day_of_week:
      days === undefined ? undefined : DAYS_OF_WEEK.filter((_day, bit) => days & (1 << bit)),
  });
  const { day_of_week: _days, ...rest } = fields.values;
  return { restrictions, document: { ...rest, ...numbers } };
}

function times(value: Rational | undefined, factor: bigint): Rational | undefined {
  return value === undefined ? undefined : multiply(value, rational(factor));
}

function readBounds(fields: Fields, minName: string, maxName: string) {
  const min = readDecimal(fields, minName);
  const max = readDecimal(fields, maxName);
  checkRange(fields, min, max, maxName);
  return [min, max] as const;
}

function readDurations(fields: Fields) {
  const min = readWhole(fields, 'min_duration', 0n);
  const max = readWhole(fields, 'max_duration', 0n);
  const bounds = [min, max].map((value) => (value === undefined ? undefined : rational(value)));
  checkRange(fields, bounds[0], bounds[1], 'max_duration');
  return bounds;
}

function checkRange(
  fields: Fields,
  min: Rational | undefined,
  max: Rational | undefined,
  name: string,
): void {
  if (min !== undefined && max !== undefined && compare(min, max) >= 0) {
    note(fields, 'tariff-restriction-range', name);
  }
}

function readTime(fields: Fields, name: string): number | undefined {
  const text = readText(fields, name, 40);
  if (text === undefined) return undefined;
  const match = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text);
  if (match === null) note(fields, 'tariff-time', name);
  return match === null ? 0 : Number(match[1]) * 60 + Number(match[2]);
}

function readDate(fields: Fields, name: string): number | undefined {
  const text = readText(fields, name, 40);
  if (text === undefined) return undefined;
  const at = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  // A day such as 02-30 is either refused by Date or moved to the next month.
  if (!Number.isNaN(at) && new Date(at).toISOString().startsWith(text)) return at / DAY_MS;
  note(fields, 'tariff-date', name);
  return 0;
}

function readDays(fields: Fields): number | undefined {
  const value = field(fields, 'day_of_week');
  if (value === undefined) return undefined;
  if (!isList(value) || value.length > 70) {
    note(fields, 'tariff-field-invalid', 'day_of_week');
    return undefined;
  }
  let days = 0;
  for (const name of value) {
    const bit = DAYS_OF_WEEK.findIndex((day) => day === name);
    if (bit < 0) note(fields, 'tariff-field-invalid', 'day_of_week');
    days |= 1 << bit;
  }
  // OCPI lets the list be empty, which restricts nothing.
  return value.length === 0 ? undefined : days;
}
