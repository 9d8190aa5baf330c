// pure
import { accept, later, money, parseAmount, reject, sumMoney } from '@coinbox/protocol';
import type { Asset, Bill, BillLine, Money, Result } from '@coinbox/protocol';
import { BILL_LIFE_MS } from './bill-for.ts';
import type { BillTerms } from './bill-for.ts';
import type { SessionState } from './state.ts';

/** A bill travels inside a SETTLE, which is 4 KiB at most. */
const MOST_LINES = 16;
/** Characters of each text of a line, as BILL has them. */
const MOST = { description: 80, quantity: 24, unit: 12, unitPrice: 24 } as const;
const TEXTS = Object.keys(MOST) as (keyof typeof MOST)[];
/** The terminal refuses control characters, and marks that turn the direction of writing. */
const unfit = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

/**
 * The final bill for a session with the lines of a provider's own system; no lines, and the session
 * costs nothing. It must not be higher than the tariff of the session gives for its readings: the
 * terminal would refuse it. Rejects bill-text, bill-invalid (too many lines, or too much money).
 */
export function billOfLines(
  state: SessionState,
  lines: readonly BillLine[],
  asset: Asset,
  terms: BillTerms,
): Result<Bill> {
  if (lines.length > MOST_LINES) return reject('bill-invalid', `more than ${MOST_LINES} lines`);
  if (!lines.every(hasPlainText)) return reject('bill-text');
  const total = sumMoney(lines.flatMap(({ net, tax }) => [net, tax]));
  if (!total.ok) return reject('bill-invalid', 'the lines add up to too much');
  return accept({
    sequence: terms.sequence,
    bill: terms.bill,
    session: state.session,
    terminal: state.terminal,
    provider: terms.provider,
    asset,
    amount: total.value,
    lines,
    tariffHash: state.tariffHash,
    meterHash: state.lastMeter,
    final: true,
    issuedAt: terms.now,
    validUntil: later(terms.now, BILL_LIFE_MS),
  });
}

function hasPlainText(line: BillLine): boolean {
  if (line.description === '') return false;
  return TEXTS.every((name) => {
    const text = line[name];
    const isShort = text.length <= MOST[name];
    return isShort && text.isWellFormed() && text.normalize('NFC') === text && !unfit.test(text);
  });
}

/**
 * Lines as JSON has them: the texts of a BillLine, `net` and `tax` in minor units as decimal
 * strings. Rejects malformed-value.
 */
export function readBillLines(json: unknown): Result<readonly BillLine[]> {
  if (!Array.isArray(json)) return reject('malformed-value', 'lines: expected an array');
  const lines: BillLine[] = [];
  for (const [place, one] of (json as unknown[]).entries()) {
    const line = readLine(one);
    if (typeof line === 'string') return reject('malformed-value', `lines[${place}]: ${line}`);
    lines.push(line);
  }
  return accept(lines);
}

/** One line, or the name of the field that is wrong. */
function readLine(json: unknown): BillLine | string {
  if (typeof json !== 'object' || json === null) return 'not an object';
  const fields = json as Record<string, unknown>;
  const stranger = Object.keys(fields).find(
    (name) => !TEXTS.some((text) => text === name) && name !== 'net' && name !== 'tax',
  );
  if (stranger !== undefined) return `unknown field ${stranger}`;
  const missing = TEXTS.find((name) => typeof fields[name] !== 'string');
  if (missing) return missing;
  const net = readMinor(fields['net']);
  const tax = readMinor(fields['tax']);
  if (net === undefined || tax === undefined) return net === undefined ? 'net' : 'tax';
  const { description, quantity, unit, unitPrice } = fields as Record<string, string>;
  return { description, quantity, unit, unitPrice, net, tax } as BillLine;
}

/** Minor units; nothing is an amount too. */
function readMinor(json: unknown): Money | undefined {
  if (json === '0') return money(0n);
  const amount = parseAmount(json);
  return amount.ok ? amount.value : undefined;
}
