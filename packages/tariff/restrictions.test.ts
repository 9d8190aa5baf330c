import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { rational, ZERO } from './rational.ts';
import type { Moment, RestrictionName, Restrictions } from './restrictions.ts';
import { failingRestriction } from './restrictions.ts';

const NOON: Moment = {
  minute: 720,
  day: 20_000,
  weekday: 2,
  energyWh: rational(5_000n),
  currentA: rational(16n),
  powerKw: rational(11n),
  elapsedMs: rational(600_000n),
  reservation: undefined,
};

const rows: [string, Restrictions, RestrictionName | undefined, Partial<Moment>?][] = [
  ['no restriction', {}, undefined],
  ['a start at this minute', { startMinute: 720 }, undefined],
  ['a start a minute later', { startMinute: 721 }, 'start_time'],
  ['an end at this minute', { endMinute: 720 }, 'end_time'],
  ['an end a minute later', { endMinute: 721 }, undefined],
  ['hours around it', { startMinute: 660, endMinute: 780 }, undefined],
  ['hours before it', { startMinute: 600, endMinute: 720 }, 'end_time'],
  ['hours after it', { startMinute: 780, endMinute: 840 }, 'start_time'],
  ['over midnight, by day', { startMinute: 1_320, endMinute: 360 }, 'start_time'],
  ['over midnight, late', { startMinute: 1_320, endMinute: 360 }, undefined, { minute: 1_320 }],
  ['over midnight, early', { startMinute: 1_320, endMinute: 360 }, undefined, { minute: 359 }],
  ['over midnight, its end', { startMinute: 1_320, endMinute: 360 }, 'start_time', { minute: 360 }],
  ['until midnight', { startMinute: 600, endMinute: 0 }, undefined, { minute: 1_439 }],
  ['equal times: the whole day', { startMinute: 300, endMinute: 300 }, undefined],
  ['from today', { startDay: 20_000 }, undefined],
  ['from tomorrow', { startDay: 20_001 }, 'start_date'],
  ['until today', { endDay: 20_000 }, 'end_date'],
  ['until tomorrow', { endDay: 20_001 }, undefined],
  ['this weekday', { days: 0b0000100 }, undefined],
  ['the other weekdays', { days: 0b1111011 }, 'day_of_week'],
  ['energy on its minimum', { minWh: rational(5_000n) }, undefined],
  ['energy below its minimum', { minWh: rational(5_001n) }, 'min_kwh'],
  ['energy on its maximum', { maxWh: rational(5_000n) }, 'max_kwh'],
  ['energy below its maximum', { maxWh: rational(5_001n) }, undefined],
  ['current on its minimum', { minCurrent: rational(16n) }, undefined],
  ['current below its minimum', { minCurrent: rational(17n) }, 'min_current'],
  ['current on its maximum', { maxCurrent: rational(16n) }, 'max_current'],
  ['power on its minimum', { minPower: rational(11n) }, undefined],
  ['power below its minimum', { minPower: rational(12n) }, 'min_power'],
  ['power on its maximum', { maxPower: rational(11n) }, 'max_power'],
  ['duration on its minimum', { minDuration: rational(600_000n) }, undefined],
  ['duration below its minimum', { minDuration: rational(600_001n) }, 'min_duration'],
  ['duration on its maximum', { maxDuration: rational(600_000n) }, 'max_duration'],
  ['an element for reservations', { reservation: 'RESERVATION' }, 'reservation'],
  ['a reservation without one', {}, 'reservation', { reservation: 'RESERVATION' }],
  [
    'a reservation in its element',
    { reservation: 'RESERVATION' },
    undefined,
    { reservation: 'RESERVATION' },
  ],
  ['several, of which one fails', { startMinute: 0, maxWh: ZERO }, 'max_kwh'],
];

describe('failingRestriction()', () => {
  for (const [title, restrictions, failing, moment] of rows) {
    test(`${title}: ${failing ?? 'holds'}`, () => {
      assert.equal(failingRestriction(restrictions, { ...NOON, ...moment }), failing);
    });
  }
});
