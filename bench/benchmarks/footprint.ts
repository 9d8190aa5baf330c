import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { openTerminalSite } from '@coinbox/terminal/testing';
import { withFolder } from '../lib/folders.ts';
import { lineOf } from '../lib/line.ts';
import type { Line } from '../lib/line.ts';
import { packagesOf } from '../lib/packages.ts';
import { startCoinbox, startNode } from '../lib/processes.ts';
import type { Extent } from '../lib/suite.ts';

/** Sessions of one terminal before its memory is read, to the settlement and the refund of each. */
const SESSIONS = 40;
/** The program runs on Node, which has memory of its own. */
const BARE = ['--eval', 'setInterval(() => {}, 1e9); console.log(JSON.stringify({ url: "" }))'];

/** Memory of a process, megabytes: `VmRSS` of proc(5). */
function residentMb(pid: number): number {
  const [, kilobytes] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
}

type Footprint = {
  readonly bareMb: number;
  readonly idleMb: number;
  readonly usedMb: number;
  readonly startedMs: number;
  readonly bytesPerSession: number;
};

/** One terminal with its link to a broker and its journal open. */
async function measure(place: string, run: number): Promise<Footprint> {
  const bare = await startNode(BARE);
  const bareMb = residentMb(bare.pid);
  await bare.stop();
  const broker = await startCoinbox(['broker']);
  const folder = join(place, `terminal-${run}`);
  const site = await openTerminalSite(folder, broker.url);
  const terminal = await startCoinbox(['terminal', 'run', folder]);
  await pause(1_000);
  const idleMb = residentMb(terminal.pid);
  for (let n = 0; n < SESSIONS; n++) await site.play(terminal.url, 'billed');
  const usedMb = residentMb(terminal.pid);
  await terminal.stop();
  await site.close();
  await broker.stop();
  const bytesPerSession = statSync(join(folder, 'journal.db')).size / SESSIONS;
  return { bareMb, idleMb, usedMb, startedMs: terminal.startedMs, bytesPerSession };
}

/** What the agent of one machine takes: memory, time to start, disk, packages. */
export async function footprint({ runs }: Extent): Promise<Line[]> {
  return withFolder(async (place) => {
    const found: Footprint[] = [];
    for (let run = 0; run < runs; run++) found.push(await measure(place, run));
    const middle = (of: (one: Footprint) => number): number =>
      Math.round(found.map(of).sort((a, b) => a - b)[found.length >> 1] as number);
    const named = {
      name: 'terminal.footprint',
      unit: 'MB',
      against: 'Node with nothing in it',
      notes: {
        after_sessions: SESSIONS,
        idle_mb: middle(({ idleMb }) => idleMb),
        start_ms: middle(({ startedMs }) => startedMs),
        disk_bytes_a_session: middle(({ bytesPerSession }) => bytesPerSession),
        packages: packagesOf('terminal').length,
      },
    };
    const values = found.map(({ usedMb }) => usedMb);
    return [
      lineOf(
        named,
        values,
        found.map(({ usedMb, bareMb }) => usedMb / bareMb),
      ),
    ];
  });
}
