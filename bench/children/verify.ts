import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KEYS_FILE, checksOf } from '../lib/keys.ts';
import type { KnownKeys } from '../lib/keys.ts';
import { LANES_FILE, readLanes } from '../lib/lanes.ts';
import { readJob } from '../lib/processes.ts';

// Verifies the signatures of prepared SETTLEs and does nothing else: what it costs, and how fast it
// goes.

/** `most`: so many SETTLEs. */
export type VerifyJob = { readonly folder: string; readonly most: number };
/** For each SETTLE, which has three signatures. */
export type Verified = { readonly cpuUs: number; readonly perSecond: number };

const { folder, most } = readJob<VerifyJob>();
const keys = JSON.parse(readFileSync(join(folder, KEYS_FILE), 'utf8')) as KnownKeys;
const settles = readLanes(join(folder, LANES_FILE)).flat().slice(0, most);
const checks = settles.flatMap((settle) => checksOf('bench', settle, keys));

function verifyAll(): void {
  for (const check of checks) if (!check()) throw new Error('a prepared signature does not hold');
}

for (const check of checks.slice(0, 600)) check();
const began = performance.now();
const before = process.cpuUsage();
verifyAll();
const { user, system } = process.cpuUsage(before);
const verified: Verified = {
  cpuUs: (user + system) / settles.length,
  perSecond: settles.length / ((performance.now() - began) / 1000),
};
process.stdout.write(`${JSON.stringify(verified)}\n`);
