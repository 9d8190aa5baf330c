import assert from 'node:assert/strict';
import { it } from 'node:test';
import { parseTariff, priceReadings } from '@coinbox/tariff';
import { KIT_TARIFF } from '../testing/kit.ts';
import { openOcppSite } from './testing/site.ts';
import type { OcppSite } from './testing/site.ts';
import type { ChargePoint, Version } from './testing/charge-point.ts';

const STATIONS = 20;
const TRANSACTIONS = 10;

const tariff = parseTariff(KIT_TARIFF);
assert.ok(tariff.ok);

/** Watt-hours of one transaction: another for each, and never what is in a round number of kWh. */
const energyOf = (station: number, turn: number): number => 1_000 + station * 317 + turn * 53;

/**
 * One station's transactions, one after the other, with trouble by turns. Gives what its own
 * register says was delivered and reported in time, and what the terminal knows.
 */
async function play(site: OcppSite, point: ChargePoint, station: number) {
  const till = site.till(`CP${station}`);
  let own = 0n;
  let known = 0n;
  for (let turn = 0; turn < TRANSACTIONS; turn++) {
    const energy = energyOf(station, turn);
    const before = point.register.get(1) ?? 0;
    const heard = point.asked.length;
    const session = till.start();
    while (point.asked.length === heard) await point.token(1).then(() => turnOver());
    const token = await point.token(1);
    const { transaction, status } = await point.start(1, token);
    assert.equal(status, 'Accepted');
    point.register.set(1, before + Math.floor(energy / 2));
    await point.meter(1, transaction);
    // By turns: told twice, told late, stopped twice, a register that falls at the end.
    if (turn % 4 === 0) await point.meter(1, transaction);
    point.register.set(1, before + energy);
    if (turn % 4 === 1) await point.meter(1, transaction);
    const isFallen = turn % 4 === 2;
    await point.end(1, transaction, isFallen ? { meterWh: before } : {});
    if (turn % 4 === 3) await point.end(1, transaction, { meterWh: before + 2 * energy });
    await till.ended(session);
    own += BigInt(isFallen ? Math.floor(energy / 2) : energy);
    known += till.energy(session);
    assert.ok(tariff.ok);
    const price = priceReadings(tariff.value, till.readings.get(session) ?? []);
    // 2.00 a kWh, half up: a fifth of the watt-hours in cents.
    const hand = (2n * BigInt(isFallen ? Math.floor(energy / 2) : energy) + 5n) / 10n;
    assert.equal(price.ok && price.value.gross, hand);
  }
  return { own, known };
}

const turnOver = () => new Promise((resolve) => setImmediate(resolve));

for (const version of ['1.6', '2.0.1', '2.1'] as const satisfies readonly Version[]) {
  const what = `${STATIONS} stations of OCPP ${version}, ${TRANSACTIONS} transactions each`;
  it(`${what}: the difference is 0`, async (t) => {
    const names = Array.from({ length: STATIONS }, (_, station) => `CP${station}`);
    const site = await openOcppSite(t, names);
    const points = await Promise.all(names.map((name) => site.point(name, version)));
    const sums = await Promise.all(points.map((point, station) => play(site, point, station)));
    const total = (which: 'own' | 'known') => sums.reduce((sum, one) => sum + one[which], 0n);
    assert.ok(total('own') > 0n);
    assert.equal(total('known') - total('own'), 0n);
    assert.deepEqual(site.faults, []);
  });
}
