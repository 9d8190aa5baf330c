import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, describe, test } from 'node:test';
import type { ParseOptions, RejectionCode, Session } from './index.ts';
import { parseTariff, priceSession, REJECTIONS, sessionFromReadings } from './index.ts';
import { euros, rejectionOf, tariffOf } from './test-kit.ts';

const energy = { type: 'ENERGY', price: 0.25, step_size: 1 };
const item = { type: 'ITEM', price: 1.8, sku: 'A1', step_size: 1 };
const restricted = (restrictions: object, component: object = energy) =>
  euros([{ price_components: [component], restrictions }]);
const component = (more: object) => euros([{ ...energy, ...more }]);
const many = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

const deep = JSON.parse(`${'['.repeat(100)}${']'.repeat(100)}`) as unknown;

const tariffs: [string, unknown, RejectionCode, ParseOptions?][] = [
  ['text that is not JSON', '{', 'tariff-json'],
  ['a list', '[]', 'tariff-json'],
  ['nothing', undefined, 'tariff-json'],
  ['a function inside', euros([energy], { note: () => 1 }), 'tariff-json'],
  ['lists nested a hundred deep', euros([energy], { deep }), 'tariff-json'],
  ['201 elements', euros(many(201, energy)), 'tariff-too-large'],
  ['text of 300,000 characters', ' '.repeat(300_000), 'tariff-too-large'],
  ['an extra of 300,000 characters', euros([energy], { x: 'x'.repeat(3e5) }), 'tariff-too-large'],
  ['no currency', { elements: [] }, 'tariff-field-missing'],
  ['no elements', euros([]), 'tariff-field-missing'],
  ['an element without prices', euros([{ price_components: [] }]), 'tariff-field-missing'],
  ['a component without a price', euros([{ type: 'FLAT' }]), 'tariff-field-missing'],
  ['a component without a type', euros([{ price: 1 }]), 'tariff-field-missing'],
  ['an unknown rounding', euros([energy], { rounding: { mode: 'UP' } }), 'tariff-field-invalid'],
  ['elements that are no list', { currency: 'EUR', elements: {} }, 'tariff-field-invalid'],
  ['a weekday that is none', restricted({ day_of_week: ['MON'] }), 'tariff-field-invalid'],
  ['an article number for energy', component({ sku: 'A1' }), 'tariff-field-invalid'],
  ['an unknown policy', euros([energy], { on_no_bill: 'KEEP' }), 'tariff-field-invalid'],
  ['a field unknown in a component', component({ discount: 5 }), 'tariff-field-unknown'],
  ['a price that is text', component({ price: 'cheap' }), 'tariff-number'],
  ['a price of 10^18', component({ price: 1e18 }), 'tariff-number'],
  ['a step of half a unit', component({ step_size: 0.5 }), 'tariff-number'],
  ['a bound finer than a cent', euros([energy], { suggested_funding: 0.001 }), 'tariff-number'],
  ['a negative price', component({ price: -0.25 }), 'tariff-number-negative'],
  ['a currency in lower case', euros([energy], { currency: 'eur' }), 'tariff-currency'],
  ['a currency of another asset', euros([energy]), 'tariff-currency', { asset: 'CNY/2' }],
  [
    'a scale other than the asset’s',
    euros([energy], { currency: 'EUR/3' }),
    'tariff-currency',
    { asset: 'EUR/2' },
  ],
  ['an unknown dimension', component({ type: 'HEAT' }), 'tariff-dimension-unknown'],
  [
    'energy twice in an element',
    euros([{ price_components: [energy, energy] }]),
    'tariff-dimension-duplicate',
  ],
  [
    'energy of a reservation',
    restricted({ reservation: 'RESERVATION' }),
    'tariff-reservation-dimension',
  ],
  ['an unknown restriction', restricted({ min_soc: 20 }), 'tariff-restriction-unknown'],
  ['an unknown reservation', restricted({ reservation: 'X' }), 'tariff-restriction-unknown'],
  ['energy from 5 to 5', restricted({ min_kwh: 5, max_kwh: 5 }), 'tariff-restriction-range'],
  [
    'dates in the wrong order',
    restricted({ start_date: '2025-02-01', end_date: '2025-01-01' }),
    'tariff-restriction-range',
  ],
  ['24:00', restricted({ start_time: '24:00' }), 'tariff-time'],
  ['9:00', restricted({ end_time: '9:00' }), 'tariff-time'],
  ['30 February', restricted({ start_date: '2025-02-30' }), 'tariff-date'],
  ['month 13', restricted({ end_date: '2025-13-01' }), 'tariff-date'],
  ['a zone that is none', euros([energy], { time_zone: 'Mars/Olympus' }), 'tariff-time-zone'],
  [
    'a local time without a zone',
    { ...restricted({ start_time: '08:00' }), time_zone: null },
    'tariff-time-zone-missing',
  ],
  ['a tax where there is none', { ...component({ vat: 10 }), tax_included: 'N/A' }, 'tariff-tax'],
  [
    'the same tax twice',
    component({ vat: 10, taxes: [{ name: 'VAT', percentage: 10 }] }),
    'tariff-tax',
  ],
  ['an empty limit', euros([energy], { min_price: {} }), 'tariff-limit'],
  [
    'a gross bound below the net bound',
    euros([energy], { max_price: { before_taxes: 2, after_taxes: 1 } }),
    'tariff-limit',
  ],
  [
    'a minimum above the maximum',
    euros([energy], { min_price: { before_taxes: 2 }, max_price: { before_taxes: 1 } }),
    'tariff-limit',
  ],
];

const simple = euros([energy]);
const hour = { start: 0, end: 3_600_000 };
const wh = (energyWh: unknown) => ({ periods: [{ ...hour, energyWh }] });

const sessions: [string, object, unknown, RejectionCode][] = [
  ['no session', simple, null, 'session-invalid'],
  ['no periods', simple, {}, 'session-invalid'],
  ['a period that is a number', simple, { periods: [5] }, 'session-invalid'],
  ['parked that is text', simple, { periods: [{ ...hour, parked: 'no' }] }, 'session-invalid'],
  ['a field unknown in a session', simple, { periods: [], tip: 1n }, 'session-dimension-unknown'],
  [
    'an unknown dimension',
    simple,
    { periods: [{ ...hour, heatWh: 5n }] },
    'session-dimension-unknown',
  ],
  ['half a millisecond', simple, { periods: [{ start: 0.5, end: 2 }] }, 'session-instant'],
  ['a start before 1970', simple, { periods: [{ start: -1, end: 2 }] }, 'session-instant'],
  ['an end that is text', simple, { periods: [{ start: 0, end: '2' }] }, 'session-instant'],
  [
    'an end before its start',
    simple,
    { periods: [{ start: 2, end: 1 }] },
    'session-end-before-start',
  ],
  ['periods that overlap', simple, { periods: [hour, hour] }, 'session-overlap'],
  [
    'a reservation into the session',
    simple,
    { periods: [hour], reservation: { start: 0, end: 1 } },
    'session-overlap',
  ],
  ['energy as a JS number', simple, wh(5), 'session-quantity'],
  ['energy as text', simple, wh('much'), 'session-quantity'],
  ['energy of 2^63 Wh', simple, wh(1n << 63n), 'session-quantity'],
  ['half an item', simple, { periods: [{ ...hour, items: { A1: '0.5' } }] }, 'session-quantity'],
  ['negative energy', simple, wh(-1n), 'session-quantity-negative'],
  [
    'no current where it matters',
    restricted({ min_current: 5 }),
    wh(5n),
    'session-current-missing',
  ],
  [
    'energy in no time where power matters',
    restricted({ min_power: 5 }),
    { periods: [{ start: 0, end: 0, energyWh: 5n }] },
    'session-power-missing',
  ],
  [
    'an article without a price',
    euros([item]),
    { periods: [{ ...hour, items: { B2: 1n } }] },
    'session-sku-unknown',
  ],
  ['10,001 periods', simple, { periods: many(10_001, hour) }, 'session-too-many-periods'],
  [
    'a session of 40 years by time of day',
    restricted({ start_time: '08:00' }),
    { periods: [{ start: 0, end: 40 * 365 * 86_400_000 }] },
    'session-too-long',
  ],
  [
    'a price over 2^63-1',
    component({ price: '999999999999' }),
    wh(10n ** 18n),
    'session-amount-overflow',
  ],
];

const reached = new Set<RejectionCode>();

describe('parseTariff()', () => {
  for (const [title, json, code, options] of tariffs) {
    test(`rejects ${title} with ${code}`, () => {
      assert.equal(rejectionOf(parseTariff(json, options)).code, code);
      reached.add(code);
    });
  }
});

describe('priceSession()', () => {
  for (const [title, json, session, code] of sessions) {
    test(`rejects ${title} with ${code}`, () => {
      const tariff = tariffOf(json);
      assert.equal(rejectionOf(priceSession(tariff, session as Session)).code, code);
      reached.add(code);
    });
  }
});

describe('sessionFromReadings()', () => {
  test('rejects a register that runs backwards with session-register-backwards', () => {
    const readings = [
      { at: 0, energyWh: 5n },
      { at: 1, energyWh: 4n },
    ];
    const { code, detail } = rejectionOf(sessionFromReadings(readings));
    assert.equal(code, 'session-register-backwards');
    assert.equal(detail, 'readings[1].energyWh');
    reached.add(code);
  });
});

describe('REJECTIONS', () => {
  const page = readFileSync(new URL('../../spec/30-tariff.md', import.meta.url), 'utf8');
  const codes = Object.keys(REJECTIONS) as RejectionCode[];

  test('every code is documented, and every documented code exists', () => {
    const documented = [...page.matchAll(/^\| `((?:tariff|session)-[a-z-]+)` \|/gm)].map(
      (match) => match[1],
    );
    assert.deepEqual(documented.sort(), [...codes].sort());
  });

  test('every code has a sentence in English and in Chinese', () => {
    for (const { en, zh } of Object.values(REJECTIONS)) {
      assert.match(en, /^[A-Z].*\.$/);
      assert.match(zh, /[\u4e00-\u9fff].*。$/);
    }
  });

  after(() => {
    const missing = codes.filter((code) => !reached.has(code));
    assert.deepEqual(missing, [], 'codes that no row of these tables reaches');
  });
});
