import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Json } from './json.ts';
import { parseRestrictions } from './parse-restrictions.ts';
import { rational } from './rational.ts';
import type { Notes } from './reader.ts';

function parse(values: { [name: string]: Json }) {
  const notes: Notes = {};
  return { ...parseRestrictions({ path: '', values, notes }), notes };
}

describe('parseRestrictions()', () => {
  test('reads local times in minutes, dates in days, and weekdays in bits', () => {
    const { restrictions } = parse({
      start_time: '22:30',
      end_time: '06:00',
      start_date: '1970-01-02',
      end_date: '2024-02-29',
      day_of_week: ['SUNDAY', 'MONDAY', 'SUNDAY'],
    });
    assert.deepEqual(restrictions, {
      startMinute: 1_350,
      endMinute: 360,
      startDay: 1,
      endDay: 19_782,
      days: 0b1000001,
    });
  });

  test('reads kWh in Wh and seconds in ms', () => {
    const { restrictions } = parse({ min_kwh: '1.5', max_duration: '60' });
    assert.deepEqual(restrictions.minWh, rational(15_000n, 10n));
    assert.deepEqual(restrictions.maxDuration, rational(60_000n));
  });

  test('gives weekdays in the order of the week and numbers in shortest form', () => {
    const { document } = parse({ day_of_week: ['SUNDAY', 'MONDAY'], max_kwh: '5.0' });
    assert.deepEqual(document, { day_of_week: ['MONDAY', 'SUNDAY'], max_kwh: '5' });
  });

  test('takes each day of the calendar and no other', () => {
    for (const day of ['2024-02-29', '2000-02-29', '2025-12-31']) {
      assert.equal(parse({ start_date: day }).notes.rejection, undefined, day);
    }
    for (const day of ['2025-02-29', '2025-04-31', '2025-00-10', '25-01-01', '2025-1-1']) {
      assert.equal(parse({ start_date: day }).notes.rejection?.code, 'tariff-date', day);
    }
  });
});
