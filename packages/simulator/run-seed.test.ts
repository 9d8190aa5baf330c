import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runWorkers } from './run-workers.ts';
import type { SeedOrder } from './run-workers.ts';
import type { WorkerNews } from './seed-worker.ts';
import { unreached } from './situations.ts';
import { createTally } from './tally.ts';

async function run(order: Partial<SeedOrder>): Promise<readonly WorkerNews[]> {
  const news: WorkerNews[] = [];
  await runWorkers({ firstSeed: 1, seeds: 1, workers: 1, ...order }, (one) => void news.push(one));
  return news;
}

const hashes = (news: readonly WorkerNews[]): ReadonlyMap<number, string> =>
  new Map(news.map(({ seed, traceHash }) => [seed, traceHash]));

describe('runSeed()', () => {
  it('finds nothing wrong in sixty seeds, and reaches what sixty seeds have to reach', async () => {
    const tally = createTally();
    const news = await run({ seeds: 60, workers: 2 });
    for (const { seed, failure, counts } of news) {
      assert.equal(failure, undefined, `npm run simulate -- --seed ${seed}`);
      tally.add(counts);
    }
    assert.equal(news.length, 60);
    assert.deepEqual(unreached(tally.counts, 60), []);
  });

  it('does the same again for the same seed, byte for byte, whatever ran before it', async () => {
    const inOrder = hashes(await run({ firstSeed: 11, seeds: 8 }));
    const apart = hashes(await run({ firstSeed: 11, seeds: 8, workers: 2 }));
    const [alone] = await run({ firstSeed: 15 });
    assert.deepEqual([...apart].sort(), [...inOrder].sort());
    assert.equal(alone?.traceHash, inOrder.get(15));
    assert.equal(new Set(inOrder.values()).size, 8);
  });

  it('finds nothing wrong with true signatures either, and does the same with them', async () => {
    const order = { firstSeed: 1, seeds: 3 };
    const real = await run({ ...order, realSignatures: true });
    assert.deepEqual(
      real.map(({ failure }) => failure),
      [undefined, undefined, undefined],
    );
    assert.deepEqual(hashes(real), hashes(await run(order)));
  });
});
