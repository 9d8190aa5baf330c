import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Instant } from '@coinbox/protocol';
import { createReconciler } from './reconciler.ts';
import type { BookLine } from './reconciler.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const sides = ['bill', 'receipt', 'journal'];
const start = () => createReconciler({ sides, graceMs: 2 * DAY, apartMs: DAY });
const line = (over: Partial<BookLine> = {}): BookLine => ({
  key: 'stl_1',
  amount: 100n,
  at: DAY as Instant,
  from: 'wal_t',
  to: 'wal_p',
  ...over,
});

describe('createReconciler()', () => {
  const rows: readonly (readonly [string, Partial<Record<string, BookLine[]>>, string[]])[] = [
    ['all agree', { bill: [line()], receipt: [line()], journal: [line()] }, []],
    ['the receipt is missing', { bill: [line()], journal: [line()] }, ['missing receipt']],
    ['the bill is missing', { receipt: [line()], journal: [line()] }, ['missing bill']],
    ['only a bill is there', { bill: [line()] }, ['missing receipt', 'missing journal']],
    [
      'a receipt comes twice',
      { bill: [line()], receipt: [line(), line()], journal: [line()] },
      ['duplicate receipt'],
    ],
    [
      'the receipt has another amount',
      { bill: [line()], receipt: [line({ amount: 101n })], journal: [line()] },
      ['amount receipt'],
    ],
    [
      'the receipt went to another wallet',
      { bill: [line()], receipt: [line({ to: 'wal_x' })], journal: [line()] },
      ['mapping receipt'],
    ],
    [
      'the journal is of another terminal',
      { bill: [line()], receipt: [line()], journal: [line({ from: 'wal_x' })] },
      ['mapping journal'],
    ],
    [
      'it was settled more than a day later',
      {
        bill: [line()],
        receipt: [line({ at: (2 * DAY + 1) as Instant })],
        journal: [line()],
      },
      ['timing receipt'],
    ],
    [
      'amount and receiver differ',
      { bill: [line()], receipt: [line({ amount: 1n, to: 'wal_x' })], journal: [line()] },
      ['amount receipt', 'mapping receipt'],
    ],
  ];
  for (const [what, books, wanted] of rows) {
    test(`when ${what}: ${wanted.join(', ') || 'no break'}`, () => {
      const reconciler = start();
      for (const [side, lines = []] of Object.entries(books)) {
        for (const one of lines) reconciler.add(side, one);
      }
      reconciler.finish();
      const found = reconciler.takeBreaks().map(({ kind, side }) => `${kind} ${side}`);
      assert.deepEqual(found.toSorted(), wanted.toSorted());
      assert.deepEqual(reconciler.days.get('1970-01-02')?.agreed, wanted.length === 0 ? 1 : 0);
    });
  }

  test('does not hold it against a side that it does not know giver or receiver', () => {
    const reconciler = start();
    const { from: _from, to: _to, ...bare } = line();
    reconciler.add('bill', bare);
    reconciler.add('receipt', line());
    reconciler.add('journal', line());
    reconciler.finish();
    assert.deepEqual(reconciler.takeBreaks(), []);
  });

  test('waits for a side as long as the time of grace, and no longer', () => {
    const reconciler = start();
    reconciler.add('bill', line());
    reconciler.add('journal', line());
    reconciler.advance((3 * DAY - 1) as Instant);
    assert.deepEqual([reconciler.takeBreaks().length, reconciler.open], [0, 1]);
    reconciler.advance((3 * DAY) as Instant);
    assert.deepEqual(reconciler.takeBreaks(), [
      { kind: 'missing', key: 'stl_1', side: 'receipt', expected: 100n, day: '1970-01-02' },
    ]);
    assert.equal(reconciler.open, 0);
  });

  test('knows a repetition after the movement was complete', () => {
    const reconciler = start();
    for (const side of sides) reconciler.add(side, line());
    reconciler.advance((2 * DAY) as Instant);
    reconciler.add('receipt', line({ amount: 7n }));
    assert.deepEqual(reconciler.takeBreaks(), [
      {
        kind: 'duplicate',
        key: 'stl_1',
        side: 'receipt',
        expected: 100n,
        found: 7n,
        day: '1970-01-02',
      },
    ]);
  });

  test('forgets what is complete and old', () => {
    const reconciler = start();
    for (let day = 0; day < 100; day++) {
      const at = (day * DAY) as Instant;
      for (const side of sides) reconciler.add(side, line({ key: `stl_${day}`, at }));
      reconciler.advance(at);
    }
    assert.equal(reconciler.open, 0);
    assert.equal(reconciler.days.size, 100);
  });

  test('sums up each day by side, in UTC', () => {
    const reconciler = start();
    const late = (DAY - 1) as Instant;
    reconciler.add('bill', line({ at: late }));
    reconciler.add('bill', line({ key: 'stl_2', at: DAY as Instant, amount: -40n }));
    reconciler.add('receipt', line({ at: DAY as Instant }));
    assert.deepEqual(
      [...reconciler.days].map(([day, { sums }]) => [day, sums]),
      [
        ['1970-01-01', { bill: 100n, receipt: 0n, journal: 0n }],
        ['1970-01-02', { bill: -40n, receipt: 100n, journal: 0n }],
      ],
    );
  });
});
