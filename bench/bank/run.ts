import { startPostgres } from '@coinbox/ledger/testing';
import { parseArgs } from 'node:util';
import { runBank } from './run-bank.ts';

// node bench/bank/run.ts [--calls N] [--clients N] [--kills N] [--seed N] [--postgres]
// Ends with 0 where the check has found nothing, else with 1. A million calls take some minutes.

const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '1000000' },
    clients: { type: 'string', default: '64' },
    kills: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    postgres: { type: 'boolean', default: false },
  },
});
const [calls, clients, kills, seed] = [values.calls, values.clients, values.kills, values.seed].map(
  Number,
) as [number, number, number, number];
const server = values.postgres ? await startPostgres() : undefined;
try {
  const place = server ? { database: server.url() } : {};
  const run = await runBank({ calls, clients, kills, seed, ...place });
  process.stdout.write(`${JSON.stringify(run, null, 2)}\n`);
  process.exitCode = run.found === 0 ? 0 : 1;
} finally {
  await server?.discard();
}
