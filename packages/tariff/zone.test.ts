import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { dayNumber, minuteOfDay, nextLocalChange, weekday, zoneOf } from './zone.ts';

const at = Date.parse;
const HOUR = 3_600_000;

function zone(name: string) {
  const found = zoneOf(name);
  assert.ok(found !== undefined);
  return found;
}

describe('zone', () => {
  test('zoneOf() knows IANA names and refuses offsets, empty names and strange ones', () => {
    for (const name of ['UTC', 'Europe/Amsterdam', 'Asia/Kathmandu', 'America/Argentina/Salta']) {
      assert.equal(zoneOf(name)?.name, name);
    }
    for (const name of ['', '+02:00', 'Mars/Olympus', 'Europe/Amsterdam ', '../UTC']) {
      assert.equal(zoneOf(name), undefined, name);
    }
  });

  test('offsetAt() follows daylight saving to the millisecond', () => {
    const { offsetAt } = zone('Europe/Amsterdam');
    assert.equal(offsetAt(at('2025-03-30T00:59:59.999Z')), HOUR);
    assert.equal(offsetAt(at('2025-03-30T01:00:00Z')), 2 * HOUR);
    assert.equal(offsetAt(at('2025-10-26T00:59:59.999Z')), 2 * HOUR);
    assert.equal(offsetAt(at('2025-10-26T01:00:00Z')), HOUR);
  });

  test('offsetAt() knows zones off the hour', () => {
    assert.equal(zone('Asia/Kathmandu').offsetAt(at('2025-01-01T00:00:00Z')), 5.75 * HOUR);
    const { offsetAt } = zone('Australia/Lord_Howe');
    assert.equal(offsetAt(at('2025-04-05T14:59:59Z')), 11 * HOUR);
    assert.equal(offsetAt(at('2025-04-05T15:00:00Z')), 10.5 * HOUR);
  });

  test('offsetAt() works at the start of 1970 too, where virtual clocks begin', () => {
    assert.equal(zone('Europe/Amsterdam').offsetAt(0), HOUR);
    assert.equal(zone('America/New_York').offsetAt(0), -5 * HOUR);
  });

  test('local days, minutes and weekdays are those of the calendar', () => {
    const monday = at('2025-06-02T13:37:00Z');
    assert.equal(minuteOfDay(monday), 13 * 60 + 37);
    assert.equal(weekday(dayNumber(monday)), 0);
    assert.equal(weekday(dayNumber(at('2025-06-08T00:00:00Z'))), 6);
    assert.equal(weekday(0), 3);
    assert.equal(weekday(-1), 2);
  });

  test('nextLocalChange() finds the next mark, tomorrow if need be', () => {
    const marks = [6 * 60, 22 * 60];
    const next = (from: string) => nextLocalChange(zone('Asia/Shanghai'), marks, at(from));
    assert.equal(next('2025-06-02T00:00:00Z'), at('2025-06-02T14:00:00Z'));
    assert.equal(next('2025-06-02T14:00:00Z'), at('2025-06-02T22:00:00Z'));
  });

  test('nextLocalChange() stops at a change of the offset first', () => {
    const next = (from: string) => nextLocalChange(zone('Europe/Amsterdam'), [0, 6 * 60], at(from));
    assert.equal(next('2025-03-29T23:00:00Z'), at('2025-03-30T01:00:00Z'));
    assert.equal(next('2025-03-30T01:00:00Z'), at('2025-03-30T04:00:00Z'));
    assert.equal(next('2025-10-25T22:00:00Z'), at('2025-10-26T01:00:00Z'));
    assert.equal(next('2025-10-26T01:00:00Z'), at('2025-10-26T05:00:00Z'));
  });

  test('nextLocalChange() meets an hour that comes twice, twice', () => {
    const marks = [150];
    const next = (from: number) => nextLocalChange(zone('Europe/Amsterdam'), marks, from);
    const first = next(at('2025-10-25T22:00:00Z'));
    assert.equal(first, at('2025-10-26T00:30:00Z'));
    assert.equal(next(first), at('2025-10-26T01:00:00Z'));
    assert.equal(next(at('2025-10-26T01:00:00Z')), at('2025-10-26T01:30:00Z'));
  });
});
