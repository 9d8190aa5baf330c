import { join } from 'node:path';
import type { LookedUp } from '../children/as-of.ts';
import { ISSUER_FOLDER, withFolder } from '../lib/folders.ts';
import { lineOf } from '../lib/line.ts';
import type { Line } from '../lib/line.ts';
import { runChild } from '../lib/processes.ts';
import type { Extent } from '../lib/suite.ts';

const LOOK_UPS = 2_000;

/** Balances as of any entry of a ledger with many, beside the balance of now. */
export async function asOf({ runs, entries }: Extent): Promise<Line[]> {
  return withFolder(async (place) => {
    const folder = join(place, ISSUER_FOLDER);
    await runChild('fill-ledger', { folder, entries, tail: entries });
    const found: LookedUp[] = [];
    for (let run = 0; run < runs; run++) {
      found.push(await runChild<LookedUp>('as-of', { folder, lookUps: LOOK_UPS }));
    }
    const most = (of: (one: LookedUp) => number): number => Math.round(Math.max(...found.map(of)));
    const named = {
      name: 'read.as_of',
      unit: 'us/look-up',
      against: 'the balance of now',
      notes: {
        entries,
        p99_us: most(({ asOfP99Us }) => asOfP99Us),
        most_us: most(({ asOfMostUs }) => asOfMostUs),
        statement_page_us: most(({ statementUs }) => statementUs),
      },
    };
    const values = found.map(({ asOfUs }) => asOfUs);
    const ratios = found.map(({ nowUs, asOfUs }) => nowUs / asOfUs);
    return [lineOf(named, values, ratios)];
  });
}
