// pure
import { accept, currencyOf, exponentOf, reject } from '@coinbox/protocol';
import type { Asset, Instant, Rejected, Result } from '@coinbox/protocol';
import { readCsv } from './csv.ts';
import type { BookLine } from './reconciler.ts';
import { parseXml } from './xml.ts';
import type { XmlElement } from './xml.ts';

const no = (detail: string): Rejected => reject('import-invalid', detail);

/** Ids of ours that a bank passes on in its references. */
const ours = /\b(?:iss|rdm|stl)_[0-7][0-9A-HJKMNP-TV-Z]{25}\b/;

/**
 * The booked movements of a bank statement: camt.053.001.02 and newer, or CSV with the columns
 * booked_on, amount, currency and reference. Credits are positive. Each is called by the id of ours
 * in its references; one that has none by what the bank calls it. Rejects: import-invalid (also:
 * another currency, balances that do not follow from the entries), import-duplicate.
 */
export function readBankStatement(text: string, asset: Asset): Result<readonly BookLine[]> {
  const isXml = /^\ufeff?\s*</.test(text);
  const read = isXml ? readCamt(text, asset) : readCsvStatement(text, asset);
  if (!read.ok) return read;
  const seen = new Set<string>();
  for (const { bank } of read.value) {
    if (bank !== '' && seen.has(bank)) return reject('import-duplicate', bank.slice(0, 40));
    seen.add(bank);
  }
  return accept(read.value.map(({ bank: _bank, ...line }) => line));
}

/** `bank`: what the bank calls it, where it does. */
type BankLine = BookLine & { readonly bank: string };

function readCamt(text: string, asset: Asset): Result<readonly BankLine[]> {
  const document = parseXml(text);
  if (!document.ok) return document;
  const [message] = document.value.children;
  if (message?.name !== 'BkToCstmrStmt') return no('not a camt.053');
  const lines: BankLine[] = [];
  for (const statement of all(message, 'Stmt')) {
    const entries = all(statement, 'Ntry').filter((entry) => statusOf(entry) === 'BOOK');
    let sum = 0n;
    for (const entry of entries) {
      const read = linesOfEntry(entry, asset);
      if (!read.ok) return read;
      for (const line of read.value) {
        lines.push(line);
        sum += line.amount;
      }
    }
    const wrong = checkBalances(statement, sum, asset);
    if (wrong) return wrong;
  }
  return accept(lines);
}

const all = (element: XmlElement, name: string): readonly XmlElement[] =>
  element.children.filter((child) => child.name === name);

/** The first element down a path. */
function at(element: XmlElement, ...path: readonly string[]): XmlElement | undefined {
  let found: XmlElement | undefined = element;
  for (const name of path) found = found?.children.find((child) => child.name === name);
  return found;
}
const textAt = (element: XmlElement, ...path: readonly string[]): string =>
  at(element, ...path)?.text ?? '';

/** `<Sts>BOOK</Sts>` up to version 06, `<Sts><Cd>BOOK</Cd></Sts>` since. */
const statusOf = (entry: XmlElement): string => textAt(entry, 'Sts', 'Cd') || textAt(entry, 'Sts');

function signedAmount(element: XmlElement, asset: Asset): Result<bigint> {
  const amount = at(element, 'Amt');
  if (amount?.attributes['Ccy'] !== currencyOf(asset)) return no('another currency');
  const minor = minorOf(amount.text, asset);
  const side = textAt(element, 'CdtDbtInd');
  if (minor === undefined || !['CRDT', 'DBIT'].includes(side)) return no('an amount');
  return accept(side === 'CRDT' ? minor : -minor);
}

/** A decimal of the currency in minor units; undefined where it has more places. */
function minorOf(text: string, asset: Asset): bigint | undefined {
  const [, whole, places = ''] = /^(\d{1,18})(?:\.(\d{0,5}))?$/.exec(text) ?? [];
  const exponent = exponentOf(asset);
  if (whole === undefined || !/^0*$/.test(places.slice(exponent))) return undefined;
  return BigInt(whole + places.slice(0, exponent).padEnd(exponent, '0'));
}

function instantOf(element: XmlElement | undefined): Instant | undefined {
  const text = element ? textAt(element, 'DtTm') || textAt(element, 'Dt') : '';
  return readTime(text);
}

function readTime(text: string): Instant | undefined {
  if (!/^\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)?)?$/.test(text)) {
    return undefined;
  }
  const hasZone = text.length === 10 || /(?:Z|[+-]\d\d:\d\d)$/.test(text);
  const time = Date.parse(hasZone ? text : `${text}Z`);
  return time >= 0 ? (time as Instant) : undefined;
}

/** An entry is one movement, or a batch of several that each have an amount. */
function linesOfEntry(entry: XmlElement, asset: Asset): Result<readonly BankLine[]> {
  const total = signedAmount(entry, asset);
  if (!total.ok) return total;
  const time = instantOf(at(entry, 'BookgDt')) ?? instantOf(at(entry, 'ValDt'));
  if (time === undefined) return no('an entry without a date');
  const bank = textAt(entry, 'AcctSvcrRef') || textAt(entry, 'NtryRef');
  const details = all(entry, 'NtryDtls').flatMap((one) => all(one, 'TxDtls'));
  if (details.length < 2) {
    return accept([{ key: keyOf(entry, bank), amount: total.value, at: time, bank }]);
  }
  const lines: BankLine[] = [];
  for (const [number, detail] of details.entries()) {
    const amount = signedAmount(detail, asset);
    if (!amount.ok) return amount;
    const name = `${bank}/${number + 1}`;
    lines.push({ key: keyOf(detail, name), amount: amount.value, at: time, bank: name });
  }
  const sum = lines.reduce((before, { amount }) => before + amount, 0n);
  return sum === total.value ? accept(lines) : no('a batch does not add up');
}

function keyOf(element: XmlElement, bank: string): string {
  return ours.exec(allText(element))?.[0] ?? `bank ${bank}`;
}

const allText = (element: XmlElement): string =>
  [element.text, ...element.children.map(allText)].join(' ');

function checkBalances(statement: XmlElement, sum: bigint, asset: Asset): Rejected | undefined {
  const balanceOf = (...codes: readonly string[]): Result<bigint> | undefined => {
    const found = all(statement, 'Bal').find((one) =>
      codes.includes(textAt(one, 'Tp', 'CdOrPrtry', 'Cd')),
    );
    return found && signedAmount(found, asset);
  };
  const opening = balanceOf('OPBD', 'PRCD');
  const closing = balanceOf('CLBD');
  if (!opening || !closing) return no('no opening or no closing balance');
  if (!opening.ok) return opening;
  if (!closing.ok) return closing;
  const isRight = opening.value + sum === closing.value;
  return isRight ? undefined : no('the closing balance does not follow from the entries');
}

const COLUMNS = ['booked_on', 'amount', 'currency', 'reference'] as const;

function readCsvStatement(text: string, asset: Asset): Result<readonly BankLine[]> {
  const read = readCsv(text.replace(/^\ufeff/, ''));
  if (!read.ok) return read;
  const [header = [], ...rows] = read.value;
  const places = COLUMNS.map((name) => header.indexOf(name));
  if (places.includes(-1)) return no(`the columns are ${COLUMNS.join(', ')}`);
  const lines: BankLine[] = [];
  for (const [number, row] of rows.entries()) {
    const [day = '', amount = '', currency, reference = ''] = places.map((place) => row[place]);
    const time = readTime(day);
    const [, sign, digits = ''] = /^(-?)(.*)$/.exec(amount) ?? [];
    const minor = minorOf(digits, asset);
    if (currency !== currencyOf(asset)) return no(`line ${number + 2}: another currency`);
    if (time === undefined || minor === undefined) return no(`line ${number + 2}`);
    const key = ours.exec(reference)?.[0] ?? `bank ${reference || `line ${number + 2}`}`;
    lines.push({ key, amount: sign === '-' ? -minor : minor, at: time, bank: '' });
  }
  return accept(lines);
}
