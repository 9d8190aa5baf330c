// pure
import { accept, reject } from '@coinbox/protocol';
import type { Instant, Rejected, Result } from '@coinbox/protocol';
import type { OcmfReading, OcmfRecord } from './ocmf-record.ts';

/** What the records of one delivery say that was delivered. */
export type Measured = {
  readonly from: Instant;
  readonly to: Instant;
  /** Millionths of a watt-hour between begin and end. */
  readonly microWh: bigint;
  /** The same in whole watt-hours, rounded down: what a METER may say. */
  readonly energyWh: bigint;
};

/** Readings that end a delivery: by the car, the user, the gateway, …, a power failure. */
const ENDS: ReadonlySet<string | undefined> = new Set(['E', 'L', 'R', 'A', 'P']);
const MICRO = 1_000_000n;

/**
 * Records of one delivery, in the order of their pages. Rejects evidence-wrong-meter (not all of
 * this meter), evidence-incomplete (a page is missing or comes twice; it does not begin with a
 * begin and end with an end; there is more than one of them), evidence-invalid (the register falls,
 * the time goes back).
 */
export function measuredBy(records: readonly OcmfRecord[], serial: string): Result<Measured> {
  if (records.length === 0) return incomplete('no record');
  if (records.some((record) => record.serial !== serial)) return reject('evidence-wrong-meter');
  const first = records[0] as OcmfRecord;
  const gap = records.find((record, at) => record.page !== first.page + at);
  if (gap) return incomplete(`page T${gap.page} does not follow`);
  const all = records.flatMap(({ readings }) => readings);
  const readings = all.filter(({ register }) => register === all[0]?.register);
  const misfit = checkCourse(readings);
  if (misfit) return misfit;
  const [begin, end] = [readings[0], readings.at(-1)] as [OcmfReading, OcmfReading];
  const microWh = end.microWh - begin.microWh;
  return accept({ from: begin.at, to: end.at, microWh, energyWh: microWh / MICRO });
}

const incomplete = (detail: string): Rejected => reject('evidence-incomplete', detail);

function checkCourse(readings: readonly OcmfReading[]): Rejected | undefined {
  if (readings[0]?.cause !== 'B') return incomplete('it does not begin with a begin');
  if (!ENDS.has(readings.at(-1)?.cause)) return incomplete('it does not end with an end');
  for (const [at, { cause, microWh, at: time }] of readings.entries()) {
    if (at === 0) continue;
    const before = readings[at - 1] as OcmfReading;
    if (cause === 'B' || ENDS.has(before.cause)) return incomplete('more than one delivery');
    if (microWh < before.microWh) return reject('evidence-invalid', 'the register falls');
    if (time < before.at) return reject('evidence-invalid', 'the time goes back');
  }
  return undefined;
}
