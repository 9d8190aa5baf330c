import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BILL, equalBytes } from '@coinbox/protocol';
import { exampleBytes, exampleId, exampleMessage, exampleTime } from '@coinbox/protocol/testing';
import { priceReadings } from '@coinbox/tariff';
import { billFor } from './bill-for.ts';
import { openBook } from './book.ts';
import type { SessionState } from './state.ts';
import { temporaryFolder } from './testing/folder.ts';
import { kit, kitMeters, kitProvider, kitSession, kitTariff, kitTerminal } from './testing/kit.ts';

const [first, last] = kitMeters([0, 6170]);
const open: SessionState = {
  session: kitSession,
  terminal: kitTerminal,
  number: 1,
  lastMeter: first!.hash,
  tariffHash: kitTariff.hash,
  readings: first!.body.readings,
  final: false,
};
const readings = [...open.readings, ...last!.body.readings];
const ended: SessionState = { ...open, number: 2, lastMeter: last!.hash, readings, final: true };

function makeBill() {
  const price = priceReadings(kitTariff.tariff, readings);
  assert.ok(price.ok);
  const bill = exampleId('bill', 'bill');
  const terms = { sequence: 1, bill, provider: kitProvider, now: exampleTime(0) };
  return exampleMessage(BILL, billFor(ended, price.value, terms), kit.provider);
}
const bill = makeBill();
const billed: SessionState = { ...ended, bill: bill.body.bill };

test('what is recorded is there after the book was opened again', (t) => {
  const folder = temporaryFolder(t);
  const before = openBook(folder);
  before.record(open, first);
  assert.deepEqual([before.nextSequence(), [...before.pending()].length], [1, 0]);
  before.record(billed, last, bill);
  before.close();
  const book = openBook(folder);
  assert.deepEqual(book.session(kitSession), billed);
  assert.ok(equalBytes(book.meterHash(kitSession, 1)!, first!.hash));
  assert.equal(book.meterHash(kitSession, 3), undefined);
  assert.equal(book.nextSequence(), 2);
  const [pending] = [...book.pending(kitTerminal)];
  assert.deepEqual(
    [pending?.peer, pending && equalBytes(pending.bytes, bill.bytes)],
    [kitTerminal, true],
  );
  assert.deepEqual([...book.pending(kitProvider)], []);
  assert.equal(book.billByHash(bill.hash)?.amount, 1234n);
  book.close();
});

test('a session has one bill: a second one is a fault, and nothing of it stays', (t) => {
  const book = openBook(temporaryFolder(t));
  book.record(open, first);
  book.record(billed, last, bill);
  const second = exampleMessage(
    BILL,
    { ...bill.body, bill: exampleId('bill', 'second'), sequence: 2 },
    kit.provider,
  );
  assert.throws(() => book.record({ ...billed, bill: second.body.bill }, undefined, second));
  assert.deepEqual([book.nextSequence(), [...book.pending()].length], [2, 1]);
  assert.equal(book.session(kitSession)?.bill, bill.body.bill);
  book.close();
});

test('an acknowledged message leaves the outbox once, and may change its bill', (t) => {
  const book = openBook(temporaryFolder(t));
  book.record(open, first);
  book.record(billed, last, bill);
  let asked = 0;
  const change = (one: { state: string }) => {
    asked += 1;
    return { ...one, state: 'void' } as never;
  };
  book.acknowledged(exampleBytes('unknown'), change);
  book.acknowledged(bill.hash, change);
  book.acknowledged(bill.hash, change);
  assert.deepEqual([asked, [...book.pending()].length], [1, 0]);
  assert.equal(book.billByHash(bill.hash)?.state, 'void');
  book.close();
});

test('a bill is found by its id and by its hash, with what has become of it', (t) => {
  const book = openBook(temporaryFolder(t));
  book.record(open, first);
  book.record(billed, last, bill);
  const known = book.bill(bill.body.bill);
  assert.ok(known);
  assert.deepEqual(known, book.billByHash(bill.hash));
  assert.equal(book.bill(exampleId('bill', 'other')), undefined);
  const settled = {
    ...known,
    state: 'settled',
    receiptIndex: 77,
    settledAt: exampleTime(9),
  } as const;
  book.change(settled, {
    typ: 'coinbox.receipt',
    hash: exampleBytes('r'),
    bytes: new Uint8Array(1),
  });
  assert.deepEqual(book.bill(bill.body.bill), settled);
  book.close();
});

test('finals without a bill are found by their problem', (t) => {
  const book = openBook(temporaryFolder(t));
  book.record(open, first);
  book.record({ ...ended, problem: 'tariff-invalid' }, last);
  assert.deepEqual(book.unbilled('tariff-invalid'), [kitSession]);
  assert.deepEqual(book.unbilled('meter-invalid'), []);
  assert.equal(book.session(kitSession)?.problem, 'tariff-invalid');
  book.close();
});
