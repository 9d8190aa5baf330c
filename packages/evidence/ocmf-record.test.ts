import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseOcmf } from './ocmf-record.ts';
import { KEBA, createTestMeter, payload, rawNumber, reading } from './testing/meter.ts';

const meter = createTestMeter();
const one = (change: object, more: object = {}): string =>
  meter.sign(payload(1, [reading(0, '1.5', 'B', change)], more));

describe('parseOcmf()', () => {
  test('reads the record of a KEBA KCP30', () => {
    const { text, ...rest } = valueOf(parseOcmf(KEBA.record));
    assert.equal(text, KEBA.record);
    assert.deepEqual(rest, {
      page: 32,
      serial: '17619300',
      readings: [
        {
          at: Date.UTC(2019, 7, 13, 10, 3, 15),
          clock: 'I',
          cause: 'B',
          register: '1-b:1.8.0',
          microWh: 259_600_000n,
        },
        {
          at: Date.UTC(2019, 7, 13, 10, 3, 36),
          clock: 'R',
          cause: 'E',
          register: '1-b:1.8.0',
          microWh: 259_700_000n,
        },
      ],
    });
  });

  test('takes from the reading before what a reading leaves out', () => {
    const begin = reading(0, '1', 'B');
    const end = { TX: 'E', RV: rawNumber('2.5') };
    const { readings } = valueOf(parseOcmf(meter.sign(payload(1, [begin, end]))));
    assert.deepEqual(
      readings.map(({ register, microWh }) => [register, microWh]),
      [
        ['1-b:1.8.0', 1_000_000_000n],
        ['1-b:1.8.0', 2_500_000_000n],
      ],
    );
  });

  const energies: readonly (readonly [string, string, bigint])[] = [
    ['0', 'kWh', 0n],
    ['0.1', 'kWh', 100_000_000n],
    ['123456789.123456789', 'kWh', 123_456_789_123_456_789n],
    ['9007199254.740993', 'kWh', 9_007_199_254_740_993_000n],
    ['1.000000000000', 'kWh', 1_000_000_000n],
    ['7', 'Wh', 7_000_000n],
    ['7.000001', 'Wh', 7_000_001n],
  ];
  for (const [value, unit, microWh] of energies) {
    test(`reads ${value} ${unit} exactly`, () => {
      const record = valueOf(parseOcmf(one({ RV: rawNumber(value), RU: unit })));
      assert.equal(record.readings[0]?.microWh, microWh);
    });
  }

  const bad: readonly (readonly [string, string])[] = [
    ['no OCMF', 'hello'],
    ['two sections', 'OCMF|{}'],
    ['four sections', `${KEBA.record}|{}`],
    ['a payload that is no JSON', meter.sign('{"PG":')],
    ['an array as payload', meter.sign('[]')],
    ['a fiscal page', one({}, { PG: 'F1' })],
    ['a page with a leading zero', one({}, { PG: 'T01' })],
    ['no page', one({}, { PG: undefined })],
    ['no serial number', one({}, { MS: '' })],
    ['no readings', one({}, { RD: [] })],
    ['a reading that is a number', one({}, { RD: [1] })],
    ['the status of a time-out', one({ ST: 'T' })],
    ['an error in the energy', one({ EF: 'E' })],
    ['a time without its clock', one({ TM: '2026-01-02T03:00:00,000+0000' })],
    ['a month that is none', one({ TM: '2026-13-02T03:00:00,000+0000 S' })],
    ['a negative value', one({ RV: -1 })],
    ['a value with an exponent', one({ RV: rawNumber('1e3') })],
    ['a value as a text', one({ RV: '1.5 ' })],
    ['a value that is too fine', one({ RV: rawNumber('1.0000000001') })],
    ['ohms', one({ RU: 'mOhm' })],
    ['more than 64 KiB', one({}, { GI: 'x'.repeat(65_536) })],
  ];
  for (const [what, text] of bad) {
    test(`refuses ${what}`, () => {
      const read = parseOcmf(text);
      assert.equal(read.ok ? 'read' : read.rejection.code, 'evidence-invalid');
    });
  }
});

function valueOf<T>(result: { ok: true; value: T } | { ok: false; rejection: object }): T {
  assert.ok(result.ok);
  return result.value;
}
