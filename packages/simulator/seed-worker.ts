import { parentPort, workerData } from 'node:worker_threads';
import { plant } from './plant.ts';
import { PLANTED_BUGS } from './planted-bugs.ts';
import type { Outcome } from './run-seed.ts';

/** What a worker is asked to do. */
export type WorkerOrder = {
  readonly firstSeed: number;
  readonly seeds: number;
  /** From one seed to the next one. */
  readonly step: number;
  /** Name of the bug to plant before anything of the parties is loaded. */
  readonly bug?: string;
};

/** What a worker tells: each outcome without its trace, but for one that has failed. */
export type WorkerNews = Omit<Outcome, 'counts'> & { readonly counts: [string, number][] };

/** Runs the seeds of the order one after the other; stops at the first that fails. */
async function work({ firstSeed, seeds, step, bug }: WorkerOrder): Promise<void> {
  const planted = PLANTED_BUGS.find(({ name }) => name === bug);
  if (bug !== undefined && !planted) throw new Error(`no planted bug is called ${bug}`);
  if (planted) plant(planted);
  const { createGenesis } = await import('./genesis.ts');
  const { runSeed } = await import('./run-seed.ts');
  const genesis = await createGenesis();
  for (let seed = firstSeed, left = seeds; left > 0; seed += step, left--) {
    const { trace, counts, ...outcome } = await runSeed(genesis, seed);
    const isWanted = outcome.failure !== undefined || seeds === 1;
    const news: WorkerNews = { ...outcome, counts: [...counts], trace: isWanted ? trace : [] };
    parentPort?.postMessage(news);
    if (outcome.failure !== undefined) return;
  }
}

if (parentPort) await work(workerData as WorkerOrder);
