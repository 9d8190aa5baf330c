import type { Result } from './rejections.ts';
import { accept, reject } from './rejections.ts';

/** A currency with its scale: `EUR/2` counts in hundredths, `JPY/0` in whole yen. */
export type Asset = `${string}/${number}`;

/** ISO 4217 currencies whose minor unit is not a hundredth. */
const EXPONENTS: readonly (readonly [number, string])[] = [
  [0, 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'],
  [3, 'BHD IQD JOD KWD LYD OMR TND'],
  [4, 'CLF UYW'],
];

/** More places than any ISO 4217 currency has; enough for closed schemes. */
const MAX_EXPONENT = 8;

/**
 * Reads `EUR/2` as it stands, or `EUR` with the exponent of ISO 4217 (2 when the code is not among
 * its exceptions). Rejects: tariff-currency.
 */
export function parseAsset(text: string): Result<Asset> {
  const match = /^([A-Z]{3})(?:\/(\d))?$/.exec(text);
  if (match === null) return reject('tariff-currency', text.slice(0, 40));
  const currency = match[1]!;
  const listed = EXPONENTS.find(([, codes]) => codes.includes(currency));
  const exponent = match[2] === undefined ? (listed?.[0] ?? 2) : Number(match[2]);
  if (exponent > MAX_EXPONENT) return reject('tariff-currency', text);
  return accept<Asset>(`${currency}/${exponent}`);
}

/** The number of decimal places of an asset's minor unit. */
export function exponentOf(asset: Asset): number {
  return Number(asset.slice(4));
}
