// pure
import { assert, formatMajor, later, sumMoney } from '@coinbox/protocol';
import type { Asset, Bill, BillId, BillLine, Instant, Money, WalletId } from '@coinbox/protocol';
import type { Price, PriceLine } from '@coinbox/tariff';
import type { SessionState } from './state.ts';

/** What a bill has beside the session and its price. */
export type BillTerms = {
  readonly sequence: number;
  readonly bill: BillId;
  readonly provider: WalletId;
  readonly now: Instant;
};

/** How long a terminal may take to pay a bill. */
export const BILL_LIFE_MS = 24 * 3_600_000;
/** A bill travels inside a SETTLE, which is 4 KiB at most: more lines become one. */
const MOST_LINES = 16;
const MOST_DESCRIPTION = 40;
const MOST_NUMBER = 24;

/**
 * The final bill for a session. The lines add up to the amount; no tax and no net is below zero.
 */
export function billFor(state: SessionState, price: Price, terms: BillTerms): Bill {
  const lines = linesOf(price);
  const total = sumMoney(lines.flatMap(({ net, tax }) => [net, tax]));
  assert(total.ok && total.value === price.gross, 'the lines of a price add up');
  return {
    sequence: terms.sequence,
    bill: terms.bill,
    session: state.session,
    terminal: state.terminal,
    provider: terms.provider,
    asset: price.asset as Asset,
    amount: total.value,
    lines,
    tariffHash: state.tariffHash,
    meterHash: state.lastMeter,
    final: true,
    issuedAt: terms.now,
    validUntil: later(terms.now, BILL_LIFE_MS),
  };
}

/**
 * The lines of a price as a bill shows them; the last ones in one line where there are too many.
 */
export function linesOf(price: Price): readonly BillLine[] {
  const lines = price.lines.map(lineOf);
  if (lines.length <= MOST_LINES) return lines;
  const rest = lines.slice(MOST_LINES - 1);
  const net = sumMoney(rest.map((line) => line.net));
  const tax = sumMoney(rest.map((line) => line.tax));
  assert(net.ok && tax.ok, 'a part of a price is no more than the price');
  const other = {
    description: 'Other items',
    quantity: '1',
    unit: 'session',
    unitPrice: formatMajor(net.value, price.asset as Asset),
    net: net.value,
    tax: tax.value,
  };
  return [...lines.slice(0, MOST_LINES - 1), other];
}

const names: Readonly<Record<PriceLine['dimension'], string>> = {
  FLAT: 'Session',
  ENERGY: 'Energy',
  TIME: 'Time',
  PARKING_TIME: 'Occupied without use',
  VOLUME: 'Volume',
  MASS: 'Weight',
  CYCLE: 'Cycle',
  ITEM: 'Item',
  MIN_PRICE: 'Minimum price',
  MAX_PRICE: 'Maximum price',
};

const lineOf = (line: PriceLine): BillLine => ({
  description: descriptionOf(line),
  quantity: shortNumber(line.quantity),
  unit: line.unit,
  unitPrice: shortNumber(line.unitPrice),
  net: line.net as Money,
  tax: line.tax as Money,
});

/** Control characters, and characters that turn the direction of writing round. */
const unfit = /[\p{Cc}\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]/gu;

function descriptionOf({ dimension, sku }: PriceLine): string {
  const name = names[dimension];
  if (sku === undefined) return name;
  let text = `${name} `;
  for (const letter of sku.replace(unfit, '')) {
    if (text.length + letter.length > MOST_DESCRIPTION) break;
    text += letter;
  }
  return text;
}

/**
 * A decimal for people: as it is where it is short; rounded half up to six places where it is a
 * fraction (`2/3`) or long; to a whole where that is still too long.
 */
export function shortNumber(text: string): string {
  const fraction = /^(\d+)\/(\d+)$/.exec(text);
  if (!fraction && text.length <= MOST_NUMBER) return text;
  const [numerator, denominator] = fraction
    ? [BigInt(fraction[1] as string), BigInt(fraction[2] as string)]
    : fractionOf(text);
  const rounded = decimal(numerator, denominator, 6);
  return rounded.length <= MOST_NUMBER ? rounded : decimal(numerator, denominator, 0);
}

function fractionOf(text: string): [bigint, bigint] {
  const [whole = '', places = ''] = text.split('.');
  return [BigInt(whole + places), 10n ** BigInt(places.length)];
}

function decimal(numerator: bigint, denominator: bigint, places: number): string {
  const scaled = numerator * 10n ** BigInt(places);
  const rounded = (2n * scaled + denominator) / (2n * denominator);
  if (places === 0) return rounded.toString();
  const digits = rounded.toString().padStart(places + 1, '0');
  const [whole, rest] = [digits.slice(0, -places), digits.slice(-places).replace(/0+$/, '')];
  return rest === '' ? whole : `${whole}.${rest}`;
}
