// pure
import type { Sample } from './step-connector.ts';

/** A decimal text of watt-hours or kilowatt-hours as whole watt-hours, rounded down. */
function wattHours(text: string, unit: string): bigint | undefined {
  const match = /^(\d{1,15})(?:\.(\d{1,12}))?$/.exec(text.trim());
  if (!match) return undefined;
  const [, whole = '0', places = ''] = match;
  if (unit === 'Wh') return BigInt(whole);
  if (unit !== 'kWh') return undefined;
  return BigInt(whole) * 1_000n + BigInt(places.padEnd(3, '0').slice(0, 3));
}

const ENERGY = 'Energy.Active.Import.Register';

type Sampled16 = { value: string; measurand?: string; unit?: string; phase?: string };
/** MeterValue of OCPP 1.6. */
export type MeterValue16 = { timestamp: string; sampledValue: readonly Sampled16[] };

type Sampled2 = {
  value: number;
  measurand?: string;
  phase?: string;
  unitOfMeasure?: { unit?: string; multiplier?: number };
};
/** MeterValue of OCPP 2.0.1 and 2.1. */
export type MeterValue2 = { timestamp: string; sampledValue: readonly Sampled2[] };

/** The energy register in meter values of OCPP 1.6. What is not that register is passed over. */
export const samples16 = (values: readonly MeterValue16[]): readonly Sample[] =>
  values.flatMap(({ timestamp, sampledValue }) =>
    sampledValue
      .filter(({ measurand = ENERGY, phase }) => measurand === ENERGY && phase === undefined)
      .flatMap(({ value, unit = 'Wh' }) => sampleOf(timestamp, wattHours(value, unit))),
  );

/** The same of OCPP 2.0.1 and 2.1, whose values are numbers with a power of ten. */
export const samples2 = (values: readonly MeterValue2[]): readonly Sample[] =>
  values.flatMap(({ timestamp, sampledValue }) =>
    sampledValue
      .filter(({ measurand = ENERGY, phase }) => measurand === ENERGY && phase === undefined)
      .flatMap(({ value, unitOfMeasure: { unit = 'Wh', multiplier = 0 } = {} }) => {
        const scaled = value * 10 ** multiplier;
        const text = Number.isFinite(scaled) && scaled >= 0 ? scaled.toFixed(6) : '';
        return sampleOf(timestamp, wattHours(text, unit));
      }),
  );

/** A register in whole watt-hours, as Start- and StopTransaction of OCPP 1.6 have it. */
export const sample16 = (timestamp: string, meterWh: number): readonly Sample[] =>
  Number.isSafeInteger(meterWh) && meterWh >= 0 ? sampleOf(timestamp, BigInt(meterWh)) : [];

function sampleOf(timestamp: string, energyWh: bigint | undefined): readonly Sample[] {
  const at = Date.parse(timestamp);
  return energyWh === undefined || Number.isNaN(at) ? [] : [{ at, energyWh }];
}
