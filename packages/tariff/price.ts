import type { Asset } from './currency.ts';
import type { Phase, TraceEntry } from './explain.ts';
import { baseText, traceEntries } from './explain.ts';
import type { Settled } from './settle.ts';
import { settle, shareTaxes } from './settle.ts';
import type { Rational } from './rational.ts';
import { add, multiply, rational, rationalText } from './rational.ts';
import type { Result } from './rejections.ts';
import { accept, reject } from './rejections.ts';
import type { Session } from './session.ts';
import { checkSession } from './session.ts';
import type { Dimension, Tariff, TaxText } from './tariff.ts';
import { UNITS } from './tariff.ts';
import type { Usage, UsageLine } from './usage.ts';
import { measureUsage } from './usage.ts';

/** One line of a bill. Amounts are minor units; `net + tax = gross`. */
export interface PriceLine {
  readonly phase: Phase;
  /** A dimension, or the limit that made this line. */
  readonly dimension: Dimension | 'MIN_PRICE' | 'MAX_PRICE';
  readonly sku?: string;
  /** Place in the tariff; absent on the line of a limit. */
  readonly element?: number;
  readonly component?: number;
  /** In base units (Wh, s, ml, g, pieces), before and after rounding up to a step. */
  readonly measured: string;
  readonly billed: string;
  readonly baseUnit: string;
  /** Billed, in the unit of the price; a fraction such as `2/3` when no decimal is exact. */
  readonly quantity: string;
  readonly unit: string;
  /** In the currency, as the tariff has it (with taxes when the tariff says `tax_included` YES). */
  readonly unitPrice: string;
  readonly net: bigint;
  readonly tax: bigint;
  readonly gross: bigint;
  readonly taxes: readonly TaxText[];
}

/** One tax of a whole price, in minor units. */
export interface TaxTotal extends TaxText {
  readonly amount: bigint;
}

/** What a session costs. Amounts are minor units of `asset`; the lines add up to the totals. */
export interface Price {
  readonly asset: Asset;
  readonly net: bigint;
  readonly tax: bigint;
  readonly gross: bigint;
  readonly lines: readonly PriceLine[];
  /** Add up to `tax`. */
  readonly taxes: readonly TaxTotal[];
  /**
   * The totals before rounding, in the currency: `6.2375`, or a fraction such as `61/60`. Null when
   * `explain` was false.
   */
  readonly exact: ExactTexts | null;
  /** The bound that changed the total, if one did. */
  readonly limit: 'MIN_PRICE' | 'MAX_PRICE' | null;
  /** Empty when `explain` was false. */
  readonly trace: readonly TraceEntry[];
}

/** Exact totals as people read them. */
export interface ExactTexts {
  readonly net: string;
  readonly tax: string;
  readonly gross: string;
}

/** How a session is priced; nothing here can change the amount. */
export interface PriceOptions {
  /** Whether to make the trace and the exact texts; true unless said otherwise. */
  explain?: boolean;
}

const MAX_AMOUNT = (1n << 63n) - 1n;

/**
 * The price of a session. The same tariff and session give the same amounts, to the minor unit, on
 * every machine. Rejects with the codes `session-…`; it throws for no input.
 */
export function priceSession(
  tariff: Tariff,
  session: Session,
  options: PriceOptions = {},
): Result<Price> {
  const checked = checkSession(session, tariff.plan);
  if (!checked.ok) return checked;
  const explain = options.explain !== false;
  const usage = measureUsage(tariff, checked.value, session.reservation, explain);
  if (!usage.ok) return usage;
  const parts = usage.value.lines.map(({ billed, component }) => ({
    net: multiply(billed, component.netRate),
    tax: multiply(billed, component.taxRate),
  }));
  const settled = settle(parts, tariff, usage.value.served);
  if (settled.gross > MAX_AMOUNT) return reject('session-amount-overflow');
  return accept({
    asset: tariff.asset,
    net: settled.net,
    tax: settled.gross - settled.net,
    gross: settled.gross,
    lines: priceLines(tariff, usage.value, settled),
    taxes: shareTaxes(usage.value.lines, parts, settled.gross - settled.net),
    exact: explain ? exactTexts(settled, tariff.exponent) : null,
    limit: settled.limit ?? null,
    trace: usage.value.trace === undefined ? [] : traceEntries(usage.value.trace),
  });
}

function exactTexts({ exact: { net, tax } }: Settled, exponent: number): ExactTexts {
  const unit = rational(1n, 10n ** BigInt(exponent));
  const text = (minor: Rational): string => rationalText(multiply(minor, unit));
  return { net: text(net), tax: text(tax), gross: text(add(net, tax)) };
}

function priceLines(tariff: Tariff, usage: Usage, settled: Settled): PriceLine[] {
  const lines = usage.lines.map((line, index) => priceLine(line, settled.shares[index]!));
  const extra = settled.shares[lines.length];
  if (extra === undefined || settled.limit === undefined) return lines;
  const amount = tariff.taxIncluded === 'YES' ? extra.net + extra.tax : extra.net;
  const unitPrice = rationalText(rational(amount, 10n ** BigInt(tariff.exponent)));
  return [
    ...lines,
    {
      phase: 'SESSION',
      dimension: settled.limit,
      measured: '1',
      billed: '1',
      baseUnit: 'session',
      quantity: '1',
      unit: 'session',
      unitPrice,
      ...extra,
      gross: extra.net + extra.tax,
      taxes: [],
    },
  ];
}

function priceLine(line: UsageLine, { net, tax }: { net: bigint; tax: bigint }): PriceLine {
  const { phase, component, sku, measured, billed } = line;
  const { dimension, element, index, pricePer, unit } = component;
  const { base, scale } = UNITS[dimension];
  const measuredText = baseText(measured, dimension);
  return {
    phase,
    dimension,
    ...(sku === undefined ? {} : { sku }),
    element,
    component: index,
    measured: measuredText,
    billed: billed === measured ? measuredText : baseText(billed, dimension),
    baseUnit: base,
    quantity: rationalText(multiply(billed, rational(1n, pricePer * scale))),
    unit,
    unitPrice: component.priceText,
    net,
    tax,
    gross: net + tax,
    taxes: component.taxTexts,
  };
}
