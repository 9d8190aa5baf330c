// pure
import { decomposeValue } from '@road-labs/ocmf';
import { accept, reject } from '@coinbox/protocol';
import type { Instant, Rejected, Result } from '@coinbox/protocol';

/** One reading of a calibrated meter. */
export type OcmfReading = {
  readonly at: Instant;
  /** How good the meter's clock is: U unknown, I informative, S synchronised, R relative. */
  readonly clock: 'U' | 'I' | 'S' | 'R';
  /** Why it was taken: B begin; E, L, R, A, P ends; C, X, S, T in between. Absent: no session. */
  readonly cause?: string;
  /** Which register, as an OBIS code; empty where the meter does not say. */
  readonly register: string;
  /** Millionths of a watt-hour. */
  readonly microWh: bigint;
};

/** What one signed record says (OCMF 1.0–1.4, "Payload Data Section"). */
export type OcmfRecord = {
  /** The whole record as it came. */
  readonly text: string;
  /** Its number among the records of transactions. */
  readonly page: number;
  /** Serial number of the meter; of the gateway where the record does not name the meter. */
  readonly serial: string;
  readonly readings: readonly OcmfReading[];
};

/** A record is some hundred bytes; nothing longer is read. */
const MOST_CHARACTERS = 65_536;
const MOST_READINGS = 256;

const no = (detail: string): Rejected => reject('evidence-invalid', detail);

/**
 * Reads a record, and looks at no signature. Numbers are taken as they are written, so that none is
 * rounded. Rejects evidence-invalid, also where a reading is marked as unusable.
 */
export function parseOcmf(text: string): Result<OcmfRecord> {
  if (text.length > MOST_CHARACTERS) return no('the record is too long');
  const payload = payloadOf(text);
  if (!payload) return no('not OCMF|{…}|{…}');
  const { PG, MS, GS, RD } = payload;
  const page = /^T(0|[1-9]\d{0,14})$/.exec(textOf(PG))?.[1];
  if (page === undefined) return no('PG is not the page of a transaction');
  const serial = textOf(MS) || textOf(GS);
  if (serial === '') return no('neither MS nor GS says which meter it is');
  if (!Array.isArray(RD) || RD.length === 0 || RD.length > MOST_READINGS) return no('RD');
  const readings: OcmfReading[] = [];
  let before: Fields = {};
  for (const one of RD as readonly unknown[]) {
    if (typeof one !== 'object' || one === null) return no('RD holds something else');
    // What a reading leaves out is as in the one before it.
    before = { ...before, ...(one as Fields) };
    const reading = readingOf(before);
    if (!reading.ok) return reading;
    readings.push(reading.value);
  }
  return accept({ text, page: Number(page), serial, readings });
}

type Fields = Readonly<Record<string, unknown>>;
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The payload with its numbers as texts; undefined where it is not a JSON object. */
function payloadOf(text: string): Fields | undefined {
  try {
    const { payloadData } = decomposeValue(text);
    const keepNumbers = (_: string, value: unknown, context?: { source?: string }): unknown =>
      typeof value === 'number' ? context?.source : value;
    const value = JSON.parse(payloadData, keepNumbers) as unknown;
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Fields) : undefined;
  } catch {
    return undefined; // the library and JSON.parse throw at what another party has written
  }
}

function readingOf(fields: Fields): Result<OcmfReading> {
  const time = readTime(textOf(fields['TM']));
  if (!time) return no('TM is not a time with a word for the clock');
  if (textOf(fields['ST']) !== 'G') return no(`a reading with status ${textOf(fields['ST'])}`);
  if (textOf(fields['EF']) !== '') return no(`a reading with errors ${textOf(fields['EF'])}`);
  const microWh = readEnergy(fields['RV'], fields['RU']);
  if (microWh === undefined) return no('RV and RU are not an energy in Wh or kWh');
  const cause = textOf(fields['TX']);
  const register = textOf(fields['RI']);
  return accept({ ...time, register, microWh, ...(cause !== '' && { cause }) });
}

const timeForm = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d),(\d{3})([+-]\d\d)(\d\d) ([UISR])$/;

function readTime(text: string): Pick<OcmfReading, 'at' | 'clock'> | undefined {
  const [, seconds, millis, hours, minutes, clock] = timeForm.exec(text) ?? [];
  const at = Date.parse(`${seconds}.${millis}${hours}:${minutes}`);
  if (!(at >= 0)) return undefined;
  return { at: at as Instant, clock: clock as OcmfReading['clock'] };
}

const decimals: Readonly<Record<string, number>> = { Wh: 6, kWh: 9 };

/** A decimal of Wh or kWh as millionths of a watt-hour; nothing finer is taken. */
function readEnergy(value: unknown, unit: unknown): bigint | undefined {
  const places = decimals[textOf(unit)];
  const [, whole, fraction = ''] = /^(\d{1,12})(?:\.(\d{1,12}))?$/.exec(textOf(value)) ?? [];
  if (places === undefined || whole === undefined) return undefined;
  const digits = fraction.replace(/0+$/, '');
  return digits.length > places ? undefined : BigInt(whole + digits.padEnd(places, '0'));
}
