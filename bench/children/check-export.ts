import { readConfig } from '@coinbox/issuer';
import { keyOf, verify } from '@coinbox/verifier';
import { open } from 'node:fs/promises';
import { readJob } from '../lib/processes.ts';

// Verifies an export and does nothing else.

export type CheckedExport = {
  readonly entries: number;
  readonly signatures: number;
  readonly cpuSeconds: number;
};

const { file, issuer } = readJob<{ file: string; issuer: string }>();
const root = keyOf(Buffer.from(readConfig(issuer).root.bytes));
const lines = (await open(file)).readLines();
const before = process.cpuUsage();
const verdict = await verify(lines, root);
const { user, system } = process.cpuUsage(before);
if (!verdict.ok) throw new Error(`the export does not hold: ${verdict.broken.detail}`);
const checked: CheckedExport = {
  entries: verdict.entries,
  signatures: verdict.checks.get('signature') ?? 0,
  cpuSeconds: (user + system) / 1e6,
};
process.stdout.write(`${JSON.stringify(checked)}\n`);
