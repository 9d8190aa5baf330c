import type { Json } from './json.ts';
import { canonicalTariff } from './canonical.ts';
import { isList, MAX_TEXT, readJsonText, toJson } from './json.ts';
import type { Asset } from './currency.ts';
import { exponentOf, parseAsset } from './currency.ts';
import { parseComponent, parseTaxIncluded } from './parse-component.ts';
import { parseRestrictions } from './parse-restrictions.ts';
import type { Fields, Notes } from './reader.ts';
import {
  note,
  present,
  readFields,
  readList,
  readMinor,
  readText,
  readWord,
  refuseUnknown,
} from './reader.ts';
import type { Result } from './rejections.ts';
import { accept, reject } from './rejections.ts';
import { usesLocalTime } from './restrictions.ts';
import { rational, rationalText } from './rational.ts';
import type { PriceLimit, Rounding, Tariff, TariffElement } from './tariff.ts';
import { compilePlan } from './tariff.ts';
import { zoneOf } from './zone.ts';

/** Bounds of what a tariff may hold. */
const MAX_ELEMENTS = 200;
const MAX_COMPONENTS = 1_000;

/** What a tariff document may leave open, because OCPI keeps it elsewhere. */
export interface ParseOptions {
  /** IANA zone for a document without `time_zone`; OCPI keeps it in the Location. */
  timeZone?: string;
  /** Such as `EUR/2`; its currency must be the document's. */
  asset?: string;
}

/**
 * Reads an OCPI tariff (2.2.1 or 2.3.0) with our extensions, from JSON text or from a value. From
 * text, numbers are taken digit by digit; from a value, by their shortest decimal. Fields that
 * have no part in the price are kept in `document`. Rejects with the codes `tariff-…`.
 */
export function parseTariff(json: unknown, options: ParseOptions = {}): Result<Tariff> {
  if (typeof json === 'string' && json.length > MAX_TEXT) return reject('tariff-too-large');
  const values = typeof json === 'string' ? readJsonText(json) : toJson(json);
  if (values === undefined || values === null || typeof values !== 'object' || isList(values)) {
    return reject('tariff-json');
  }
  const notes: Notes = {};
  const tariff = readTariff({ path: '', values, notes }, options);
  if (notes.rejection !== undefined) return { ok: false, rejection: notes.rejection };
  if (canonicalTariff(tariff).length > MAX_TEXT) return reject('tariff-too-large');
  return accept(tariff);
}

function readTariff(fields: Fields, options: ParseOptions): Tariff {
  const asset = readAsset(fields, options.asset);
  const exponent = exponentOf(asset);
  const taxIncluded = parseTaxIncluded(fields);
  const rounding = readRounding(fields);
  const read = readElements(fields, exponent, taxIncluded);
  const elements = read.map(({ element }) => element);
  const zone = readZone(fields, elements, options.timeZone);
  const minPrice = readLimit(fields, 'min_price', exponent);
  const maxPrice = readLimit(fields, 'max_price', exponent);
  checkLimits(fields, minPrice, maxPrice);
  const suggestedFunding = readMinor(fields, 'suggested_funding', exponent);
  const onNoBill = readWord(fields, 'on_no_bill', ['RETURN_ALL', 'SETTLE_OWN_RECOMPUTE', 'HOLD']);
  const onOverbill = readWord(fields, 'on_overbill', ['PAY_UNDISPUTED', 'HOLD', 'RETURN_ALL']);
  const document = {
    ...fields.values,
    currency: asset,
    tax_included: taxIncluded,
    rounding: { ...rounding },
    elements: read.map((item) => item.document),
    ...present({
      time_zone: zone.name,
      min_price: limitDocument(minPrice, exponent),
      max_price: limitDocument(maxPrice, exponent),
      suggested_funding:
        suggestedFunding === undefined ? undefined : majorText(suggestedFunding, exponent),
    }),
  };
  return {
    asset,
    exponent,
    taxIncluded,
    rounding,
    elements,
    ...present({ timeZone: zone.name, minPrice, maxPrice, suggestedFunding, onNoBill, onOverbill }),
    document,
    plan: compilePlan(elements, zone.zone),
  };
}

function readAsset(fields: Fields, given: string | undefined): Asset {
  const currency = readText(fields, 'currency', 10);
  if (currency === undefined) note(fields, 'tariff-field-missing', 'currency');
  const written = parseAsset(currency ?? 'XXX');
  const wanted = given === undefined ? written : parseAsset(given);
  const same =
    written.ok &&
    wanted.ok &&
    written.value.slice(0, 3) === wanted.value.slice(0, 3) &&
    (!currency?.includes('/') || written.value === wanted.value);
  if (same) return wanted.value;
  note(fields, 'tariff-currency', 'currency');
  return 'XXX/2';
}

function readRounding(fields: Fields): Rounding {
  const rounding = readFields(fields, 'rounding');
  if (rounding === undefined) return { mode: 'HALF_UP', at: 'TOTAL' };
  refuseUnknown(rounding, ['mode', 'at'], 'tariff-field-unknown');
  return {
    mode: readWord(rounding, 'mode', ['HALF_UP', 'HALF_EVEN', 'DOWN']) ?? 'HALF_UP',
    at: readWord(rounding, 'at', ['TOTAL', 'LINE']) ?? 'TOTAL',
  };
}

function readElements(fields: Fields, exponent: number, taxIncluded: Tariff['taxIncluded']) {
  const list = readList(fields, 'elements', MAX_ELEMENTS);
  if (list.length === 0) note(fields, 'tariff-field-missing', 'elements');
  let components = 0;
  return list.map((item, index) => {
    const read = readElement(item, { element: index, exponent, taxIncluded });
    components += read.element.components.length;
    if (components > MAX_COMPONENTS) note(fields, 'tariff-too-large', 'elements');
    return read;
  });
}

function readElement(
  fields: Fields,
  place: { element: number; exponent: number; taxIncluded: Tariff['taxIncluded'] },
): { element: TariffElement; document: Json } {
  refuseUnknown(fields, ['price_components', 'restrictions'], 'tariff-field-unknown');
  const list = readList(fields, 'price_components', MAX_COMPONENTS);
  if (list.length === 0) note(fields, 'tariff-field-missing', 'price_components');
  const read = list.map((item, index) => parseComponent(item, { ...place, index }));
  const components = read.map(({ component }) => component);
  const names = components.map(({ dimension, sku }) => `${dimension} ${sku ?? ''}`);
  if (new Set(names).size < names.length) {
    note(fields, 'tariff-dimension-duplicate', 'price_components');
  }
  const restricted = readFields(fields, 'restrictions');
  const { restrictions, document } =
    restricted === undefined
      ? { restrictions: undefined, document: {} }
      : parseRestrictions(restricted);
  if (restrictions?.reservation !== undefined) {
    const strange = components.find(({ dimension }) => !['FLAT', 'TIME'].includes(dimension));
    if (strange !== undefined) note(fields, 'tariff-reservation-dimension', strange.dimension);
  }
  const restricts = Object.keys(document).length > 0;
  return {
    element: { components, restrictions: restricts ? restrictions : undefined },
    document: {
      price_components: read.map((item) => item.document),
      ...(restricts ? { restrictions: document } : {}),
    },
  };
}

function readZone(fields: Fields, elements: readonly TariffElement[], given: string | undefined) {
  const name = readText(fields, 'time_zone', 64) ?? given;
  const known = name === undefined ? undefined : zoneOf(name);
  if (name !== undefined && known === undefined) note(fields, 'tariff-time-zone', 'time_zone');
  const local = elements.some(
    ({ restrictions }) => restrictions !== undefined && usesLocalTime(restrictions),
  );
  if (local && name === undefined) note(fields, 'tariff-time-zone-missing', 'time_zone');
  return { name, zone: local ? known : undefined };
}

/** OCPI 2.3.0 names the bounds before_taxes and after_taxes, 2.2.1 excl_vat and incl_vat. */
function readLimit(fields: Fields, name: string, exponent: number): PriceLimit | undefined {
  const limit = readFields(fields, name);
  if (limit === undefined) return undefined;
  const known = ['before_taxes', 'after_taxes', 'excl_vat', 'incl_vat'];
  refuseUnknown(limit, known, 'tariff-field-unknown');
  const net = readMinor(limit, 'before_taxes', exponent) ?? readMinor(limit, 'excl_vat', exponent);
  const gross = readMinor(limit, 'after_taxes', exponent) ?? readMinor(limit, 'incl_vat', exponent);
  const empty = net === undefined && gross === undefined;
  if (empty || (net !== undefined && gross !== undefined && gross < net)) {
    note(fields, 'tariff-limit', name);
  }
  return present({ net, gross });
}

function checkLimits(fields: Fields, min?: PriceLimit, max?: PriceLimit): void {
  const crossed = (low: bigint | undefined, high: bigint | undefined) =>
    low !== undefined && high !== undefined && low > high;
  if (crossed(min?.net, max?.net) || crossed(min?.gross, max?.gross ?? undefined)) {
    note(fields, 'tariff-limit', 'max_price');
  }
  if (crossed(min?.net, max?.gross)) note(fields, 'tariff-limit', 'max_price');
}

function limitDocument(limit: PriceLimit | undefined, exponent: number): Json | undefined {
  if (limit === undefined) return undefined;
  return present({
    before_taxes: limit.net === undefined ? undefined : majorText(limit.net, exponent),
    after_taxes: limit.gross === undefined ? undefined : majorText(limit.gross, exponent),
  }) as Json;
}

function majorText(minor: bigint, exponent: number): string {
  return rationalText(rational(minor, 10n ** BigInt(exponent)));
}
