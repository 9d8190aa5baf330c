import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import type { Instant, Meter } from '@coinbox/protocol';
import { readMeterKey } from './meter-signature.ts';
import { createTestMeter, payload, reading } from './testing/meter.ts';
import { evidenceHash, verifyEvidence } from './verify-evidence.ts';

const own = createTestMeter();
const foreign = createTestMeter();
const key = readMeterKey(own.publicKey);
assert.ok(key.ok);
const identity = { serial: '4711', key: key.value };

const begin = own.sign(payload(8, [reading(0, '100.25', 'B')]));
const between = own.sign(payload(9, [reading(10, '101', 'C')]));
const end = own.sign(payload(10, [reading(20, '112.7501', 'E')]));
const records = [begin, between, end];

type FinalMeter = Pick<Meter, 'final' | 'evidence' | 'readings'>;
const meter = (energyWh: bigint | undefined, named = records): FinalMeter => ({
  final: true,
  evidence: evidenceHash(named),
  readings: [{ at: 0 as Instant, phase: 'active', ...(energyWh !== undefined && { energyWh }) }],
});

describe('verifyEvidence()', () => {
  test('takes the records that the METER names and says what was measured', async () => {
    const found = await verifyEvidence(records, identity, meter(12_500n));
    assert.deepEqual(found.ok && found.value.energyWh, 12_500n);
    assert.deepEqual(found.ok && found.value.microWh, 12_500_100_000n);
  });

  const swapped = foreign.sign(payload(9, [reading(10, '101', 'C')]));
  const otherMeter = own.sign(payload(9, [reading(10, '101', 'C')], { MS: '4712' }));
  const open = { ...meter(12_500n), final: false };
  const { evidence: _evidence, ...bare } = meter(12_500n);
  const rows: readonly (readonly [string, readonly string[], FinalMeter, string])[] = [
    ['a METER that is not final', records, open, 'meter-invalid'],
    ['a METER that names no record', records, bare, 'evidence-missing'],
    ['other records', [begin, end], meter(12_500n), 'evidence-mismatch'],
    [
      'a record of another key',
      [begin, swapped, end],
      meter(12_500n, [begin, swapped, end]),
      'evidence-signature-invalid',
    ],
    [
      'a record of another meter',
      [begin, otherMeter, end],
      meter(12_500n, [begin, otherMeter, end]),
      'evidence-wrong-meter',
    ],
    ['a missing page', [begin, end], meter(12_500n, [begin, end]), 'evidence-incomplete'],
    ['one watt-hour more than was measured', records, meter(12_501n), 'evidence-mismatch'],
    ['one watt-hour less than was measured', records, meter(12_499n), 'evidence-mismatch'],
    ['a METER without energy', records, meter(undefined), 'evidence-mismatch'],
    ['no records', [], meter(0n, []), 'evidence-incomplete'],
  ];
  for (const [what, given, named, code] of rows) {
    test(`refuses ${what}: ${code}`, async () => {
      const found = await verifyEvidence(given, identity, named);
      assert.equal(found.ok ? 'taken' : found.rejection.code, code);
    });
  }
});

test('evidenceHash() is SHA-256 over the records with a line feed between two', () => {
  const wanted = createHash('sha256').update(`${begin}\n${end}`).digest('hex');
  assert.equal(Buffer.from(evidenceHash([begin, end])).toString('hex'), wanted);
});
