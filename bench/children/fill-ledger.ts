import { createIssuer, initIssuer, ledgerFolder, openFolder } from '@coinbox/issuer';
import { createSqliteLedger } from '@coinbox/ledger';
import type { TransferGroup } from '@coinbox/ledger';
import { money, sha256, textBytes } from '@coinbox/protocol';
import type { Instant } from '@coinbox/protocol';
import { readJob } from '../lib/processes.ts';

// Makes the folder of an issuer whose ledger has so many entries more than an empty one.

const { folder, entries } = readJob<{ folder: string; entries: number }>();
const clock = { now: () => Date.now() as Instant };
const AT_ONCE = 1024;

const groupOf = (number: number): TransferGroup => {
  const [from, to] = ['idle/a', 'idle/b'] as const;
  const [debit, credit] = number % 2 === 0 ? [from, to] : [to, from];
  return {
    id: `filler/${String(number).padStart(9, '0')}`,
    code: 'filler',
    fingerprint: sha256(textBytes(`${number}`)),
    steps: [{ kind: 'transfer', debit, credit, amount: money(1n) }],
    memo: new Uint8Array(900),
  };
};
const ground: TransferGroup = {
  ...groupOf(0),
  id: 'filler/ground',
  steps: ['idle/a', 'idle/b'].map((account) => ({
    kind: 'open' as const,
    account,
    asset: 'CNY/2' as const,
    mayOverdraw: true,
  })),
};

initIssuer(folder, { network: 'bench', asset: 'CNY/2', clock });
await (await createIssuer(await openFolder(folder, clock))).close();
const ledger = await createSqliteLedger({ folder: ledgerFolder(folder), clock });
await ledger.post([ground]);
for (let from = 0; from < entries; from += AT_ONCE) {
  const count = Math.min(AT_ONCE, entries - from);
  await ledger.post(Array.from({ length: count }, (_, i) => groupOf(from + i)));
}
await ledger.close();
process.stdout.write(`${JSON.stringify({ entries })}\n`);
