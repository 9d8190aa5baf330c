import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { money, settlementIdOf } from '@coinbox/protocol';
import type { Instant } from '@coinbox/protocol';
import { exampleId } from '@coinbox/protocol/testing';
import { kitBill } from '../testing/kit.ts';
import { billLines, csvOf, ndjsonOf, statementOf } from './provider-books.ts';

const at = (time: number): Instant => time as Instant;
const settled = kitBill({ state: 'settled', settledAt: at(200), receiptIndex: 77 });
const older = kitBill({
  bill: exampleId('bill', 'older'),
  state: 'settled',
  settledAt: at(99),
  amount: money(50n),
});
const sent = kitBill({ bill: exampleId('bill', 'sent'), issuedAt: at(150), amount: money(7n) });
const refused = kitBill({ bill: exampleId('bill', 'refused'), state: 'refused' });
const empty = kitBill({ bill: exampleId('bill', 'empty'), amount: money(0n) });
const bills = [settled, older, sent, refused, empty];
const key = settlementIdOf(settled.bill, settled.session);
const stretch = { from: at(100), to: at(201) };
const statement = statementOf(bills, exampleId('wallet', 'p'), 'CNY/2', stretch, at(300));

test('billLines() gives what is settled or may be, by the time of the settlement', () => {
  const lines = billLines(bills, 'wal_p');
  assert.deepEqual(
    lines.map((line) => [line.amount, line.at, line.to]),
    [
      [50n, 99, 'wal_p'],
      [7n, 150, 'wal_p'],
      [settled.amount, 200, 'wal_p'],
    ],
  );
  assert.deepEqual([lines[2]?.key, lines[2]?.from], [key, settled.terminal]);
});

describe('statementOf()', () => {
  test('opens with what was settled before, and has what was settled since', () => {
    assert.equal(statement.opening, 50n);
    assert.deepEqual(statement.entries, [
      {
        reference: key,
        amount: settled.amount,
        bookedAt: 200,
        other: settled.terminal,
        session: settled.session,
        bill: settled.bill,
        index: 77,
      },
    ]);
  });

  test('has an id that ISO 20022 can hold', () => assert.ok(statement.id.length <= 35));

  test('begins with the first instant of its stretch, and ends before the last', () => {
    const none = { from: at(201), to: at(300) };
    const one = { from: at(200), to: at(201) };
    const none2 = { from: at(100), to: at(200) };
    const counts = [none, one, none2].map(
      (part) => statementOf(bills, 'wal_p', 'CNY/2', part, at(0)).entries.length,
    );
    assert.deepEqual(counts, [0, 1, 0]);
  });
});

test('csvOf() and ndjsonOf() write an entry on a line', () => {
  const { bill, session, terminal, amount } = settled;
  const time = '1970-01-01T00:00:00.200Z';
  assert.equal(
    [...csvOf(statement)].join(''),
    'settlement,bill,session,terminal,booked_at,index,amount_minor,asset\r\n' +
      `${key},${bill},${session},${terminal},${time},77,${amount},CNY/2\r\n`,
  );
  const [line = ''] = [...ndjsonOf(statement)];
  assert.deepEqual(JSON.parse(line), {
    settlement: key,
    bill,
    session,
    terminal,
    booked_at: time,
    index: 77,
    amount: `${amount}`,
    asset: 'CNY/2',
  });
});
