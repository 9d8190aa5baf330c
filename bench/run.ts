import { availableParallelism, cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { BENCHMARKS } from './benchmarks/index.ts';
import { formatLine } from './lib/line.ts';
import { FULL, QUICK } from './lib/suite.ts';

// npm run bench -- [--json] [--quick] [--list] [--only NAME]… [--wallets N] [--entries N]
// Prints a line for each figure as it is had. bench/README.md says how to read them.

const options = {
  json: { type: 'boolean', default: false },
  quick: { type: 'boolean', default: false },
  list: { type: 'boolean', default: false },
  only: { type: 'string', multiple: true },
  wallets: { type: 'string' },
  entries: { type: 'string' },
} as const;

const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function main(words: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...words], options });
  if (values.list) {
    for (const { name, what } of BENCHMARKS) say(`${name.padEnd(24)}${what}`);
    return 0;
  }
  const { only = [] } = values;
  const wanted = BENCHMARKS.filter(
    ({ name }) => only.length === 0 || only.some((word) => name.startsWith(word)),
  );
  if (wanted.length === 0) {
    process.stderr.write(`no benchmark begins with ${only.join(' or ')}; --list names them\n`);
    return 64;
  }
  const base = values.quick ? QUICK : FULL;
  const extent = {
    ...base,
    wallets: Number(values.wallets ?? base.wallets),
    entries: Number(values.entries ?? base.entries),
  };
  const [busy] = loadavg() as [number];
  if (!values.json) {
    say(`${availableParallelism()} × ${cpus()[0]?.model}, Node ${process.version}`);
    if (busy > 0.5) say(`The machine is busy (load ${busy.toFixed(1)}): trust ratios only.`);
  }
  for (const { run } of wanted) {
    for (const line of await run(extent))
      say(values.json ? JSON.stringify(line) : formatLine(line));
  }
  return 0;
}

process.exitCode = await main(process.argv.slice(2));
