import assert from 'node:assert/strict';
import { test } from 'node:test';
import { money, settlementIdOf } from '@coinbox/protocol';
import type { Finding, IssuerSettlement } from './reconcile.ts';
import { exampleId } from '@coinbox/protocol/testing';
import { reconcile } from './reconcile.ts';
import type { BillRecord } from './state.ts';
import { kitBill } from './testing/kit.ts';

const settled = kitBill({ state: 'settled', receiptIndex: 77 });
const id = settlementIdOf(settled.bill, settled.session);
const posted = (over: Partial<IssuerSettlement> = {}): IssuerSettlement => ({
  id,
  index: 77,
  status: 'posted',
  amount: '1234',
  ...over,
});
const kinds = (findings: readonly Finding[]): string[] => findings.map(({ kind }) => kind);

const rows: readonly [
  string,
  readonly BillRecord[],
  readonly IssuerSettlement[],
  number,
  readonly string[],
][] = [
  ['bill, receipt and settlement agree', [settled], [posted()], 1, []],
  ['the receipt is missing', [kitBill()], [posted()], 0, ['missing-receipt']],
  ['the bill is missing', [], [posted()], 0, ['missing-bill']],
  ['the issuer shows no settlement', [settled], [], 0, ['missing-settlement']],
  ['the amounts differ', [settled], [posted({ amount: '1235' })], 0, ['amount-differs']],
  [
    'the amounts differ and the receipt is missing',
    [kitBill()],
    [posted({ amount: '1' })],
    0,
    ['amount-differs', 'missing-receipt'],
  ],
  ['it was settled twice', [settled], [posted(), posted({ index: 78 })], 1, ['duplicate']],
  ['it was refused', [kitBill({ state: 'refused' })], [posted({ status: 'refused' })], 0, []],
  ['nothing was ever settled', [kitBill()], [], 0, []],
];

for (const [name, bills, settlements, agreed, expected] of rows) {
  test(`reconcile(): ${name}`, () => {
    const result = reconcile(bills, settlements);
    assert.deepEqual([result.agreed, kinds(result.findings)], [agreed, expected]);
  });
}

test('a finding names settlement, bill and both amounts', () => {
  const other = kitBill({ bill: exampleId('bill', 'other'), amount: money(5n) });
  const { findings } = reconcile([settled, other], [posted({ amount: '1000' })]);
  assert.deepEqual(findings, [
    { kind: 'amount-differs', settlement: id, bill: settled.bill, billed: 1234n, settled: 1000n },
  ]);
});
