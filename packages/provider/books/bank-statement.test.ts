import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readBankStatement } from './bank-statement.ts';

const ISSUANCE = 'iss_01HF7YAT00V5CVQD5WYNFAMH4R';
const DAY = Date.UTC(2026, 0, 31);

const balance = (code: string, amount: string, side = 'CRDT'): string =>
  `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">${amount}</Amt>` +
  `<CdtDbtInd>${side}</CdtDbtInd><Dt><Dt>2026-01-31</Dt></Dt></Bal>`;
const entry = (amount: string, side: string, details = '', ref = 'B1', sts = 'BOOK'): string =>
  `<Ntry><Amt Ccy="EUR">${amount}</Amt><CdtDbtInd>${side}</CdtDbtInd><Sts>${sts}</Sts>` +
  `<BookgDt><Dt>2026-01-31</Dt></BookgDt><AcctSvcrRef>${ref}</AcctSvcrRef>` +
  `<NtryDtls>${details}</NtryDtls></Ntry>`;
const endToEnd = (text: string, amount = ''): string =>
  `<TxDtls><Refs><EndToEndId>${text}</EndToEndId></Refs>${amount}</TxDtls>`;
const camt = (...parts: readonly string[]): string =>
  `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt>` +
  `<GrpHdr/><Stmt>${parts.join('')}</Stmt></BkToCstmrStmt></Document>`;
const part = (amount: string, side = 'CRDT'): string =>
  `<Amt Ccy="EUR">${amount}</Amt><CdtDbtInd>${side}</CdtDbtInd>`;

describe('readBankStatement() of camt.053', () => {
  const good: readonly (readonly [string, string, readonly object[]])[] = [
    [
      'a credit with an id of ours, in the old form of the status',
      camt(
        balance('OPBD', '5.00'),
        balance('CLBD', '105.50'),
        entry('100.50', 'CRDT', endToEnd(ISSUANCE)),
      ),
      [{ key: ISSUANCE, amount: 10_050n, at: DAY }],
    ],
    [
      'a debit, a remittance text around the id, and an overdrawn account',
      camt(
        balance('PRCD', '1'),
        balance('CLBD', '1.00', 'DBIT'),
        entry(
          '2.00',
          'DBIT',
          `<TxDtls><RmtInf><Ustrd>pay out ${ISSUANCE}.</Ustrd></RmtInf></TxDtls>`,
        ),
      ),
      [{ key: ISSUANCE, amount: -200n, at: DAY }],
    ],
    [
      'a movement that is none of ours, under the name that the bank gives it',
      camt(balance('OPBD', '0'), balance('CLBD', '1.00'), entry('1.00', 'CRDT')),
      [{ key: 'bank B1', amount: 100n, at: DAY }],
    ],
    [
      'each movement of a batch',
      camt(
        balance('OPBD', '0'),
        balance('CLBD', '3.00'),
        entry('3.00', 'CRDT', endToEnd(ISSUANCE, part('1.00')) + endToEnd('x', part('2.00'))),
      ),
      [
        { key: ISSUANCE, amount: 100n, at: DAY },
        { key: 'bank B1/2', amount: 200n, at: DAY },
      ],
    ],
    [
      'nothing of what is not booked yet',
      camt(balance('OPBD', '0'), balance('CLBD', '0'), entry('1.00', 'CRDT', '', 'B1', 'PDNG')),
      [],
    ],
  ];
  for (const [what, text, value] of good) {
    test(`reads ${what}`, () => {
      assert.deepEqual(readBankStatement(text, 'EUR/2'), { ok: true, value });
    });
  }

  const zero = [balance('OPBD', '0'), balance('CLBD', '1.00')].join('');
  const bad: readonly (readonly [string, string, string])[] = [
    ['another message', '<Document><BkToCstmrDbtCdtNtfctn/></Document>', 'import-invalid'],
    ['a document type', `<!DOCTYPE x>${camt(zero, entry('1.00', 'CRDT'))}`, 'import-invalid'],
    ['a wrong total', camt(zero, entry('1.01', 'CRDT')), 'import-invalid'],
    ['no balances', camt(entry('1.00', 'CRDT')), 'import-invalid'],
    ['three decimals of euros', camt(zero, entry('1.001', 'CRDT')), 'import-invalid'],
    ['a negative amount', camt(zero, entry('-1.00', 'CRDT')), 'import-invalid'],
    ['neither credit nor debit', camt(zero, entry('1.00', 'BOTH')), 'import-invalid'],
    ['another currency', camt(zero, entry('1.00', 'CRDT').replace('EUR', 'USD')), 'import-invalid'],
    [
      'a batch that does not add up',
      camt(zero, entry('1.00', 'CRDT', endToEnd('a', part('1.00')) + endToEnd('b', part('1.00')))),
      'import-invalid',
    ],
    [
      'no date',
      camt(zero, entry('1.00', 'CRDT').replace(/<BookgDt>.*<\/BookgDt>/, '')),
      'import-invalid',
    ],
    [
      'an entry twice',
      camt(
        balance('OPBD', '0'),
        balance('CLBD', '2.00'),
        entry('1.00', 'CRDT'),
        entry('1.00', 'CRDT'),
      ),
      'import-duplicate',
    ],
  ];
  for (const [what, text, code] of bad) {
    test(`refuses ${what}: ${code}`, () => {
      const read = readBankStatement(text, 'EUR/2');
      assert.equal(read.ok ? 'read' : read.rejection.code, code);
    });
  }
});

describe('readBankStatement() of CSV', () => {
  const head = 'booked_on,amount,currency,reference\n';

  test('reads the columns wherever they stand', () => {
    const text =
      'reference,currency,note,amount,booked_on\r\n' +
      `"transfer ${ISSUANCE}",EUR,,100.50,2026-01-31\r\n,EUR,,-1,2026-01-31T10:00:00Z\r\n`;
    assert.deepEqual(readBankStatement(text, 'EUR/2'), {
      ok: true,
      value: [
        { key: ISSUANCE, amount: 10_050n, at: DAY },
        { key: 'bank line 3', amount: -100n, at: DAY + 36_000_000 },
      ],
    });
  });

  for (const [what, text] of [
    ['no columns', 'a,b\n1,2\n'],
    ['another currency', `${head}2026-01-31,1.00,USD,x\n`],
    ['a date that is none', `${head}2026-02-31x,1.00,EUR,x\n`],
    ['an amount with a comma', `${head}2026-01-31,"1,00",EUR,x\n`],
    ['an amount that is none', `${head}2026-01-31,1e3,EUR,x\n`],
    ['three decimals', `${head}2026-01-31,1.005,EUR,x\n`],
    ['a torn line', `${head}2026-01-31,"1.00`],
  ] as const) {
    test(`refuses ${what}`, () => {
      const read = readBankStatement(text, 'EUR/2');
      assert.equal(read.ok ? 'read' : read.rejection.code, 'import-invalid');
    });
  }
});
