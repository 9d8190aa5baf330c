import { reconcileBooks } from '@coinbox/provider';
import type { BookLine } from '@coinbox/provider';
import type { Instant } from '@coinbox/protocol';
import { lineOf } from '../lib/line.ts';
import type { Line } from '../lib/line.ts';
import type { Extent } from '../lib/suite.ts';

const SIDES = ['bill', 'receipt', 'journal'];
/** One in a thousand has another amount on one side. */
const BROKEN_EVERY = 1_000;
/** Of an extent of 200,000 entries: a million movements. */
const MOVEMENTS_PER_ENTRY = 5;

/** A movement every 10 s, so that most of them are forgotten on the way. */
function* linesOf(place: number, movements: number): Generator<BookLine> {
  for (let n = 0; n < movements; n++) {
    const isBroken = place === 1 && n % BROKEN_EVERY === 7;
    yield {
      key: `stl_01HF7YAT00V5CVQD${String(n).padStart(10, '0')}`,
      amount: BigInt(100 + (n % 900)) + (isBroken ? 1n : 0n),
      at: (1_700_000_000_000 + n * 10_000 + place * 50) as Instant,
      from: 'wal_t',
      to: 'wal_p',
    };
  }
}

/** Three books compared as they are read, beside reading them and no more. */
export async function books({ runs, entries }: Extent): Promise<Line[]> {
  const movements = entries * MOVEMENTS_PER_ENTRY;
  const [values, ratios]: [number[], number[]] = [[], []];
  let seconds = 0;
  for (let run = 0; run < runs; run++) {
    const began = performance.now();
    let read = 0;
    for (const place of SIDES.keys()) for (const _ of linesOf(place, movements)) read += 1;
    const readMs = performance.now() - began;
    const sides = SIDES.map((side, place) => ({ side, lines: linesOf(place, movements) }));
    const start = performance.now();
    const { breaks } = await reconcileBooks(sides);
    const ms = performance.now() - start;
    const wanted = Math.ceil((movements - 7) / BROKEN_EVERY);
    if (breaks.length !== wanted || read !== movements * SIDES.length) {
      throw new Error(`bug: ${breaks.length} breaks of ${wanted} were found`);
    }
    seconds = Math.max(seconds, ms / 1_000);
    values.push(movements / (ms / 1_000));
    ratios.push(readMs / ms);
  }
  const named = {
    name: 'books.reconcile',
    unit: 'movements/s',
    against: 'reading the same lines',
    notes: { movements, slowest_s: Number(seconds.toFixed(1)) },
  };
  return [lineOf(named, values, ratios)];
}
