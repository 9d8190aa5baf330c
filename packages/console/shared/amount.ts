import {
  assetOfCurrency,
  currencyOf,
  exponentOf,
  formatMajor,
  parseAsset,
} from '@coinbox/protocol';
import type { Asset, Language } from '@coinbox/protocol';
import { formatDecimal } from './language.ts';

/** Minor units as the reader of a language sees them: `1234` of `CNY/2` is `CNY 12.34`. */
export function formatAmount(minor: string | bigint, asset: string, language: Language): string {
  const known = parseAsset(asset);
  if (!known.ok) return `${minor} ${asset}`;
  const decimal = formatMajor(BigInt(minor), known.value);
  return `${formatDecimal(decimal, language)} ${currencyOf(known.value)}`;
}

/**
 * Minor units of what a person has typed, such as `12.3` or `12,30`; undefined where it is no such
 * amount, has too many decimals, or is nothing.
 */
export function readAmount(text: string, asset: Asset): bigint | undefined {
  const match = /^\s*(\d{1,12})(?:[.,](\d*))?\s*$/.exec(text);
  if (!match) return undefined;
  const places = exponentOf(asset);
  const [, whole = '0', part = ''] = match;
  if (part.length > places) return undefined;
  const minor = BigInt(whole + part.padEnd(places, '0'));
  return minor > 0n ? minor : undefined;
}

/** The asset of a currency code; undefined where there is no such currency. */
export function assetNamed(currency: string): Asset | undefined {
  const found = assetOfCurrency(currency);
  return found.ok ? found.value : undefined;
}
