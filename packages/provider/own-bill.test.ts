import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MAX_MONEY, money } from '@coinbox/protocol';
import type { BillLine } from '@coinbox/protocol';
import { exampleBytes, exampleId, exampleTime } from '@coinbox/protocol/testing';
import { BILL_LIFE_MS } from './bill-for.ts';
import { billOfLines, readBillLines } from './own-bill.ts';
import type { SessionState } from './state.ts';
import { kitProvider, kitReadings, kitSession, kitTariff, kitTerminal } from './testing/kit.ts';

const state: SessionState = {
  session: kitSession,
  terminal: kitTerminal,
  number: 1,
  lastMeter: exampleBytes('meter'),
  tariffHash: kitTariff.hash,
  readings: kitReadings(0, 6170),
  final: true,
  problem: 'bill-pending',
};
const terms = {
  sequence: 7,
  bill: exampleId('bill', 'bill'),
  provider: kitProvider,
  now: exampleTime(0),
};
const line: BillLine = {
  description: '会员 Energy',
  quantity: '6.17',
  unit: 'kWh',
  unitPrice: '1.80',
  net: money(982n),
  tax: money(128n),
};
const bill = (...lines: readonly BillLine[]) => billOfLines(state, lines, 'CNY/2', terms);
const codeOf = (result: ReturnType<typeof bill>) => !result.ok && result.rejection.code;

describe('billOfLines()', () => {
  it('adds the lines up, and names the session, its tariff and its last METER', () => {
    const made = bill(line, { ...line, net: money(1n), tax: money(0n) });
    assert.ok(made.ok);
    const { amount, session, meterHash, tariffHash, final, validUntil } = made.value;
    assert.deepEqual(
      { amount, session, meterHash, tariffHash, final, validUntil },
      {
        amount: 1_111n,
        session: kitSession,
        meterHash: state.lastMeter,
        tariffHash: state.tariffHash,
        final: true,
        validUntil: exampleTime(BILL_LIFE_MS),
      },
    );
  });

  it('makes a bill of nothing from no lines', () => {
    const made = bill();
    assert.equal(made.ok && made.value.amount, 0n);
  });

  const bad: readonly (readonly [string, Partial<BillLine>])[] = [
    ['no description', { description: '' }],
    ['a description of 81 characters', { description: 'x'.repeat(81) }],
    ['a unit of 13 characters', { unit: 'x'.repeat(13) }],
    ['a control character', { quantity: '1\n2' }],
    ['a mark that turns the direction', { description: 'a\u202eb' }],
    ['half a character', { description: '\ud800' }],
    ['a text that is not in form C', { description: 'e\u0301' }],
  ];
  for (const [title, over] of bad) {
    it(`refuses ${title}`, () => assert.equal(codeOf(bill({ ...line, ...over })), 'bill-text'));
  }

  it('refuses 17 lines, and more money than there can be', () => {
    assert.equal(codeOf(bill(...Array.from({ length: 17 }, () => line))), 'bill-invalid');
    const most = { ...line, net: MAX_MONEY as typeof line.net };
    assert.equal(codeOf(bill(most, line)), 'bill-invalid');
  });
});

describe('readBillLines()', () => {
  const json = { ...line, net: '982', tax: '128' };

  it('reads what JSON has of a line, with nothing as an amount too', () => {
    assert.deepEqual(readBillLines([json]), { ok: true, value: [line] });
    const free = readBillLines([{ ...json, tax: '0' }]);
    assert.equal(free.ok && free.value[0]?.tax, 0n);
  });

  const bad: readonly (readonly [string, unknown])[] = [
    ['no array', { 0: json }],
    ['a line that is none', [null]],
    ['a field that no line has', [{ ...json, discount: '1' }]],
    ['a missing text', [{ ...json, unit: undefined }]],
    ['a quantity as a number', [{ ...json, quantity: 6.17 }]],
    ['an amount as a number', [{ ...json, net: 982 }]],
    ['an amount below nothing', [{ ...json, net: '-1' }]],
    ['an amount with a point', [{ ...json, tax: '1.28' }]],
    ['no tax', [{ ...json, tax: undefined }]],
  ];
  for (const [title, lines] of bad) {
    it(`refuses ${title}`, () => {
      const read = readBillLines(lines);
      assert.equal(!read.ok && read.rejection.code, 'malformed-value');
    });
  }
});
