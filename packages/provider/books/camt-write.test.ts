import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Instant } from '@coinbox/protocol';
import { readBankStatement } from './bank-statement.ts';
import { CAMT, writeCamt } from './camt-write.ts';
import type { Camt } from './camt-write.ts';
import type { Statement } from './statement.ts';
import { CAMT_RULES, breaches } from './testing/camt-rules.ts';
import { parseXml } from './xml.ts';
import type { XmlElement } from './xml.ts';

const DAY = Date.UTC(2026, 0, 31);
const id = (kind: string, last: string): string => `${kind}_01HF7YAT00V5CVQD5WYNFAMH4${last}`;
const statement: Statement = {
  id: 'STMT-2026-01-31',
  account: id('wal', 'P'),
  asset: 'EUR/2',
  from: DAY as Instant,
  to: (DAY + 86_400_000) as Instant,
  madeAt: (DAY + 90_000_000) as Instant,
  opening: 1_005n,
  entries: [
    {
      reference: id('stl', '1'),
      amount: 560n,
      bookedAt: (DAY + 1_000) as Instant,
      other: id('wal', 'T'),
      session: id('ses', '1'),
      bill: id('bil', '1'),
      index: 17,
    },
    { reference: id('rdm', '2'), amount: -1_500n, bookedAt: (DAY + 2_000) as Instant },
  ],
};
const written = (kind: Camt, change: Partial<Statement> = {}): string =>
  [...writeCamt(kind, { ...statement, ...change })].join('');

function parsed(text: string): XmlElement {
  const document = parseXml(text);
  assert.ok(document.ok, JSON.stringify(document));
  return document.value;
}
/** The texts of all elements of a name, in order. */
const texts = (element: XmlElement, name: string): string[] => [
  ...(element.name === name ? [element.text] : []),
  ...element.children.flatMap((child) => texts(child, name)),
];
const rulesOf = (kind: Camt) => CAMT_RULES[CAMT[kind]] as NonNullable<(typeof CAMT_RULES)[string]>;

describe('writeCamt()', () => {
  for (const kind of Object.keys(CAMT) as Camt[]) {
    test(`writes a ${kind} in the order and with the lengths of its definition`, () => {
      const document = parsed(written(kind));
      const namespace = `urn:iso:std:iso:20022:tech:xsd:${CAMT[kind]}`;
      assert.equal(document.attributes['xmlns'], namespace);
      assert.deepEqual(breaches(document, rulesOf(kind)), []);
    });

    test(`writes a ${kind} of a day on which nothing happened`, () => {
      const document = parsed(written(kind, { entries: [] }));
      assert.deepEqual(breaches(document, rulesOf(kind)), []);
      assert.deepEqual(texts(document, 'Ntry'), []);
    });
  }

  test('says the amounts of the currency, their sums and the two balances', () => {
    const document = parsed(written('camt.053'));
    assert.deepEqual(texts(document, 'Amt'), [
      '10.05',
      '0.65',
      '9.40',
      '5.60',
      '5.60',
      '15.00',
      '15.00',
    ]);
    assert.deepEqual(texts(document, 'NbOfNtries'), ['2', '1', '1']);
    assert.deepEqual(texts(document, 'Sum'), ['20.60', '5.60', '15.00']);
    assert.deepEqual(texts(document, 'CdtDbtInd'), [
      'CRDT',
      'CRDT',
      'DBIT',
      'CRDT',
      'CRDT',
      'DBIT',
      'DBIT',
    ]);
    assert.deepEqual(texts(document, 'Ustrd'), [`${id('ses', '1')} ${id('bil', '1')}`]);
  });

  test('writes a currency without decimals', () => {
    const document = parsed(written('camt.053', { asset: 'JPY/0' }));
    assert.deepEqual(texts(document, 'Sum'), ['2060', '560', '1500']);
    assert.deepEqual(breaches(document, rulesOf('camt.053')), []);
  });

  test('keeps what a party has called itself out of the markup', () => {
    const document = parsed(written('camt.053', { id: '</Id><Evil a="1">&\u0000\u0007' }));
    assert.deepEqual(texts(document, 'MsgId'), ['</Id><Evil a="1">&']);
    assert.deepEqual(texts(document, 'Evil'), []);
  });

  test('is read again by the reader of bank statements', () => {
    assert.deepEqual(readBankStatement(written('camt.053'), 'EUR/2'), {
      ok: true,
      value: [
        { key: id('stl', '1'), amount: 560n, at: DAY + 1_000 },
        { key: id('rdm', '2'), amount: -1_500n, at: DAY + 2_000 },
      ],
    });
  });
});

describe('the rules of camt', () => {
  const rows: readonly (readonly [string, RegExp | string, string, RegExp])[] = [
    ['an id of 36 characters', 'STMT-2026-01-31', 'x'.repeat(36), /Id may not be/],
    ['elements in another order', /(<Acct>[^]*<\/Acct>)(\s*<Bal>)/, '$2', /Acct comes 0 times/],
    ['no balance', /<Bal>[^]*<\/Bal>/, '', /Bal comes 0 times/],
    ['an unknown status', '<Cd>BOOK</Cd>', '<Cd>DONE</Cd>', /Cd may not be "DONE"/],
    ['six decimals', '<Amt Ccy="EUR">5.60', '<Amt Ccy="EUR">5.600001', /Amt may not be/],
    ['an amount without a currency', '<Amt Ccy="EUR">5.60', '<Amt>5.60', /Amt and its currency/],
    ['no code of the transaction', /<BkTxCd>[^]*?<\/BkTxCd>/, '', /BkTxCd comes 0 times/],
    ['an element of its own', '<NtryDtls>', '<Own/><NtryDtls>', /Own has no place/],
    ['a status before the amount', /(<NtryRef>)/, '<Sts><Cd>BOOK</Cd></Sts>$1', /no place|2 times/],
  ];
  for (const [what, from, to, wanted] of rows) {
    test(`notice ${what}`, () => {
      const text = written('camt.053').replace(from, to);
      assert.notEqual(text, written('camt.053'));
      assert.match(breaches(parsed(text), rulesOf('camt.053')).join('\n'), wanted);
    });
  }
});
