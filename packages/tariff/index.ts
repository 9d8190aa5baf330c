// Reading a tariff
export { parseTariff } from './parse-tariff.ts';
export type { ParseOptions } from './parse-tariff.ts';
export { canonicalTariff } from './canonical.ts';
export type {
  Dimension,
  OnNoBill,
  OnOverbill,
  PriceComponent,
  PriceLimit,
  Rounding,
  Tariff,
  TariffElement,
  TaxIncluded,
  TaxText,
} from './tariff.ts';
export { DIMENSIONS } from './tariff.ts';
export type { Asset } from './currency.ts';

// Describing a session
export type { Period, Quantity, Reservation, Session } from './session.ts';

export { sessionFromReadings } from './readings.ts';
export type { Reading } from './readings.ts';

// Pricing it
export { priceReadings } from './price-readings.ts';
export type { MeterReading } from './price-readings.ts';
export { priceSession } from './price.ts';
export type { ExactTexts, Price, PriceLine, PriceOptions, TaxTotal } from './price.ts';
export type { Phase, Skipped, TraceEntry } from './explain.ts';

// Saying no
export { REJECTIONS } from './rejections.ts';
export type { Rejection, RejectionCode, Result } from './rejections.ts';
