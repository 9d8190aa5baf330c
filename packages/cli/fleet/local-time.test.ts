import assert from 'node:assert/strict';
import { test } from 'node:test';
import { instantOfLocalTime, isTimeZone } from './local-time.ts';

const iso = (text: string, zone: string): string | undefined => {
  const at = instantOfLocalTime(text, zone);
  return at === undefined ? undefined : new Date(at).toISOString();
};

const rows: readonly [text: string, zone: string, expected: string | undefined][] = [
  ['2014-11-18T15:01:17', 'UTC', '2014-11-18T15:01:17.000Z'],
  ['2014-11-18 15:01', 'Asia/Shanghai', '2014-11-18T07:01:00.000Z'],
  ['2014-11-18T15:01:17.25', 'UTC', '2014-11-18T15:01:17.250Z'],
  ['2014-11-18T15:01:17Z', 'Asia/Shanghai', '2014-11-18T15:01:17.000Z'],
  ['2014-11-18T15:01:17+02:00', 'UTC', '2014-11-18T13:01:17.000Z'],
  ['2014-11-18T15:01:17-05:30', 'UTC', '2014-11-18T20:31:17.000Z'],
  // Amsterdam skips 2:00 to 3:00 on 2026-03-29 and repeats it on 2026-10-25.
  ['2026-03-29T01:59:59', 'Europe/Amsterdam', '2026-03-29T00:59:59.000Z'],
  ['2026-03-29T03:00:00', 'Europe/Amsterdam', '2026-03-29T01:00:00.000Z'],
  ['2026-10-25T02:30:00', 'Europe/Amsterdam', '2026-10-25T00:30:00.000Z'],
  ['2026-10-25T03:00:00', 'Europe/Amsterdam', '2026-10-25T02:00:00.000Z'],
  ['2014-02-30T00:00:00', 'UTC', undefined],
  ['2014-11-18T24:00:00', 'UTC', undefined],
  ['2014-11-18T10:61:00', 'UTC', undefined],
  ['0014-11-18T10:00:00', 'UTC', undefined],
  ['18.11.2014', 'UTC', undefined],
];

for (const [text, zone, expected] of rows) {
  test(`instantOfLocalTime() reads ${text} in ${zone} as ${expected ?? 'no time'}`, () => {
    assert.equal(iso(text, zone), expected);
  });
}

test('isTimeZone() knows the zones of the machine and no others', () => {
  assert.equal(isTimeZone('Asia/Shanghai'), true);
  assert.equal(isTimeZone('Mars/Olympus'), false);
});
