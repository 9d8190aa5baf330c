import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { PLANTED_BUGS } from './planted-bugs.ts';
import type { PlantedBug } from './planted-bug.ts';
import { bugTable, shortFailure, sumLine, tallyLines, withTable } from './report.ts';
import type { BugFound } from './report.ts';
import { runWorkers } from './run-workers.ts';
import type { SeedOrder } from './run-workers.ts';
import type { WorkerNews } from './seed-worker.ts';
import { unreached } from './situations.ts';
import { createTally } from './tally.ts';

const USAGE = `npm run simulate -- [options]

  --seeds N          so many seeds (1,000)
  --first-seed S     from this one on (1)
  --seed S           this one alone, with its trace
  --workers N        threads (2)
  --bug NAME         with this bug planted
  --bugs             plants every bug, one at a time, and writes docs/verification.md
  --real-signatures  with true signatures instead of their stand-in
`;

const PAGE = join(import.meta.dirname, '../../docs/verification.md');
/** A planted bug has to be found by one of so many seeds. */
const SEEDS_FOR_A_BUG = 500;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '1000' },
      'first-seed': { type: 'string', default: '1' },
      seed: { type: 'string' },
      workers: { type: 'string', default: '2' },
      bug: { type: 'string' },
      bugs: { type: 'boolean', default: false },
      'real-signatures': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const numbers = [values.seeds, values['first-seed'], values.seed ?? '1', values.workers];
  if (values.help || !numbers.every((text) => /^[1-9][0-9]{0,14}$/.test(text))) {
    process.stdout.write(USAGE);
    return values.help ? 0 : 64;
  }
  if (values.bugs) return plantAll(Number(values.workers));
  return runSeeds({
    firstSeed: Number(values.seed ?? values['first-seed']),
    seeds: values.seed === undefined ? Number(values.seeds) : 1,
    workers: Number(values.workers),
    ...(values.bug !== undefined && { bug: values.bug }),
    realSignatures: values['real-signatures'],
  });
}

async function runSeeds(order: SeedOrder): Promise<number> {
  const tally = createTally();
  const failed: WorkerNews[] = [];
  const sum = { seeds: 0, events: 0, simulatedMs: 0 };
  const began = performance.now();
  await runWorkers(order, (news) => {
    sum.seeds += 1;
    sum.events += news.events;
    sum.simulatedMs += news.simulatedMs;
    tally.add(news.counts);
    if (news.failure !== undefined) failed.push(news);
    if (order.seeds === 1) for (const line of news.trace) say(line);
    if (order.seeds === 1) say(`trace ${news.traceHash}`);
  });
  for (const line of tallyLines(tally.counts)) say(line);
  say(sumLine({ ...sum, tookMs: performance.now() - began }));
  const [worst] = failed.sort((a, b) => a.seed - b.seed);
  if (worst) {
    if (order.seeds > 1) for (const line of worst.trace) say(line);
    say(`seed ${worst.seed}: ${worst.failure}`);
    say(`again: npm run simulate -- --seed ${worst.seed}`);
    return 1;
  }
  const missing = order.bug === undefined ? unreached(tally.counts, order.seeds) : [];
  for (const situation of missing) say(`never reached: ${situation}`);
  return missing.length > 0 ? 1 : 0;
}

/** Every planted bug, several at a time, until a seed finds it. */
async function plantAll(workers: number): Promise<number> {
  const waiting = [...PLANTED_BUGS];
  const found = new Map<PlantedBug, BugFound>();
  const work = async (): Promise<void> => {
    for (let bug = waiting.shift(); bug; bug = waiting.shift()) {
      const one = await findBug(bug);
      found.set(bug, one);
      const by = one.failure === undefined ? '' : `: ${shortFailure(one.failure)}`;
      say(`${one.seed === undefined ? 'NOT FOUND' : `seed ${one.seed}`}  ${bug.name}${by}`);
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  const all = PLANTED_BUGS.map((bug) => found.get(bug) ?? { bug });
  writeFileSync(PAGE, withTable(readFileSync(PAGE, 'utf8'), bugTable(all)));
  const missed = all.filter(({ seed }) => seed === undefined).length;
  say(`${all.length - missed} of ${all.length} planted bugs found`);
  return missed > 0 ? 1 : 0;
}

async function findBug(bug: PlantedBug): Promise<BugFound> {
  let found: BugFound = { bug };
  const order = { firstSeed: 1, seeds: SEEDS_FOR_A_BUG, workers: 1, bug: bug.name };
  await runWorkers(order, ({ seed, failure }) => {
    if (failure !== undefined) found = { bug, seed, failure };
  });
  return found;
}

process.exitCode = await main();
