import type { XmlElement } from '../xml.ts';

// The parts of the message definitions camt.053.001.08 and camt.054.001.08 (ISO 20022) that concern
// elements which we write: their order, how often each may come, and what may be in it.

type Text = (text: string) => boolean;
type Content = Text | readonly Rule[] | { readonly choice: readonly Rule[] };
/** `least` and `most`: how often it comes where its parent is. */
type Rule = {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  readonly content: Content;
  readonly currency?: true;
};

const rule = (name: string, times: '0..1' | '1..1' | '0..n' | '1..n', content: Content): Rule => {
  const [least, most] = times.split('..') as [string, string];
  return { name, least: Number(least), most: most === 'n' ? Infinity : 1, content };
};
const money = (name: string): Rule => ({ ...rule(name, '1..1', amount), currency: true });

const text =
  (most: number): Text =>
  (value) =>
    value.length >= 1 && value.length <= most;
const oneOf =
  (...words: readonly string[]): Text =>
  (value) =>
    words.includes(value);
const matching =
  (pattern: RegExp): Text =>
  (value) =>
    pattern.test(value);

/** ISODateTime, with a zone as we write it. */
const dateTime = matching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/);
/** 18 digits, 5 of them behind the point. */
const amount: Text = (value) =>
  /^\d+(?:\.\d{1,5})?$/.test(value) && value.replace('.', '').length <= 18;
const count = matching(/^\d{1,15}$/);
const side = rule('CdtDbtInd', '1..1', oneOf('CRDT', 'DBIT'));
const other = [rule('Othr', '1..1', [rule('Id', '1..1', text(34))])];
const accountId = rule('Id', '1..1', other);
const date = { choice: [rule('DtTm', '1..1', dateTime)] };
const partyAccount = [accountId];

const transaction: readonly Rule[] = [
  rule('Refs', '0..1', [rule('EndToEndId', '0..1', text(35))]),
  money('Amt'),
  side,
  rule('RltdPties', '0..1', [
    rule('DbtrAcct', '0..1', partyAccount),
    rule('CdtrAcct', '0..1', partyAccount),
  ]),
  rule('RmtInf', '0..1', [rule('Ustrd', '0..n', text(140))]),
];

const entry: readonly Rule[] = [
  rule('NtryRef', '0..1', text(35)),
  money('Amt'),
  side,
  rule('Sts', '1..1', { choice: [rule('Cd', '1..1', oneOf('BOOK', 'PDNG', 'INFO', 'FUTR'))] }),
  rule('BookgDt', '0..1', date),
  rule('ValDt', '0..1', date),
  rule('AcctSvcrRef', '0..1', text(35)),
  rule('BkTxCd', '1..1', [
    rule('Prtry', '0..1', [rule('Cd', '1..1', text(35)), rule('Issr', '0..1', text(35))]),
  ]),
  rule('NtryDtls', '0..n', [rule('TxDtls', '0..n', transaction)]),
];

const balance: readonly Rule[] = [
  rule('Tp', '1..1', [
    rule('CdOrPrtry', '1..1', {
      choice: [
        rule(
          'Cd',
          '1..1',
          oneOf('CLAV', 'CLBD', 'FWAV', 'INFO', 'ITAV', 'ITBD', 'OPAV', 'OPBD', 'PRCD', 'XPCD'),
        ),
      ],
    }),
  ]),
  money('Amt'),
  side,
  rule('Dt', '1..1', date),
];

const numberAndSum = [rule('NbOfNtries', '0..1', count), rule('Sum', '0..1', amount)];
const summary: readonly Rule[] = [
  rule('TtlNtries', '0..1', [
    ...numberAndSum,
    rule('TtlNetNtry', '0..1', [rule('Amt', '1..1', amount), side]),
  ]),
  rule('TtlCdtNtries', '0..1', numberAndSum),
  rule('TtlDbtNtries', '0..1', numberAndSum),
];

const report = (balances: readonly Rule[]): readonly Rule[] => [
  rule('Id', '1..1', text(35)),
  rule('CreDtTm', '0..1', dateTime),
  rule('FrToDt', '0..1', [rule('FrDtTm', '1..1', dateTime), rule('ToDtTm', '1..1', dateTime)]),
  rule('Acct', '1..1', [accountId, rule('Ccy', '0..1', matching(/^[A-Z]{3}$/))]),
  ...balances,
  rule('TxsSummry', '0..1', summary),
  rule('Ntry', '0..n', entry),
];

const head = rule('GrpHdr', '1..1', [
  rule('MsgId', '1..1', text(35)),
  rule('CreDtTm', '1..1', dateTime),
]);

/** The rules of a message, by the last part of its namespace. */
export const CAMT_RULES: Readonly<Record<string, readonly Rule[]>> = {
  'camt.053.001.08': [
    rule('BkToCstmrStmt', '1..1', [
      head,
      rule('Stmt', '1..n', report([rule('Bal', '1..n', balance)])),
    ]),
  ],
  'camt.054.001.08': [
    rule('BkToCstmrDbtCdtNtfctn', '1..1', [head, rule('Ntfctn', '1..n', report([]))]),
  ],
};

/** What of a document breaks the rules, with its path. */
export function breaches(element: XmlElement, content: Content, path = element.name): string[] {
  if (typeof content === 'function') {
    const isText = element.children.length === 0 && content(element.text);
    return isText ? [] : [`${path} may not be "${element.text}"`];
  }
  const rules = 'choice' in content ? content.choice : content;
  const found: string[] = [];
  if ('choice' in content && element.children.length !== 1) found.push(`${path} has one choice`);
  let place = 0;
  for (const child of element.children) {
    const next = rules.findIndex(({ name }, at) => at >= place && name === child.name);
    if (next < 0) found.push(`${path}/${child.name} has no place here`);
    else place = next;
  }
  for (const { name, least, most, content: inner, currency } of rules) {
    const children = element.children.filter((child) => child.name === name);
    if (children.length < least || children.length > most) {
      found.push(`${path}/${name} comes ${children.length} times`);
    }
    for (const child of children) {
      const hasCurrency = /^[A-Z]{3}$/.test(child.attributes['Ccy'] ?? '');
      if (hasCurrency !== (currency ?? false)) found.push(`${path}/${name} and its currency`);
      found.push(...breaches(child, inner, `${path}/${name}`));
    }
  }
  return found;
}
