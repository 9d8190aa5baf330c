import { accept, reject } from './result.ts';
import type { Result } from './result.ts';
import type { Money } from './money.ts';

/**
 * A currency with its scale: `CNY/2` counts in hundredths of a yuan. ISO 4217 code, ISO 4217
 * exponent.
 */
export type Asset = `${string}/${number}`;

const byExponent: Readonly<Record<number, string>> = {
  0: 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF',
  2: `AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD
    CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP
    GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD
    MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP
    PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT
    TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG`,
  3: 'BHD IQD JOD KWD LYD OMR TND',
  4: 'CLF UYW',
};

/**
 * ISO 4217 code → number of decimals of its minor unit (list one, funds codes without a minor unit
 * left out).
 */
const exponents: ReadonlyMap<string, number> = new Map(
  Object.entries(byExponent).flatMap(([exponent, codes]) =>
    codes.split(/\s+/).map((code): [string, number] => [code, Number(exponent)]),
  ),
);

/** Every asset there is, sorted by code. */
export const ASSETS: readonly Asset[] = [...exponents]
  .map(([code, exponent]): Asset => `${code}/${exponent}`)
  .sort();

/** An asset from another party's text. Rejects: currency-unknown, currency-exponent. */
export function parseAsset(text: unknown): Result<Asset> {
  const match = typeof text === 'string' ? /^([A-Z]{3})\/([0-9])$/.exec(text) : null;
  const exponent = match ? exponents.get(match[1] as string) : undefined;
  if (!match || exponent === undefined) return reject('currency-unknown');
  if (Number(match[2]) !== exponent) {
    return reject('currency-exponent', `${match[1]} has ${exponent} decimals`);
  }
  return accept(text as Asset);
}

/** The asset of an ISO 4217 currency code. Rejects currency-unknown. */
export function assetOfCurrency(code: string): Result<Asset> {
  const exponent = exponents.get(code);
  return exponent === undefined
    ? reject('currency-unknown')
    : accept(`${code}/${exponent}` as Asset);
}

export const currencyOf = (asset: Asset): string => asset.slice(0, 3);

/** Number of decimals of the minor unit. */
export const exponentOf = (asset: Asset): number => Number(asset.slice(4));

/**
 * Minor units as a plain decimal of major units: 1234 of `CNY/2` is `12.34`. No grouping, no
 * symbol.
 */
export function formatMajor(amount: Money | bigint, asset: Asset): string {
  const exponent = exponentOf(asset);
  const digits = (amount < 0n ? -amount : amount).toString().padStart(exponent + 1, '0');
  const whole = digits.slice(0, digits.length - exponent);
  const sign = amount < 0n ? '-' : '';
  return exponent === 0 ? sign + whole : `${sign}${whole}.${digits.slice(-exponent)}`;
}
