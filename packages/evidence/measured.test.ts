import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Instant } from '@coinbox/protocol';
import { measuredBy } from './measured.ts';
import type { OcmfReading, OcmfRecord } from './ocmf-record.ts';

const reading = (at: number, microWh: bigint, cause: string, register = 'a'): OcmfReading => ({
  at: at as Instant,
  clock: 'S',
  register,
  microWh,
  ...(cause !== '' && { cause }),
});
const record = (page: number, ...readings: OcmfReading[]): OcmfRecord => ({
  text: '',
  page,
  serial: '4711',
  readings,
});
const begin = record(5, reading(1, 1_900_000n, 'B'));
const between = record(6, reading(2, 2_000_000n, 'C'));
const end = record(7, reading(3, 4_899_999n, 'E'));

describe('measuredBy()', () => {
  test('gives the energy between begin and end, in watt-hours rounded down', () => {
    assert.deepEqual(measuredBy([begin, between, end], '4711'), {
      ok: true,
      value: { from: 1, to: 3, microWh: 2_999_999n, energyWh: 2n },
    });
  });

  test('takes one record with begin and end, and looks at the first register only', () => {
    const both = record(1, reading(1, 5n, 'B'), reading(1, 9n, 'B', 'b'), reading(2, 5n, 'P'));
    const measured = measuredBy([both], '4711');
    assert.deepEqual(measured.ok && measured.value.microWh, 0n);
  });

  const bad: readonly (readonly [string, readonly OcmfRecord[], string])[] = [
    ['no record', [], 'evidence-incomplete'],
    ['a page that is missing', [begin, end], 'evidence-incomplete'],
    ['a page that comes twice', [begin, between, between, end], 'evidence-incomplete'],
    ['pages in another order', [begin, end, between], 'evidence-incomplete'],
    ['no begin', [between, end], 'evidence-incomplete'],
    ['no end', [begin, between], 'evidence-incomplete'],
    ['readings outside of a session', [record(5, reading(1, 1n, ''))], 'evidence-incomplete'],
    [
      'two deliveries',
      [begin, record(6, reading(2, 2_000_000n, 'E')), record(7, reading(3, 3_000_000n, 'E'))],
      'evidence-incomplete',
    ],
    ['a second begin', [begin, record(6, reading(2, 2_000_000n, 'B')), end], 'evidence-incomplete'],
    ['another meter', [begin, { ...between, serial: '4712' }, end], 'evidence-wrong-meter'],
    [
      'a register that falls',
      [begin, record(6, reading(2, 1_800_000n, 'C')), end],
      'evidence-invalid',
    ],
    [
      'a time that goes back',
      [begin, record(6, reading(0, 2_000_000n, 'C')), end],
      'evidence-invalid',
    ],
  ];
  for (const [what, records, code] of bad) {
    test(`refuses ${what}: ${code}`, () => {
      const measured = measuredBy(records, '4711');
      assert.equal(measured.ok ? 'measured' : measured.rejection.code, code);
    });
  }
});
