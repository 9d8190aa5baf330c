import type { Checked } from '../children/receipts.ts';
import { withPrepared } from '../lib/folders.ts';
import { lineOf } from '../lib/line.ts';
import type { Line } from '../lib/line.ts';
import { runChild } from '../lib/processes.ts';
import type { Extent } from '../lib/suite.ts';

/** Receipts of settlements that are verified offline, beside one bare signature. */
export async function receipts({ runs, terminals }: Extent): Promise<Line[]> {
  const [values, ratios, sizes]: [number[], number[], number[]] = [[], [], []];
  for (let run = 0; run < runs; run++) {
    const plan = { algorithm: 'EdDSA' as const, terminals, each: 2, providers: 1 };
    const checked = await withPrepared(plan, (folder) => runChild<Checked>('receipts', { folder }));
    values.push(checked.receiptUs);
    ratios.push(checked.signatureUs / checked.receiptUs);
    sizes.push(checked.bytes);
  }
  const named = {
    name: 'verify.receipts',
    unit: 'us CPU/receipt',
    against: 'bare verification of one signature',
    notes: { bytes: Math.max(...sizes) },
  };
  return [lineOf(named, values, ratios)];
}
