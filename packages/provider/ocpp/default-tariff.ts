// pure
import { sha256, textBytes, toHex } from '@coinbox/protocol';
import { canonicalTariff } from '@coinbox/tariff';
import type { Tariff } from '@coinbox/tariff';

type Tax = { readonly name: string; readonly percentage: string };
type Component = {
  readonly type: string;
  readonly price: string;
  readonly step_size: string;
  readonly price_per?: string;
  readonly taxes?: readonly Tax[];
};
type Document = {
  readonly currency: string;
  readonly tax_included: string;
  readonly elements: readonly {
    readonly price_components: readonly Component[];
    readonly restrictions?: object;
  }[];
  readonly min_price?: object;
  readonly max_price?: object;
};

/** The TariffType of OCPP 2.1, as far as it is used here. Prices are without tax. */
export type OcppTariff = {
  readonly tariffId: string;
  readonly currency: string;
  readonly energy?: object;
  readonly chargingTime?: object;
  readonly idleTime?: object;
  readonly fixedFee?: object;
};

/** Where each dimension goes, the field of its price, and how many of its units one of ours has. */
const FIELDS: Readonly<Record<string, readonly [string, string, number]>> = {
  ENERGY: ['energy', 'priceKwh', 1],
  TIME: ['chargingTime', 'priceMinute', 60],
  PARKING_TIME: ['idleTime', 'priceMinute', 60],
  FLAT: ['fixedFee', 'priceFixed', 1],
};
/** Decimals of a price on a display. */
const DECIMALS = 6;

/**
 * A tariff for the display of a station of OCPP 2.1 (SetDefaultTariff). `undefined` where a station
 * would show another price than is billed: restrictions, steps, limits, and dimensions that OCPP
 * does not have. The numbers are for people; nothing is billed by them.
 */
export function ocppTariffOf(tariff: Tariff): OcppTariff | undefined {
  const text = canonicalTariff(tariff);
  const document = JSON.parse(text) as Document;
  const [element, ...others] = document.elements;
  if (!element || others.length > 0 || element.restrictions) return undefined;
  if (document.min_price || document.max_price) return undefined;
  const parts: [string, object][] = [];
  for (const component of element.price_components) {
    const field = FIELDS[component.type];
    const isPlain = component.price_per === undefined && Number(component.step_size) <= 1;
    if (!field || !isPlain) return undefined;
    parts.push(partOf(component, field, document.tax_included === 'YES'));
  }
  const tariffId = toHex(sha256(textBytes(text))).slice(0, 32);
  return { tariffId, currency: document.currency.slice(0, 3), ...Object.fromEntries(parts) };
}

function partOf(
  { price, taxes = [] }: Component,
  [part, name, per]: readonly [string, string, number],
  isTaxWithin: boolean,
): [string, object] {
  const percent = taxes.reduce((sum, tax) => sum + Number(tax.percentage), 0);
  const net = isTaxWithin ? Number(price) / (1 + percent / 100) : Number(price);
  const taxRates = taxes.map((tax) => ({ type: tax.name, tax: Number(tax.percentage) }));
  const prices = [{ [name]: Number((net / per).toFixed(DECIMALS)) }];
  return [part, { prices, ...(taxRates.length > 0 && { taxRates }) }];
}
