import { createWriteStream, existsSync, readFileSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { formatMajor, settlementIdOf, instantOfId } from '@coinbox/protocol';
import type { Asset, BillId, Instant, Money, SessionId } from '@coinbox/protocol';
import {
  BOOK_PACE,
  billLines,
  csvOf,
  ndjsonOf,
  readBankStatement,
  readProviderBook,
  readProviderFolder,
  reconcileBooks,
  statementOf,
  writeCamt,
} from '@coinbox/provider';
import type { BookLine, BooksCompared, Stretch } from '@coinbox/provider';
import { readTerminalReport } from '@coinbox/terminal';
import { issuerEntries } from '../audit/issuer-log.ts';
import { FileError, UsageError } from '../exit-codes.ts';
import { formatTable } from '../output.ts';

const DAY_MS = 86_400_000;

/** A bank books on working days only, and days later. */
const BANK_PACE = { graceMs: 14 * DAY_MS, apartMs: 7 * DAY_MS };

/** What `books` compares, and in which asset. */
export type Compared = BooksCompared & { readonly asset: Asset };

/**
 * A provider's bills, the settlements of the issuer, and the journals of its terminals: three
 * sides. Settlements of other providers are left out where the issuer has them. Throws Fault,
 * FileError.
 */
export async function reconcileThreeWays(
  provider: string,
  issuer: string,
  terminals: readonly string[],
  now: Instant,
): Promise<Compared> {
  const { certificate, asset } = readProviderFolder(provider, now);
  const { wallet } = certificate.body;
  const journals = terminals.flatMap((folder) => journalLines(folder, wallet));
  const sides = [
    { side: 'bill', lines: billLines(readProviderBook(provider).bills, wallet) },
    { side: 'receipt', lines: settlementLines(checkSource(issuer), wallet) },
    { side: 'journal', lines: journals.toSorted((a, b) => a.at - b.at) },
  ];
  return { ...(await reconcileBooks(sides, BOOK_PACE, now)), asset };
}

function checkSource(source: string): string {
  if (!existsSync(source)) throw new FileError(`${source} does not exist`);
  return source;
}

/** What the issuer has settled from the terminals of this provider, or to it. */
async function* settlementLines(source: string, provider: string): AsyncGenerator<BookLine> {
  for await (const { id, code, status, memo, at } of issuerEntries(source)) {
    const { amount, from, to } = memo;
    if (code !== 'settle' || status !== 'posted' || !amount || to !== provider) continue;
    yield { key: id, amount, at, ...(from && { from }), to };
  }
}

/** A terminal's journal has no times: a movement is dated by the id of its bill. */
function journalLines(folder: string, provider: string): readonly BookLine[] {
  const { sessions } = readTerminalReport(folder);
  return sessions.flatMap((row) => {
    if (row.bill === null || row.billed === 0n || row.provider !== provider) return [];
    const bill = row.bill as BillId;
    const key = settlementIdOf(bill, row.session as SessionId);
    return [{ key, amount: row.billed, at: instantOfId(bill), to: row.provider }];
  });
}

/**
 * The money that the issuer has issued and redeemed, and the statement of the bank account behind
 * it. Throws Fault, FileError.
 */
export async function reconcileBank(
  issuer: string,
  statement: string,
  now: Instant,
): Promise<Compared> {
  let asset: Asset | undefined;
  const moved: BookLine[] = [];
  const entries = issuerEntries(checkSource(issuer), (header) => (asset = header.asset as Asset));
  for await (const { id, code, status, memo, at } of entries) {
    const { amount } = memo;
    if (status !== 'posted' || !amount || (code !== 'issue' && code !== 'redeem')) continue;
    moved.push({ key: id, amount: code === 'issue' ? amount : -amount, at });
  }
  if (asset === undefined) throw new FileError(`${issuer} names no asset`);
  const read = readBankStatement(readFileSync(statement, 'utf8'), asset);
  if (!read.ok) {
    const { code, detail = '' } = read.rejection;
    throw new FileError(`${statement}: ${code} ${detail}`.trim());
  }
  const sides = [
    { side: 'issuer', lines: moved },
    { side: 'bank', lines: read.value.toSorted((a, b) => a.at - b.at) },
  ];
  return { ...(await reconcileBooks(sides, BANK_PACE, now)), asset };
}

/** Days and breaks as a person reads them. */
export function formatCompared({ agreed, breaks, days, open, asset }: Compared): string {
  const money = (amount: bigint | undefined): string => {
    if (amount === undefined) return '';
    return amount < 0n
      ? `-${formatMajor(-amount as Money, asset)}`
      : formatMajor(amount as Money, asset);
  };
  const sides = Object.keys([...days.values()][0]?.sums ?? {});
  const dayRows = [...days]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([day, book]) => [
      day,
      `${book.agreed}`,
      `${book.breaks}`,
      ...sides.map((side) => money(book.sums[side])),
    ]);
  const numbers = new Set([1, 2, 3, 4, 5]);
  const table = formatTable([['day', 'agreed', 'breaks', ...sides], ...dayRows], numbers);
  const breakRows = breaks.map((one) => [
    one.day,
    one.kind,
    one.side,
    one.key,
    money(one.expected),
    money(one.found),
  ]);
  const list = breakRows.length > 0 ? `\n\n${formatTable(breakRows, new Set([4, 5]))}` : '';
  return `${table}${list}\n\n${agreed} agree, ${breaks.length} breaks, ${open} still open.`;
}

/** The comparison as JSON: days by name. */
export const comparedJson = ({ days, ...rest }: Compared): object => ({
  ...rest,
  days: Object.fromEntries(days),
});

export const EXPORT_FORMATS = ['csv', 'ndjson', 'camt.053', 'camt.054'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** Days as they are given: `2026-01-31`, UTC; both are part of the stretch. */
export function stretchOf(from: string | undefined, to: string | undefined, now: Instant): Stretch {
  const today = new Date(now).toISOString().slice(0, 10);
  const first = dayOf(from ?? '1970-01-01');
  const last = dayOf(to ?? today);
  if (last < first) throw new UsageError('--to is before --from');
  return { from: first, to: (last + DAY_MS) as Instant };
}

function dayOf(text: string): Instant {
  const at = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(text) : Number.NaN;
  if (!(at >= 0)) throw new UsageError(`not a day as 2026-01-31: ${text}`);
  return at as Instant;
}

/**
 * Writes what a provider was paid. `out`: a file; default: standard output. Throws Fault.
 */
export async function exportBook(
  folder: string,
  format: ExportFormat,
  stretch: Stretch,
  out: string | Writable,
  now: Instant,
): Promise<void> {
  const { certificate, asset } = readProviderFolder(folder, now);
  const { bills } = readProviderBook(folder);
  const statement = statementOf(bills, certificate.body.wallet, asset, stretch, now);
  const pieces = {
    csv: () => csvOf(statement),
    ndjson: () => ndjsonOf(statement),
    'camt.053': () => writeCamt('camt.053', statement),
    'camt.054': () => writeCamt('camt.054', statement),
  }[format]();
  const isFile = typeof out === 'string';
  await pipeline(pieces, isFile ? createWriteStream(out) : out, { end: isFile });
}
