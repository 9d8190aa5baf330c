import { accept, equalBytes, reject, sha256, textBytes } from '@coinbox/protocol';
import type { Meter, Result } from '@coinbox/protocol';
import { measuredBy } from './measured.ts';
import type { Measured } from './measured.ts';
import { verifyOcmf } from './meter-signature.ts';
import type { MeterKey } from './meter-signature.ts';
import type { OcmfRecord } from './ocmf-record.ts';

/** The meter of a terminal as its owner has registered it. */
export type MeterIdentity = { readonly serial: string; readonly key: MeterKey };

/**
 * What the final METER of a session names as `evidence`: SHA-256 of the records in the order of
 * their pages, as UTF-8, a line feed between two (spec/32-evidence.md).
 */
export const evidenceHash = (records: readonly string[]): Uint8Array =>
  sha256(textBytes(records.join('\n')));

/**
 * Holds the signed records of a meter to the final METER of the session that names them. Rejects,
 * in this order: meter-invalid (not a final METER), evidence-missing (it names none),
 * evidence-mismatch (it names other records), then as verifyOcmf and measuredBy do, and
 * evidence-mismatch (it says another energy than was measured).
 */
export async function verifyEvidence(
  records: readonly string[],
  { serial, key }: MeterIdentity,
  meter: Pick<Meter, 'final' | 'evidence' | 'readings'>,
): Promise<Result<Measured>> {
  if (!meter.final) return reject('meter-invalid', 'not a final METER');
  if (!meter.evidence) return reject('evidence-missing');
  if (!equalBytes(meter.evidence, evidenceHash(records))) {
    return reject('evidence-mismatch', 'the METER names other records');
  }
  const read: OcmfRecord[] = [];
  for (const text of records) {
    const record = await verifyOcmf(text, key);
    if (!record.ok) return record;
    read.push(record.value);
  }
  const measured = measuredBy(read, serial);
  if (!measured.ok) return measured;
  const said = meter.readings.at(-1)?.energyWh;
  if (said !== measured.value.energyWh) {
    const detail = `METER ${said ?? 'no'} Wh, measured ${measured.value.energyWh} Wh`;
    return reject('evidence-mismatch', detail);
  }
  return accept(measured.value);
}
