import { Worker } from 'node:worker_threads';
import type { WorkerNews, WorkerOrder } from './seed-worker.ts';

const FILE = new URL('./seed-worker.ts', import.meta.url);

/** Runs make much that lives shortly: a large nursery saves a tenth of the time. */
const MEMORY = { maxYoungGenerationSizeMb: 64 };

export type SeedOrder = {
  readonly firstSeed: number;
  readonly seeds: number;
  readonly workers: number;
  readonly bug?: string;
  /** With the true signatures, five times as slow. */
  readonly realSignatures?: boolean;
};

/**
 * Runs seeds on several threads, each every n-th one, and tells of each. A thread stops at the
 * first seed that fails. Throws what a thread throws.
 */
export async function runWorkers(
  { firstSeed, seeds, workers, bug, realSignatures }: SeedOrder,
  tell: (news: WorkerNews) => void,
): Promise<void> {
  const running = Array.from({ length: Math.min(workers, seeds) }, (_, at) =>
    runOne(
      {
        firstSeed: firstSeed + at,
        seeds: Math.ceil((seeds - at) / workers),
        step: workers,
        ...(bug !== undefined && { bug }),
      },
      realSignatures === true,
      tell,
    ),
  );
  await Promise.all(running);
}

function runOne(
  order: WorkerOrder,
  realSignatures: boolean,
  tell: (news: WorkerNews) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const execArgv = realSignatures ? [] : ['--conditions=simulator'];
    const worker = new Worker(FILE, { workerData: order, execArgv, resourceLimits: MEMORY });
    worker.on('message', tell);
    worker.on('error', reject);
    worker.on('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`a thread of the simulator ended with ${code}`)),
    );
  });
}
