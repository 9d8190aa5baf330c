import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BILL, Fault } from '@coinbox/protocol';
import { exampleBytes, exampleId, exampleMessage, exampleTime } from '@coinbox/protocol/testing';
import { priceReadings } from '@coinbox/tariff';
import { billFor } from './bill-for.ts';
import { openBook } from './book.ts';
import type { Book } from './book.ts';
import { createBookMemory, openMemoryBook } from './memory-book.ts';
import type { SessionState } from './state.ts';
import { temporaryFolder } from './testing/folder.ts';
import { kit, kitMeters, kitProvider, kitSession, kitTariff, kitTerminal } from './testing/kit.ts';

// Held to the book in SQLite: after every step of a story both give the same answers.

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

function billNamed(name: string, sequence: number) {
  const price = priceReadings(kitTariff.tariff, readings);
  assert.ok(price.ok);
  const terms = { sequence, bill: exampleId('bill', name), provider: kitProvider };
  const body = billFor(ended, price.value, { ...terms, now: exampleTime(0) });
  return exampleMessage(BILL, body, kit.provider);
}
const bill = billNamed('bill', 1);
const billed: SessionState = { ...ended, bill: bill.body.bill };

/** Each a step, done to both books. */
const story: readonly ((book: Book) => void)[] = [
  () => undefined,
  (book) => book.record(open, first),
  (book) => book.record({ ...ended, problem: 'tariff-invalid' }, last),
  (book) => book.record(billed, undefined, bill),
  (book) => book.acknowledged(exampleBytes('unknown'), (one) => ({ ...one, state: 'void' })),
  (book) =>
    book.change(
      { ...book.billByHash(bill.hash)!, code: 'settlement-parked' },
      { typ: 'coinbox.receipt', hash: exampleBytes('receipt'), bytes: new Uint8Array(1) },
    ),
  (book) =>
    book.change({
      ...book.bill(bill.body.bill)!,
      state: 'settled',
      receiptIndex: 7,
      settledAt: exampleTime(9),
    }),
  (book) => book.acknowledged(bill.hash, (one) => ({ ...one, state: 'void' })),
  (book) => book.acknowledged(bill.hash, (one) => ({ ...one, state: 'refused' })),
];

/** SQLite gives objects without a prototype. */
const answersOf = (book: Book): string =>
  JSON.stringify(
    [
      book.nextSequence(),
      book.session(kitSession),
      book.session(exampleId('session', 'other')),
      [1, 2, 3].map((number) => book.meterHash(kitSession, number)),
      book.bill(bill.body.bill),
      book.bill(exampleId('bill', 'other')),
      book.billByHash(bill.hash),
      book.billByHash(exampleBytes('other')),
      book.unbilled('tariff-invalid'),
      book.unbilled('meter-invalid'),
      ...[undefined, kitTerminal, kitProvider].map((peer) =>
        [...book.pending(peer)].map(({ peer: to, hash, bytes }) => ({ to, hash, bytes })),
      ),
    ],
    (_, part: unknown) =>
      part instanceof Uint8Array
        ? Buffer.from(part).toString('hex')
        : typeof part === 'bigint'
          ? `${part}n`
          : sorted(part),
  );

const sorted = (part: unknown): unknown =>
  typeof part === 'object' && part !== null && !Array.isArray(part)
    ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
    : part;

test('a book in memory answers as the one in SQLite does, step by step', (t) => {
  const books = [openBook(temporaryFolder(t)), openMemoryBook(createBookMemory())];
  for (const [at, step] of story.entries()) {
    books.forEach(step);
    const [sqlite, ours] = books.map(answersOf);
    assert.equal(ours, sqlite, `after step ${at}`);
  }
  books.forEach((book) => book.close());
});

test('opened again over its memory, it is what it was', () => {
  const memory = createBookMemory();
  const book = openMemoryBook(memory);
  for (const step of story.slice(0, 4)) step(book);
  assert.equal(answersOf(openMemoryBook(memory)), answersOf(book));
});

test('it refuses a METER and a bill that are there, and keeps nothing of them', () => {
  const book = openMemoryBook(createBookMemory());
  for (const step of story.slice(0, 4)) step(book);
  const before = answersOf(book);
  const isFault = (thrown: unknown): boolean =>
    thrown instanceof Fault && thrown.code === 'storage-failed';
  assert.throws(() => book.record(open, first), isFault);
  assert.throws(() => book.record(billed, undefined, billNamed('second', 2)), isFault);
  assert.equal(answersOf(book), before);
});
