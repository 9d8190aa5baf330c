import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sample16, samples16, samples2 } from './samples.ts';

const timestamp = '2026-03-01T08:00:00Z';
const at = 1_772_352_000_000;

describe('samples16()', () => {
  const rows: readonly (readonly [object, bigint | undefined])[] = [
    [{ value: '6170' }, 6_170n],
    [{ value: '6.170', unit: 'kWh' }, 6_170n],
    [{ value: '6.1709', unit: 'kWh' }, 6_170n],
    [{ value: '6170.9', unit: 'Wh' }, 6_170n],
    [{ value: '0.3', unit: 'kWh' }, 300n],
    [{ value: '1', measurand: 'Energy.Active.Import.Register' }, 1n],
    [{ value: '1', measurand: 'Power.Active.Import' }, undefined],
    [{ value: '1', phase: 'L1' }, undefined],
    [{ value: '-1' }, undefined],
    [{ value: '1e3' }, undefined],
    [{ value: 'signed data', format: 'SignedData' }, undefined],
    [{ value: '1', unit: 'varh' }, undefined],
  ];
  for (const [sampled, energyWh] of rows) {
    it(`reads ${JSON.stringify(sampled)} as ${energyWh ?? 'nothing'}`, () => {
      const found = samples16([{ timestamp, sampledValue: [sampled as { value: string }] }]);
      assert.deepEqual(found, energyWh === undefined ? [] : [{ at, energyWh }]);
    });
  }
});

describe('samples2()', () => {
  const rows: readonly (readonly [object, bigint | undefined])[] = [
    [{ value: 6170 }, 6_170n],
    [{ value: 6.17, unitOfMeasure: { unit: 'kWh' } }, 6_170n],
    [{ value: 617, unitOfMeasure: { unit: 'Wh', multiplier: 1 } }, 6_170n],
    [{ value: -1 }, undefined],
    [{ value: 1, measurand: 'Voltage' }, undefined],
  ];
  for (const [sampled, energyWh] of rows) {
    it(`reads ${JSON.stringify(sampled)} as ${energyWh ?? 'nothing'}`, () => {
      const found = samples2([{ timestamp, sampledValue: [sampled as { value: number }] }]);
      assert.deepEqual(found, energyWh === undefined ? [] : [{ at, energyWh }]);
    });
  }
});

it('a register below nothing, and a time that is none, are no sample', () => {
  assert.deepEqual(sample16(timestamp, 5), [{ at, energyWh: 5n }]);
  assert.deepEqual(sample16(timestamp, -5), []);
  assert.deepEqual(sample16('yesterday', 5), []);
});
