import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { rational, rationalText, ZERO } from './rational.ts';
import { cutStretch } from './segments.ts';
import { euros, priceOf, rejectionOf, tariffOf, valueOf } from './test-kit.ts';

const MINUTE = 60_000;
const DAYS = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY'];
const SHORT = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

const stretch = { currentA: ZERO, powerKw: ZERO, energyWh: rational(4_000n) };
const before = { start: 0, energyWh: ZERO, reservation: undefined };

function planOf(restrictions: object) {
  return tariffOf(euros([{ price_components: [{ type: 'FLAT', price: 1 }], restrictions }])).plan;
}

describe('cutStretch()', () => {
  test('leaves a stretch whole when nothing restricts', () => {
    const plan = tariffOf(euros([{ type: 'FLAT', price: 1 }])).plan;
    assert.equal(valueOf(cutStretch({ ...stretch, start: 0, end: 9 }, before, plan, 5)).length, 1);
  });

  test('cuts at an energy, even between two milliseconds', () => {
    const cut = cutStretch({ ...stretch, start: 0, end: 10 }, before, planOf({ min_kwh: 3 }), 5);
    assert.deepEqual(
      valueOf(cut).map(({ from, moment }) => [
        rationalText(from),
        rationalText(moment.elapsedMs),
        rationalText(moment.energyWh),
      ]),
      [
        ['0', '0', '0'],
        ['0.75', '7.5', '3000'],
      ],
    );
  });

  test('cuts at a duration that began before the stretch', () => {
    const plan = planOf({ max_duration: 3 });
    const cut = cutStretch({ ...stretch, start: 2_000, end: 6_000 }, before, plan, 5);
    assert.deepEqual(
      valueOf(cut).map(({ from }) => rationalText(from)),
      ['0', '0.25'],
    );
  });

  test('rejects more segments than it may make', () => {
    const plan = planOf({ start_time: '08:00', end_time: '09:00' });
    const long = { ...stretch, start: 0, end: 40 * 86_400_000 };
    assert.equal(rejectionOf(cutStretch(long, before, plan, 20)).code, 'session-too-long');
  });
});

/** Local minute of the day and weekday (Monday 0), straight from the runtime's calendar. */
function localMinutes(zone: string, from: number, minutes: number) {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
  });
  return Array.from({ length: minutes }, (_none, index) => {
    const parts = format.formatToParts(from + index * MINUTE);
    const part = (type: string) => parts.find((one) => one.type === type)?.value ?? '';
    const minute = Number(part('hour')) * 60 + Number(part('minute'));
    return { minute, weekday: SHORT.indexOf(part('weekday')) };
  });
}

describe('local time', () => {
  const weekends: [string, string][] = [
    ['Europe/Amsterdam', '2025-03-29T12:00:00Z'],
    ['Europe/Amsterdam', '2025-10-25T12:00:00Z'],
    ['America/New_York', '2025-11-01T12:00:00Z'],
    ['Australia/Lord_Howe', '2025-04-05T04:00:00Z'],
    ['Africa/Cairo', '2025-04-24T10:00:00Z'],
  ];
  const time = fc.integer({ min: 0, max: 1_439 });
  const clock = (minute: number) =>
    `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

  for (const [zone, from] of weekends) {
    test(`${zone} from ${from}: 40 h cost what their minutes cost one by one`, () => {
      const start = Date.parse(from);
      const local = localMinutes(zone, start, 40 * 60);
      const days = fc.uniqueArray(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 6 });
      fc.assert(
        fc.property(time, time, days, time, (first, last, weekdays, offset) => {
          const restrictions = {
            start_time: clock(first),
            end_time: clock(last),
            day_of_week: weekdays.map((day) => DAYS[day]),
          };
          const components = [{ type: 'TIME', price: 1, price_per: 60, step_size: 60 }];
          const json = euros([{ price_components: components, restrictions }], { time_zone: zone });
          const end = start + local.length * MINUTE;
          const periods = [{ start: start + offset * MINUTE, end }];
          const inside = local.slice(offset).filter(({ minute, weekday }) => {
            const over = first >= last;
            const hours = over
              ? minute >= first || minute < last || first === last
              : minute >= first && minute < last;
            return hours && weekdays.includes(weekday);
          });
          assert.equal(priceOf(tariffOf(json), { periods }).net, BigInt(inside.length * 100));
        }),
        { numRuns: 100 },
      );
    });
  }
});
