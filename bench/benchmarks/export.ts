import { join } from 'node:path';
import type { CheckedExport } from '../children/check-export.ts';
import type { Verified } from '../children/verify.ts';
import { ISSUER_FOLDER, withPrepared } from '../lib/folders.ts';
import { lineOf } from '../lib/line.ts';
import type { Line } from '../lib/line.ts';
import { runChild, runCoinbox } from '../lib/processes.ts';
import type { Extent } from '../lib/suite.ts';

/** A SETTLE has three signatures; a payment and a certificate have one. */
const SIGNATURES_OF_A_SETTLE = 3;

/**
 * An export that the independent verifier checks from the first entry to the last, beside the bare
 * verification of as many signatures by the library that the issuer uses. The verifier's own is
 * written in JavaScript: most of its time is that.
 */
export async function exported({ runs, terminals, warm, take }: Extent): Promise<Line[]> {
  const plan = { algorithm: 'EdDSA' as const, terminals, each: warm + take, providers: 1 };
  return withPrepared(plan, async (folder) => {
    const file = join(folder, 'export.ndjson');
    await runCoinbox(['export', join(folder, ISSUER_FOLDER), '--out', file]);
    const [values, ratios]: [number[], number[]] = [[], []];
    let last: CheckedExport | undefined;
    for (let run = 0; run < runs; run++) {
      const { cpuUs } = await runChild<Verified>('verify', { folder, most: terminals });
      last = await runChild<CheckedExport>('check-export', {
        file,
        issuer: join(folder, ISSUER_FOLDER),
      });
      const bare = (cpuUs / SIGNATURES_OF_A_SETTLE) * last.signatures;
      values.push(last.entries / last.cpuSeconds);
      ratios.push(bare / (last.cpuSeconds * 1e6));
    }
    const named = {
      name: 'verify.export',
      unit: 'entries/CPU-second',
      against: 'bare verification of as many signatures',
      notes: { entries: last?.entries ?? 0, signatures: last?.signatures ?? 0 },
    };
    return [lineOf(named, values, ratios)];
  });
}
