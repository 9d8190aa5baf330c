import { join } from 'node:path';
import { ISSUER_FOLDER, withFolder } from '../lib/folders.ts';
import { lineOf } from '../lib/line.ts';
import type { Line } from '../lib/line.ts';
import { runChild, startServer } from '../lib/processes.ts';
import type { Extent } from '../lib/suite.ts';

/** Milliseconds from a start after kill -9 until requests are taken. */
async function startAfterKill(folder: string): Promise<number> {
  await (await startServer(folder)).kill();
  const server = await startServer(folder);
  await server.stop();
  return server.startedMs;
}

/** A start after kill -9 over a ledger with many entries, beside one with next to none. */
export async function recovery({ runs, entries }: Extent): Promise<Line[]> {
  return withFolder(async (place) => {
    const [full, empty] = [join(place, ISSUER_FOLDER), join(place, 'empty')] as const;
    await runChild('fill-ledger', { folder: full, entries });
    await runChild('fill-ledger', { folder: empty, entries: 1 });
    const [values, ratios]: [number[], number[]] = [[], []];
    for (let run = 0; run < runs; run++) {
      const withMany = await startAfterKill(full);
      values.push(withMany);
      ratios.push((await startAfterKill(empty)) / withMany);
    }
    const named = {
      name: 'start.recovery',
      unit: 'ms',
      against: 'a start over an empty ledger',
      notes: { entries },
    };
    return [lineOf(named, values, ratios)];
  });
}
