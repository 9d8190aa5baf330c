import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Session } from './index.ts';
import { rationalText } from './rational.ts';
import { checkSession } from './session.ts';
import { euros, rejectionOf, tariffOf, valueOf } from './test-kit.ts';

const energy = { type: 'ENERGY', price: 1 };
const { plan } = tariffOf(euros([energy]));
const byPower = tariffOf(
  euros([{ price_components: [energy], restrictions: { min_power: 5 } }]),
).plan;

describe('checkSession()', () => {
  test('makes quantities exact, and takes what is missing for nothing', () => {
    const periods = [{ start: 0, end: 9, energyWh: '115.20', items: { B2: '2', A1: 1n, C3: 0n } }];
    const [period] = valueOf(checkSession({ periods }, plan));
    assert.equal(rationalText(period!.energyWh), '115.2');
    assert.equal(rationalText(period!.massG), '0');
    assert.deepEqual(
      period!.items.map(([sku]) => sku),
      ['A1', 'B2'],
    );
  });

  test('leaves out periods in which nothing happened', () => {
    const periods = [
      { start: 5, end: 5, energyWh: 0n },
      { start: 5, end: 6 },
    ];
    assert.equal(valueOf(checkSession({ periods }, plan)).length, 1);
  });

  test('computes the power only where it is asked for: 3 kWh in 15 min are 12 kW', () => {
    const session = { periods: [{ start: 0, end: 900_000, energyWh: 3_000n }] };
    assert.equal(rationalText(valueOf(checkSession(session, byPower))[0]!.powerKw), '12');
    assert.equal(rationalText(valueOf(checkSession(session, plan))[0]!.powerKw), '0');
  });

  test('takes periods that touch, and a reservation that touches them', () => {
    const periods = [
      { start: 5, end: 6 },
      { start: 6, end: 7 },
    ];
    assert.ok(checkSession({ periods, reservation: { start: 0, end: 5 } }, plan).ok);
  });

  test('says where the first fault is', () => {
    const periods = [
      { start: 5, end: 6 },
      { start: 6, end: 7, items: { A1: -1n } },
    ];
    const { detail } = rejectionOf(checkSession({ periods } as Session, plan));
    assert.equal(detail, 'periods[1].items.A1');
  });
});
