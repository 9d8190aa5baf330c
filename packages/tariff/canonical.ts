import type { Json } from './json.ts';
import { isList } from './json.ts';
import type { Tariff } from './tariff.ts';

/**
 * The one text of a tariff: sorted keys, no white space, decimals as strings in shortest form,
 * defaults written out. Two tariffs with the same text give the same price; hash its UTF-8 bytes
 * to pin a tariff. Reading the text with `parseTariff` gives the same text again.
 */
export function canonicalTariff(tariff: Tariff): string {
  return canonicalText(tariff.document);
}

function canonicalText(value: Json): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (isList(value)) return `[${value.map(canonicalText).join(',')}]`;
  const names = Object.keys(value).sort();
  const fields = names.map((name) => `${JSON.stringify(name)}:${canonicalText(value[name]!)}`);
  return `{${fields.join(',')}}`;
}
