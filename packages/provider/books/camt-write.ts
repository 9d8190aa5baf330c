// pure
import { currencyOf, formatMajor } from '@coinbox/protocol';
import type { Asset, Instant, Money } from '@coinbox/protocol';
import { closingOf } from './statement.ts';
import type { Statement, StatementEntry } from './statement.ts';
import { xmlText } from './xml.ts';

/** Messages of ISO 20022 that a statement can be written as. */
export const CAMT = { 'camt.053': 'camt.053.001.08', 'camt.054': 'camt.054.001.08' } as const;
export type Camt = keyof typeof CAMT;

/** What a bank calls these movements: ISO 20022 leaves codes to their issuer. */
const ISSUER = 'coinbox';

type Node = readonly [name: string, content: string | readonly Node[]];

/**
 * A statement as camt.053.001.08 (BankToCustomerStatementV08) or camt.054.001.08
 * (BankToCustomerDebitCreditNotificationV08), piece by piece: the head, each entry, the end.
 */
export function* writeCamt(kind: Camt, statement: Statement): Generator<string> {
  const { id, account, asset, from, to, madeAt } = statement;
  const isStatement = kind === 'camt.053';
  const [message, report] = isStatement
    ? ['BkToCstmrStmt', 'Stmt']
    : ['BkToCstmrDbtCdtNtfctn', 'Ntfctn'];
  yield '<?xml version="1.0" encoding="UTF-8"?>\n';
  yield `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:${CAMT[kind]}">\n<${message}>\n`;
  yield xml('GrpHdr', [
    ['MsgId', id],
    ['CreDtTm', timeOf(madeAt)],
  ]);
  yield `<${report}>\n`;
  yield xml('Id', id);
  yield xml('CreDtTm', timeOf(madeAt));
  yield xml('FrToDt', [
    ['FrDtTm', timeOf(from)],
    ['ToDtTm', timeOf(to)],
  ]);
  yield xml('Acct', [
    ['Id', [['Othr', [['Id', account]]]]],
    ['Ccy', currencyOf(asset)],
  ]);
  if (isStatement) {
    yield balance('OPBD', statement.opening, from, asset);
    yield balance('CLBD', closingOf(statement), to, asset);
  }
  yield summary(statement);
  for (const entry of statement.entries) yield entryXml(entry, asset);
  yield `</${report}>\n</${message}>\n</Document>\n`;
}

const xml = (name: string, content: Node[1]): string =>
  typeof content === 'string'
    ? `<${name}>${xmlText(content)}</${name}>\n`
    : `<${name}>\n${content.map((node) => xml(...node)).join('')}</${name}>\n`;

const timeOf = (at: Instant): string => new Date(at).toISOString();
const absolute = (amount: bigint): bigint => (amount < 0n ? -amount : amount);
const sideOf = (amount: bigint): Node => ['CdtDbtInd', amount < 0n ? 'DBIT' : 'CRDT'];
const majorOf = (amount: bigint, asset: Asset): string =>
  formatMajor(absolute(amount) as Money, asset);
const amountXml = (amount: bigint, asset: Asset): string =>
  `<Amt Ccy="${currencyOf(asset)}">${majorOf(amount, asset)}</Amt>\n`;

/** A balance has an attribute, which the other elements do not. */
const balance = (code: string, amount: bigint, at: Instant, asset: Asset): string =>
  `<Bal>\n${xml('Tp', [['CdOrPrtry', [['Cd', code]]]])}${amountXml(amount, asset)}` +
  `${xml(...sideOf(amount))}${xml('Dt', [['DtTm', timeOf(at)]])}</Bal>\n`;

function summary({ entries, asset }: Statement): string {
  const amounts = entries.map(({ amount }) => amount);
  const sum = (all: readonly bigint[]): bigint => all.reduce((total, one) => total + one, 0n);
  const credits = amounts.filter((amount) => amount >= 0n);
  const debits = amounts.filter((amount) => amount < 0n);
  const counted = (all: readonly bigint[]): Node[] => [
    ['NbOfNtries', `${all.length}`],
    ['Sum', majorOf(sum(all), asset)],
  ];
  const total: Node[] = [
    ['NbOfNtries', `${amounts.length}`],
    ['Sum', majorOf(sum(amounts.map(absolute)), asset)],
    ['TtlNetNtry', [['Amt', majorOf(sum(amounts), asset)], sideOf(sum(amounts))]],
  ];
  return xml('TxsSummry', [
    ['TtlNtries', total],
    ['TtlCdtNtries', counted(credits)],
    ['TtlDbtNtries', counted(debits)],
  ]);
}

function entryXml(entry: StatementEntry, asset: Asset): string {
  const { reference, amount, bookedAt, other, session, bill, index } = entry;
  const party = amount < 0n ? 'CdtrAcct' : 'DbtrAcct';
  const details = [session, bill].filter((one) => one !== undefined).join(' ');
  return (
    `<Ntry>\n${xml('NtryRef', reference)}${amountXml(amount, asset)}${xml(...sideOf(amount))}` +
    xml('Sts', [['Cd', 'BOOK']]) +
    xml('BookgDt', [['DtTm', timeOf(bookedAt)]]) +
    xml('ValDt', [['DtTm', timeOf(bookedAt)]]) +
    (index === undefined ? '' : xml('AcctSvcrRef', `${index}`)) +
    xml('BkTxCd', [
      [
        'Prtry',
        [
          ['Cd', codeOf(reference)],
          ['Issr', ISSUER],
        ],
      ],
    ]) +
    `<NtryDtls>\n<TxDtls>\n${xml('Refs', [['EndToEndId', reference]])}` +
    `${amountXml(amount, asset)}${xml(...sideOf(amount))}` +
    (other === undefined
      ? ''
      : xml('RltdPties', [[party, [['Id', [['Othr', [['Id', other]]]]]]]])) +
    (details === '' ? '' : xml('RmtInf', [['Ustrd', details]])) +
    '</TxDtls>\n</NtryDtls>\n</Ntry>\n'
  );
}

const codes: Readonly<Record<string, string>> = {
  stl: 'settlement',
  iss: 'issuance',
  rdm: 'redemption',
  pay: 'payment',
  rfd: 'refund',
};
const codeOf = (reference: string): string => codes[reference.slice(0, 3)] ?? 'movement';
