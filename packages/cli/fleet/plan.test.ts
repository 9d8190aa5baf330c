import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Instant } from '@coinbox/protocol';
import { FileError } from '../exit-codes.ts';
import { chooseDeposit, planFleet, priceSessions, readTariff } from './plan.ts';
import type { PricedSession } from './plan.ts';
import type { RecordedSession } from './sessions.ts';

const session = (part: Partial<RecordedSession> = {}): RecordedSession => ({
  line: 2,
  session: 's1',
  station: 'a',
  location: 'x',
  user: 'u',
  startedAt: Date.UTC(2026, 0, 1, 8) as Instant,
  endedAt: Date.UTC(2026, 0, 1, 10) as Instant,
  energyWh: 20_000n,
  ...part,
});

test('planFleet() makes a terminal of a station at a location, also where a station moves', () => {
  const plan = planFleet([session(), session({ location: 'y' }), session({ user: 'v' })]);
  assert.deepEqual(plan.providers, ['x', 'y']);
  assert.deepEqual(
    [...plan.terminals],
    [
      ['a@x', 'x'],
      ['a@y', 'y'],
    ],
  );
  assert.deepEqual(plan.payers, ['u', 'v']);
});

const tariff = (more: object = {}): string =>
  JSON.stringify({
    currency: 'EUR',
    id: 't',
    elements: [{ price_components: [{ type: 'ENERGY', price: 0.25, vat: 10, step_size: 1 }] }],
    ...more,
  });

test('readTariff() gives a document without a time zone the one that is named', () => {
  const zoned = readTariff(tariff(), 'Asia/Shanghai');
  assert.equal(zoned.tariff.timeZone, 'Asia/Shanghai');
  assert.equal(readTariff(zoned.document, 'UTC').document, zoned.document);
  const own = tariff({ time_zone: 'Europe/Amsterdam' });
  assert.equal(readTariff(own, 'Asia/Shanghai').tariff.timeZone, 'Europe/Amsterdam');
});

test('readTariff() refuses what is no tariff', () => {
  assert.throws(() => readTariff('{"currency":"EUR"}', 'UTC'), FileError);
  assert.throws(() => readTariff('no JSON', 'UTC'), FileError);
});

test('priceSessions() prices 20 kWh at 0.25 and 10 % VAT with 5.50', () => {
  const { priced, unpriced } = priceSessions([session()], readTariff(tariff(), 'UTC').tariff);
  assert.deepEqual(
    priced.map(({ expected }) => expected),
    [550n],
  );
  assert.deepEqual(unpriced, []);
});

for (const [dearest, deposit] of [
  [0n, 1n],
  [1n, 2n],
  [4n, 5n],
  [5n, 10n],
  [499n, 500n],
  [3842n, 5000n],
] as const) {
  test(`chooseDeposit() takes ${deposit} where the dearest session is ${dearest}`, () => {
    const priced = [{ ...session(), expected: dearest } satisfies PricedSession];
    assert.equal(chooseDeposit(priced), deposit);
  });
}
