import type { Rational } from './rational.ts';
import { add, compare, divide, multiply, rational, subtract, ZERO } from './rational.ts';
import { roundBy, shareOut } from './rounding.ts';
import type { PriceLimit, Tariff, TaxText } from './tariff.ts';
import type { UsageLine } from './usage.ts';

/** Exact amounts in minor units. */
export interface Exact {
  readonly net: Rational;
  readonly tax: Rational;
}

/** The result of limits and rounding. */
export interface Settled {
  readonly net: bigint;
  readonly gross: bigint;
  /** One share for each part, and one more when a limit added something; they add up. */
  readonly shares: readonly { readonly net: bigint; readonly tax: bigint }[];
  /** Before rounding, after limits. */
  readonly exact: Exact;
  readonly limit: 'MIN_PRICE' | 'MAX_PRICE' | undefined;
}

/**
 * From exact parts to whole minor units. Rounding at LINE rounds each part first; then limits
 * apply to the sum; then net and gross are each rounded once, and the shares are made to fit.
 * The minimum applies only when something was `served`.
 */
export function settle(parts: readonly Exact[], tariff: Tariff, served: boolean): Settled {
  const { mode, at } = tariff.rounding;
  const exact = limitTotal(sumOf(parts), tariff, served);
  const lines = at === 'LINE' ? parts.map((part) => roundPart(part, mode)) : parts;
  const sum = at === 'LINE' ? sumOf(lines) : exact.unlimited;
  const total = at === 'LINE' ? limitTotal(sum, tariff, served) : exact;
  const net = roundBy(mode, total.net);
  const gross = roundBy(mode, add(total.net, total.tax));
  const fitted = total.limit === undefined ? lines : fitParts(lines, sum, total);
  const shares = sharesOf(fitted, net, gross, tariff.taxIncluded === 'YES');
  return { net, gross, shares, exact, limit: total.limit };
}

function sumOf(parts: readonly Exact[]): Exact {
  let net = ZERO;
  let tax = ZERO;
  for (const part of parts) {
    net = add(net, part.net);
    tax = add(tax, part.tax);
  }
  return { net, tax };
}

function roundPart(part: Exact, mode: Tariff['rounding']['mode']): Exact {
  const net = roundBy(mode, part.net);
  const gross = roundBy(mode, add(part.net, part.tax));
  return { net: rational(net), tax: rational(gross - net) };
}

function limitTotal(sum: Exact, { minPrice, maxPrice }: Tariff, served: boolean) {
  if (minPrice === undefined && maxPrice === undefined) {
    return { ...sum, unlimited: sum, limit: undefined };
  }
  const raised = served && minPrice !== undefined ? clamp(sum, minPrice, 1) : sum;
  const lowered = maxPrice !== undefined ? clamp(raised, maxPrice, -1) : raised;
  const limit =
    lowered !== raised
      ? ('MAX_PRICE' as const)
      : raised !== sum
        ? ('MIN_PRICE' as const)
        : undefined;
  return { ...lowered, unlimited: sum, limit };
}

/**
 * Brings net and gross to the bounds of a limit, each on its own. When the limit bounds only one of
 * them, the other moves in proportion. `direction` is 1 for a minimum and -1 for a maximum. Gives
 * back `sum` itself when nothing changes.
 */
function clamp(sum: Exact, bounds: PriceLimit, direction: 1 | -1): Exact {
  const beyond = (value: Rational, bound: bigint | undefined): Rational | undefined =>
    bound !== undefined && compare(value, rational(bound)) * direction < 0
      ? rational(bound)
      : undefined;
  const gross = add(sum.net, sum.tax);
  const newNet = beyond(sum.net, bounds.net);
  const newGross = beyond(gross, bounds.gross);
  if (newNet === undefined && newGross === undefined) return sum;
  if (newNet !== undefined && bounds.gross === undefined) {
    return { net: newNet, tax: inProportion(sum.tax, newNet, sum.net) };
  }
  if (newGross !== undefined && bounds.net === undefined) {
    const tax = inProportion(sum.tax, newGross, gross);
    return { net: subtract(newGross, tax), tax };
  }
  const net = newNet ?? sum.net;
  return { net, tax: subtract(newGross ?? gross, net) };
}

function inProportion(part: Rational, whole: Rational, before: Rational): Rational {
  return before.n === 0n ? ZERO : divide(multiply(part, whole), before);
}

/** Scales parts down to a lower total; what a total has more becomes one more part. */
function fitParts(parts: readonly Exact[], sum: Exact, total: Exact): Exact[] {
  const scale = (value: Rational, from: Rational, to: Rational): Rational =>
    compare(to, from) < 0 ? inProportion(value, to, from) : value;
  const fitted = parts.map((part) => ({
    net: scale(part.net, sum.net, total.net),
    tax: scale(part.tax, sum.tax, total.tax),
  }));
  const more = (to: Rational, from: Rational): Rational =>
    compare(to, from) > 0 ? subtract(to, from) : ZERO;
  const extra = { net: more(total.net, sum.net), tax: more(total.tax, sum.tax) };
  return extra.net.n > 0n || extra.tax.n > 0n ? [...fitted, extra] : fitted;
}

/** Tax is shared out, and net or gross, whichever the prices of the tariff are. */
function sharesOf(parts: readonly Exact[], net: bigint, gross: bigint, included: boolean) {
  if (parts.length === 1) return [{ net, tax: gross - net }];
  const taxes = parts.map(({ tax }) => tax);
  if (!included) {
    const nets = shareOut(
      net,
      parts.map((part) => part.net),
    );
    return shareOut(gross - net, taxes).map((tax, index) => ({ net: nets[index]!, tax }));
  }
  const grosses = shareOut(
    gross,
    parts.map((part) => add(part.net, part.tax)),
  );
  // No line may have more tax than it costs.
  return shareOut(gross - net, taxes, grosses).map((tax, index) => ({
    net: grosses[index]! - tax,
    tax,
  }));
}

/**
 * Shares the tax of a whole price out over its taxes, by what each came to before limits and
 * rounding. A tax that only a limit made has no name and no percentage.
 */
export function shareTaxes(
  lines: readonly UsageLine[],
  parts: readonly Exact[],
  total: bigint,
): (TaxText & { amount: bigint })[] {
  const sums = new Map<string, { tax: TaxText; exact: Rational }>();
  for (const [index, { component }] of lines.entries()) {
    const { taxes, taxTexts } = component;
    const all = taxes.reduce((sum, { percentage }) => add(sum, percentage), ZERO);
    for (const [place, { percentage }] of taxes.entries()) {
      const tax = taxTexts[place]!;
      const exact =
        taxes.length === 1 ? parts[index]!.tax : inProportion(parts[index]!.tax, percentage, all);
      const key = `${tax.percentage} ${tax.name}`;
      const before = sums.get(key);
      if (before === undefined) sums.set(key, { tax, exact });
      else before.exact = add(before.exact, exact);
    }
  }
  const list = [...sums.values()];
  const sum = list.reduce((all, { exact }) => add(all, exact), ZERO);
  if (sum.n === 0n) {
    const none = list.map(({ tax }) => ({ ...tax, amount: 0n }));
    return total === 0n ? none : [...none, { name: '', percentage: '', amount: total }];
  }
  const scaled =
    list.length === 1
      ? [sum]
      : list.map(({ exact }) => divide(multiply(exact, rational(total)), sum));
  return shareOut(total, scaled).map((amount, index) => ({ ...list[index]!.tax, amount }));
}
