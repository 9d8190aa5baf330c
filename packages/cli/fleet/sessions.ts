import { createHash } from 'node:crypto';
import type { Instant } from '@coinbox/protocol';
import { readCsv } from './csv.ts';
import type { CsvRecord } from './csv.ts';
import { instantOfLocalTime } from './local-time.ts';

/** A recorded session: who used which machine, when, and how much energy. */
export type RecordedSession = {
  readonly line: number;
  readonly session: string;
  readonly station: string;
  readonly location: string;
  readonly user: string;
  readonly startedAt: Instant;
  readonly endedAt: Instant;
  readonly energyWh: bigint;
};

/** Why a row is left out. */
export type RowCode =
  | 'row-fields'
  | 'row-name-missing'
  | 'row-session-repeated'
  | 'row-start-missing'
  | 'row-end-missing'
  | 'row-time-invalid'
  | 'row-end-before-start'
  | 'row-energy-missing'
  | 'row-energy-invalid'
  | 'row-energy-negative'
  | 'column-unknown';

/** `row`: the row is left out. A `column-unknown` is about line 1 and leaves nothing out. */
export type RowProblem = { readonly line: number; readonly code: RowCode; readonly detail: string };

export type SessionFile = {
  readonly sessions: readonly RecordedSession[];
  readonly problems: readonly RowProblem[];
  /** Rows below the header, good and bad. */
  readonly rows: number;
  /** Of the file's bytes. */
  readonly sha256: string;
};

const required = [
  'session_id',
  'station_id',
  'location_id',
  'user_id',
  'started_at',
  'ended_at',
  'energy_kwh',
] as const;
type Column = (typeof required)[number];
/** Columns of the published file that the replay has no use for. */
const known = new Set<string>([...required, 'facility_type', 'duration_hours', 'fee_usd']);

/** A file that lacks a column cannot be replayed at all. */
export class SessionFileError extends Error {}

/**
 * Reads recorded sessions. Times without an offset are local times in `timeZone`. Energy is counted
 * in whole watt-hours, as a meter does: what a row has beyond that is cut off. A bad row is
 * reported and left out. Throws SessionFileError where a column is missing.
 */
export function readSessions(text: string, timeZone: string): SessionFile {
  const [header, ...records] = readCsv(text);
  const names = (header?.fields ?? []).map((name) => name.trim());
  const missing = required.filter((name) => !names.includes(name));
  if (missing.length > 0) throw new SessionFileError(`missing columns: ${missing.join(', ')}`);
  const problems: RowProblem[] = names
    .filter((name) => !known.has(name))
    .map((name) => ({ line: 1, code: 'column-unknown', detail: `"${name}" is passed over` }));
  const sessions: RecordedSession[] = [];
  const seen = new Set<string>();
  for (const record of records) {
    const row = readRow(record, names, timeZone, seen);
    if ('code' in row) problems.push(row);
    else {
      seen.add(row.session);
      sessions.push(row);
    }
  }
  const sha256 = createHash('sha256').update(text).digest('hex');
  return { sessions, problems, rows: records.length, sha256 };
}

function readRow(
  { line, fields }: CsvRecord,
  names: readonly string[],
  timeZone: string,
  seen: ReadonlySet<string>,
): RecordedSession | RowProblem {
  const no = (code: RowCode, detail: string): RowProblem => ({ line, code, detail });
  if (fields.length !== names.length) {
    return no('row-fields', `${fields.length} fields, the header has ${names.length}`);
  }
  const value = (name: Column): string => (fields[names.indexOf(name)] as string).trim();
  const [session, station, location, user] = required.slice(0, 4).map(value);
  if (!session || !station || !location || !user) return no('row-name-missing', 'an id is empty');
  if (seen.has(session)) return no('row-session-repeated', session);
  if (value('started_at') === '') return no('row-start-missing', session);
  if (value('ended_at') === '') return no('row-end-missing', session);
  const startedAt = instantOfLocalTime(value('started_at'), timeZone);
  const endedAt = instantOfLocalTime(value('ended_at'), timeZone);
  if (startedAt === undefined || endedAt === undefined) return no('row-time-invalid', session);
  if (endedAt < startedAt) return no('row-end-before-start', session);
  const energy = value('energy_kwh');
  if (energy === '') return no('row-energy-missing', session);
  if (/^-\d*\.?\d+$/.test(energy)) return no('row-energy-negative', energy);
  const energyWh = wattHours(energy);
  if (energyWh === undefined) return no('row-energy-invalid', energy);
  return { line, session, station, location, user, startedAt, endedAt, energyWh };
}

/**
 * Whole watt-hours of a decimal of kilowatt-hours; undefined where it is none, or more than a
 * gigawatt-hour.
 */
function wattHours(text: string): bigint | undefined {
  const match = /^(\d{1,6})(?:\.(\d{0,18}))?$/.exec(text);
  if (!match) return undefined;
  return BigInt(match[1] as string) * 1000n + BigInt((match[2] ?? '').slice(0, 3).padEnd(3, '0'));
}
