import { priceSession } from './price.ts';
import type { Price, PriceOptions } from './price.ts';
import { sessionFromReadings } from './readings.ts';
import type { Reading } from './readings.ts';
import type { Result } from './rejections.ts';
import type { Session } from './session.ts';
import type { Tariff } from './tariff.ts';

/**
 * One look at the registers of a machine as its METER messages carry it: whole units, counted from
 * the start of the session.
 * `phase` holds until the next reading: kept free for the payer, in use, or occupied without use.
 */
export interface MeterReading {
  readonly at: number;
  readonly phase: 'reserved' | 'active' | 'idle';
  readonly energyWh?: bigint;
  readonly volumeMl?: bigint;
  readonly massG?: bigint;
  readonly cycles?: bigint;
  readonly items?: readonly { readonly sku: string; readonly count: number }[];
  readonly powerW?: bigint;
  readonly currentMa?: bigint;
}

/**
 * The price of a chain of meter readings. Provider and terminal both take it from here, so that the
 * same tariff and the same readings give the same amount on both sides. Rejects with the codes
 * `session-…`.
 */
export function priceReadings(
  tariff: Tariff,
  readings: readonly MeterReading[],
  options: PriceOptions = {},
): Result<Price> {
  const used = readings.findIndex(({ phase }) => phase !== 'reserved');
  const reserved = used === -1 ? readings : readings.slice(0, used);
  const served = used === -1 ? [] : readings.slice(used);
  const session: Result<Session> =
    served.length === 0
      ? { ok: true, value: { periods: [] } }
      : sessionFromReadings(served.map(toReading));
  if (!session.ok) return session;
  const start = reserved[0]?.at;
  if (start === undefined) return priceSession(tariff, session.value, options);
  const end = served[0]?.at ?? reserved.at(-1)?.at ?? start;
  const reservation = { start, end, expired: served.length === 0 };
  return priceSession(tariff, { ...session.value, reservation }, options);
}

/** Thousandths as a decimal string. */
const thousandths = (count: bigint): string =>
  `${count / 1000n}.${(count % 1000n).toString().padStart(3, '0')}`;

function toReading({ phase, items, powerW, currentMa, ...registers }: MeterReading): Reading {
  return {
    ...registers,
    parked: phase === 'idle',
    ...(items && {
      items: Object.fromEntries(items.map(({ sku, count }) => [sku, BigInt(count)])),
    }),
    ...(powerW !== undefined && { powerKw: thousandths(powerW) }),
    ...(currentMa !== undefined && { currentA: thousandths(currentMa) }),
  };
}
