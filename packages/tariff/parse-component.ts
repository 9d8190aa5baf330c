import type { Json } from './json.ts';
import type { Rational } from './rational.ts';
import { compare, rational, rationalText, ZERO } from './rational.ts';
import type { Fields } from './reader.ts';
import {
  field,
  note,
  present,
  readDecimal,
  readList,
  readText,
  readWhole,
  readWord,
  refuseUnknown,
} from './reader.ts';
import type { PriceComponent, TariffElement, TaxIncluded, TaxRate, TaxText } from './tariff.ts';
import { componentRates, DIMENSIONS, UNITS } from './tariff.ts';

const KNOWN = ['type', 'price', 'vat', 'taxes', 'step_size', 'price_per', 'sku'];
const MAX_TAXES = 8;
const MAX_PERCENTAGE = rational(1_000n);

/** Where a component stands, and what of the tariff its rates depend on. */
export interface ComponentPlace {
  readonly element: number;
  readonly index: number;
  readonly exponent: number;
  readonly taxIncluded: TaxIncluded;
}

/** Reads `tax_included`; OCPI before 2.3 lacks it, and has prices without taxes. */
export function parseTaxIncluded(fields: Fields): TaxIncluded {
  return readWord(fields, 'tax_included', ['YES', 'NO', 'N/A']) ?? 'NO';
}

/** Reads one price component, and gives it again in canonical form. */
export function parseComponent(
  fields: Fields,
  place: ComponentPlace,
): { component: TariffElement['components'][number]; document: Json } {
  refuseUnknown(fields, KNOWN, 'tariff-field-unknown');
  if (field(fields, 'type') === undefined) note(fields, 'tariff-field-missing', 'type');
  const dimension = readWord(fields, 'type', DIMENSIONS, 'tariff-dimension-unknown') ?? 'FLAT';
  const price = readDecimal(fields, 'price');
  if (price === undefined) note(fields, 'tariff-field-missing', 'price');
  const sku = readText(fields, 'sku', 64);
  if (sku !== undefined && dimension !== 'ITEM') note(fields, 'tariff-field-invalid', 'sku');
  const { pricePer: usual, scale, base, unit } = UNITS[dimension];
  const pricePer = readWhole(fields, 'price_per', 1n) ?? usual;
  const stepSize = readWhole(fields, 'step_size', 0n) ?? 1n;
  const taxes = readTaxes(fields, place.taxIncluded);
  const taxTexts = taxes.map(taxText);
  const exact = price ?? ZERO;
  const included = place.taxIncluded === 'YES';
  const component: PriceComponent = {
    dimension,
    ...present({ sku }),
    price: exact,
    pricePer,
    stepSize,
    taxes,
    element: place.element,
    index: place.index,
    ...componentRates(exact, pricePer * scale, place.exponent, taxes, included),
    priceText: rationalText(exact),
    unit: pricePer === usual ? unit : `${pricePer} ${base}`,
    taxTexts,
  };
  const document = present({
    type: dimension,
    price: component.priceText,
    step_size: stepSize.toString(),
    price_per: pricePer === usual ? undefined : pricePer.toString(),
    sku,
    taxes: taxes.length === 0 ? undefined : taxTexts.map((tax) => ({ ...tax })),
  });
  return { component, document: document as Json };
}

function taxText({ name, percentage }: TaxRate): TaxText {
  return { name, percentage: rationalText(percentage) };
}

/** `vat` is the one tax of OCPI 2.2.1 and 2.3.0; the list `taxes` is ours, shaped as in CDRs. */
function readTaxes(fields: Fields, taxIncluded: TaxIncluded): TaxRate[] {
  const vat = readDecimal(fields, 'vat');
  const taxes: TaxRate[] = vat === undefined ? [] : [{ name: 'VAT', percentage: vat }];
  for (const item of readList(fields, 'taxes', MAX_TAXES)) {
    refuseUnknown(item, ['name', 'percentage'], 'tariff-field-unknown');
    const name = readText(item, 'name', 40);
    const percentage: Rational | undefined = readDecimal(item, 'percentage');
    if (name === undefined) note(item, 'tariff-field-missing', 'name');
    if (percentage === undefined) note(item, 'tariff-field-missing', 'percentage');
    taxes.push({ name: name ?? '', percentage: percentage ?? ZERO });
  }
  const names = new Set(taxes.map(({ name }) => name));
  const excessive = taxes.some(({ percentage }) => compare(percentage, MAX_PERCENTAGE) > 0);
  const forbidden = taxIncluded === 'N/A' && taxes.some(({ percentage }) => percentage.n > 0n);
  if (names.size < taxes.length || excessive || forbidden) note(fields, 'tariff-tax', 'taxes');
  return taxes;
}
