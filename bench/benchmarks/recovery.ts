import { cpSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ISSUER_FOLDER, withFolder } from '../lib/folders.ts';
import { lineOf } from '../lib/line.ts';
import type { Line } from '../lib/line.ts';
import { runChild, startServer } from '../lib/processes.ts';
import type { Extent } from '../lib/suite.ts';

/** Entries after the snapshot: what a kill at a bad moment leaves. */
const TAIL = 2_000;

/** What an issuer has made of its ledger: the records, and the tree of the log. */
const isSnapshot = (name: string): boolean => name.startsWith('records.db') || name === 'log';

function copySnapshot(from: string, to: string): void {
  for (const name of readdirSync(to).filter(isSnapshot)) {
    rmSync(join(to, name), { recursive: true });
  }
  for (const name of readdirSync(from).filter(isSnapshot)) {
    cpSync(join(from, name), join(to, name), { recursive: true });
  }
}

/** An issuer's folder with so many entries, which is always the same when it starts. */
async function prepare(folder: string, entries: number) {
  await runChild('fill-ledger', { folder, entries, tail: Math.min(TAIL, entries) });
  const kept = `${folder}-snapshot`;
  cpSync(folder, kept, { recursive: true, filter: (path) => !path.startsWith(`${folder}/ledger`) });
  return {
    /** Milliseconds until requests are taken, from a start with the tail still to be read. */
    async start(): Promise<number> {
      copySnapshot(kept, folder);
      const server = await startServer(folder);
      await server.kill();
      return server.startedMs;
    },
  };
}

/** A start after kill -9 over a ledger with many entries, beside one with next to none. */
export async function recovery({ runs, entries }: Extent): Promise<Line[]> {
  return withFolder(async (place) => {
    const full = await prepare(join(place, ISSUER_FOLDER), entries);
    const empty = await prepare(join(place, 'empty'), 1);
    const [values, ratios, more]: [number[], number[], number[]] = [[], [], []];
    for (let run = 0; run < runs; run++) {
      const [withMany, withNone] = [await full.start(), await empty.start()];
      values.push(withMany);
      ratios.push(withNone / withMany);
      more.push(withMany - withNone);
    }
    const named = {
      name: 'start.recovery',
      unit: 'ms',
      against: 'a start over an empty ledger',
      notes: { entries, tail: TAIL, most_ms_more: Math.round(Math.max(...more)) },
    };
    return [lineOf(named, values, ratios)];
  });
}
