import { canonicalTariff, parseTariff, priceSession } from '@coinbox/tariff';
import type { Tariff } from '@coinbox/tariff';
import { FileError } from '../exit-codes.ts';
import type { RecordedSession } from './sessions.ts';

/**
 * Who takes part in a replay: a station of a location is a terminal, a location is a provider, a
 * user is a payer.
 */
export type FleetPlan = {
  readonly providers: readonly string[];
  /** `station@location`, and the location that it is mapped to. */
  readonly terminals: ReadonlyMap<string, string>;
  readonly payers: readonly string[];
};

export const terminalNameOf = ({ station, location }: RecordedSession): string =>
  `${station}@${location}`;

export function planFleet(sessions: readonly RecordedSession[]): FleetPlan {
  return {
    providers: [...new Set(sessions.map(({ location }) => location))],
    terminals: new Map(sessions.map((one) => [terminalNameOf(one), one.location])),
    payers: [...new Set(sessions.map(({ user }) => user))],
  };
}

/** A tariff for a replay, and the document that every party gets. */
export type ReplayTariff = { readonly tariff: Tariff; readonly document: string };

/** Reads a tariff file; `timeZone` stands in where the document names none. Throws FileError. */
export function readTariff(text: string, timeZone: string): ReplayTariff {
  const tariff = parseTariff(text, { timeZone });
  if (!tariff.ok) {
    const { code, detail } = tariff.rejection;
    throw new FileError(`the tariff cannot be used: ${code}${detail ? ` (${detail})` : ''}`);
  }
  return { tariff: tariff.value, document: canonicalTariff(tariff.value) };
}

/**
 * A recorded session with what it should cost, minor units, straight from the file: no party has a
 * hand in it.
 */
export type PricedSession = RecordedSession & { readonly expected: bigint };

/**
 * Prices every session of the file on its own. Sessions that the tariff cannot price get the code
 * instead.
 */
export function priceSessions(
  sessions: readonly RecordedSession[],
  tariff: Tariff,
): { priced: PricedSession[]; unpriced: { line: number; code: string }[] } {
  const priced: PricedSession[] = [];
  const unpriced: { line: number; code: string }[] = [];
  for (const session of sessions) {
    const { startedAt: start, endedAt: end, energyWh, line } = session;
    const price = priceSession(tariff, { periods: [{ start, end, energyWh }] }, { explain: false });
    if (price.ok) priced.push({ ...session, expected: price.value.gross });
    else unpriced.push({ line, code: price.rejection.code });
  }
  return { priced, unpriced };
}

/**
 * A deposit that covers every session: the next 1, 2 or 5 times a power of ten above the dearest.
 * Minor units.
 */
export function chooseDeposit(sessions: readonly PricedSession[]): bigint {
  const dearest = sessions.reduce((most, { expected }) => (expected > most ? expected : most), 0n);
  for (let power = 1n; ; power *= 10n) {
    for (const step of [1n, 2n, 5n]) if (step * power > dearest) return step * power;
  }
}
