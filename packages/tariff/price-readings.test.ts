import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseTariff } from './parse-tariff.ts';
import { priceReadings } from './price-readings.ts';
import type { MeterReading } from './price-readings.ts';

const HOUR = 3_600_000;
const start = Date.UTC(2026, 0, 1, 8);

const component = (type: string, price: number, more: object = {}): object => ({
  type,
  price,
  step_size: 1,
  ...more,
});

const grossOf = (elements: object[], readings: readonly MeterReading[]): bigint | string => {
  const tariff = parseTariff({ currency: 'EUR', id: 't', elements });
  assert.ok(tariff.ok);
  const price = priceReadings(tariff.value, readings);
  return price.ok ? price.value.gross : price.rejection.code;
};

const energy = [{ price_components: [component('ENERGY', 0.25)] }];

test('priceReadings() prices the energy between the first and the last reading', () => {
  const readings: MeterReading[] = [
    { at: start, phase: 'active', energyWh: 1_000n },
    { at: start + HOUR, phase: 'active', energyWh: 9_000n },
    { at: start + 2 * HOUR, phase: 'active', energyWh: 21_000n },
  ];
  assert.equal(grossOf(energy, readings), 500n);
});

test('priceReadings() bills idle time as parking', () => {
  const elements = [{ price_components: [component('TIME', 2), component('PARKING_TIME', 6)] }];
  const readings: MeterReading[] = [
    { at: start, phase: 'active' },
    { at: start + HOUR, phase: 'idle' },
    { at: start + 1.5 * HOUR, phase: 'idle' },
  ];
  assert.equal(grossOf(elements, readings), 500n);
});

const reservation = {
  price_components: [component('TIME', 5)],
  restrictions: { reservation: 'RESERVATION' },
};
const expired = {
  price_components: [component('FLAT', 4)],
  restrictions: { reservation: 'RESERVATION_EXPIRES' },
};

test('priceReadings() prices reserved time before use as a reservation', () => {
  const readings: MeterReading[] = [
    { at: start, phase: 'reserved' },
    { at: start + HOUR / 4, phase: 'active', energyWh: 0n },
    { at: start + HOUR, phase: 'active', energyWh: 20_000n },
  ];
  assert.equal(grossOf([reservation, expired, ...energy], readings), 625n);
});

test('priceReadings() adds the fee of an expired reservation to its time', () => {
  const readings: MeterReading[] = [
    { at: start, phase: 'reserved' },
    { at: start + HOUR / 4, phase: 'reserved' },
  ];
  assert.equal(grossOf([reservation, expired, ...energy], readings), 525n);
});

test('priceReadings() prices items by their article number', () => {
  const elements = [
    {
      price_components: [
        component('ITEM', 1.8, { sku: 'A1' }),
        component('ITEM', 2.4, { sku: 'B2' }),
      ],
    },
  ];
  const readings: MeterReading[] = [
    { at: start, phase: 'active' },
    {
      at: start + 5_000,
      phase: 'active',
      items: [
        { sku: 'A1', count: 2 },
        { sku: 'B2', count: 1 },
      ],
    },
  ];
  assert.equal(grossOf(elements, readings), 600n);
});

test('priceReadings() reads power in watts and current in milliamperes', () => {
  const elements = [
    { price_components: [component('TIME', 9)], restrictions: { min_power: 7.4 } },
    { price_components: [component('TIME', 3)], restrictions: { min_current: 16 } },
    { price_components: [component('TIME', 1)] },
  ];
  const readings: MeterReading[] = [
    { at: start, phase: 'active', powerW: 7_400n, currentMa: 32_000n },
    { at: start + HOUR, phase: 'active', powerW: 7_399n, currentMa: 16_000n },
    { at: start + 2 * HOUR, phase: 'active', powerW: 0n, currentMa: 15_999n },
    { at: start + 3 * HOUR, phase: 'active', powerW: 0n, currentMa: 0n },
  ];
  assert.equal(grossOf(elements, readings), 1300n);
});

test('priceReadings() refuses a register that goes back, and no readings at all', () => {
  const readings: MeterReading[] = [
    { at: start, phase: 'active', energyWh: 10n },
    { at: start + HOUR, phase: 'active', energyWh: 9n },
  ];
  assert.equal(grossOf(energy, readings), 'session-register-backwards');
  assert.equal(grossOf(energy, []), 0n);
});
