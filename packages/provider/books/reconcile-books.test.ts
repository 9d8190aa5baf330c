import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Instant } from '@coinbox/protocol';
import { reconcileBooks } from './reconcile-books.ts';
import type { BookSide } from './reconcile-books.ts';
import type { BookLine } from './reconciler.ts';

const SIDES = ['bill', 'receipt', 'journal'] as const;
type Side = (typeof SIDES)[number];
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

type Seeded = { readonly kind: string; readonly side: Side; readonly movement: number };

/** Books of `count` movements, one every 17 minutes, in which the given things were broken. */
function booksWith(count: number, seeded: readonly Seeded[]): Record<Side, BookLine[]> {
  const books: Record<Side, BookLine[]> = { bill: [], receipt: [], journal: [] };
  for (let n = 0; n < count; n++) {
    const at = n * 17 * MINUTE;
    for (const [place, side] of SIDES.entries()) {
      const broken = seeded.find((one) => one.movement === n && one.side === side)?.kind;
      if (broken === 'missing') continue;
      const line: BookLine = {
        key: `stl_${n}`,
        amount: BigInt(100 + n) + (broken === 'amount' ? 1n : 0n),
        at: (at + place * MINUTE + (broken === 'timing' ? 2 * DAY : 0)) as Instant,
        from: 'wal_t',
        to: broken === 'mapping' ? 'wal_other' : 'wal_p',
      };
      books[side].push(line);
      if (broken === 'duplicate') books[side].push(line);
    }
  }
  for (const lines of Object.values(books)) lines.sort((a, b) => a.at - b.at);
  return books;
}

async function* later(lines: readonly BookLine[]): AsyncGenerator<BookLine> {
  yield* lines;
}

const seededBreaks = (count: number) =>
  fc.uniqueArray(fc.nat(count - 1), { maxLength: 12 }).chain((movements) =>
    fc.tuple(
      ...movements.map((movement) =>
        fc.record({
          movement: fc.constant(movement),
          kind: fc.constantFrom('missing', 'duplicate', 'amount', 'mapping', 'timing'),
          // The bill is what the others are compared with.
          side: fc.constantFrom<Side>('receipt', 'journal'),
        }),
      ),
    ),
  );

describe('reconcileBooks()', () => {
  test('finds exactly the breaks that were made, each with its class and side', async () => {
    const count = 300;
    await fc.assert(
      fc.asyncProperty(seededBreaks(count), fc.boolean(), async (seeded, isLater) => {
        const books = booksWith(count, seeded);
        const sides: BookSide[] = SIDES.map((side) => ({
          side,
          lines: isLater ? later(books[side]) : books[side],
        }));
        const { agreed, breaks } = await reconcileBooks(sides);
        const nameOf = (kind: string, side: string, key: string) => `${kind} ${side} ${key}`;
        assert.deepEqual(
          breaks.map(({ kind, side, key }) => nameOf(kind, side, key)).toSorted(),
          seeded
            .map(({ kind, side, movement }) => nameOf(kind, side, `stl_${movement}`))
            .toSorted(),
        );
        assert.equal(agreed, count - seeded.length);
      }),
      { numRuns: 100 },
    );
  });

  test('says on which side a bill is missing', async () => {
    const books = booksWith(5, [{ kind: 'missing', side: 'bill', movement: 3 }]);
    const { breaks } = await reconcileBooks(SIDES.map((side) => ({ side, lines: books[side] })));
    assert.deepEqual(breaks, [
      { kind: 'missing', key: 'stl_3', side: 'bill', expected: 103n, day: '1970-01-01' },
    ]);
  });

  test('leaves open what is still young', async () => {
    const books = booksWith(2, [{ kind: 'missing', side: 'receipt', movement: 1 }]);
    const sides = SIDES.map((side) => ({ side, lines: books[side] }));
    const pace = { graceMs: DAY, apartMs: DAY };
    const early = await reconcileBooks(sides, pace, DAY as Instant);
    assert.deepEqual([early.agreed, early.open, early.breaks.length], [1, 1, 0]);
    const late = await reconcileBooks(sides, pace, (2 * DAY) as Instant);
    assert.deepEqual([late.agreed, late.open, late.breaks.length], [1, 0, 1]);
  });

  test('compares books of nothing', async () => {
    const { agreed, breaks } = await reconcileBooks(SIDES.map((side) => ({ side, lines: [] })));
    assert.deepEqual([agreed, breaks], [0, []]);
  });

  test('lets through what a side throws', async () => {
    async function* broken(): AsyncGenerator<BookLine> {
      yield* booksWith(1, []).bill;
      throw new Error('the disk has failed');
    }
    const failing = reconcileBooks([{ side: 'bill', lines: broken() }]);
    await assert.rejects(failing, /disk has failed/);
  });
});
