import { createIssuer, initIssuer, ledgerFolder, openFolder } from '@coinbox/issuer';
import { MAX_STEPS, createSqliteLedger } from '@coinbox/ledger';
import type { Ledger, TransferGroup } from '@coinbox/ledger';
import { money, sha256, textBytes } from '@coinbox/protocol';
import type { Instant } from '@coinbox/protocol';
import { readJob } from '../lib/processes.ts';

// Makes the folder of an issuer whose ledger has so many entries more than an empty one, straight
// into the ledger. The records and the tree of the log are made of all but the last `tail` of them:
// as after a kill, when those had been written last.

type Job = { readonly folder: string; readonly entries: number; readonly tail?: number };

const { folder, entries, tail = 0 } = readJob<Job>();
const clock = { now: () => Date.now() as Instant };
const AT_ONCE = 1024;
/** One account has a leg in every entry, the others share the rest. */
const HOT = 'idle/hot';
const COLD = 1000;
const coldOf = (number: number): string => `idle/${String(number % COLD).padStart(3, '0')}`;

/** A payment under a hold, then what it pays for, in turn. */
function groupOf(number: number): TransferGroup {
  const [pair, isPaying] = [number >> 1, number % 2 === 0] as const;
  const [account, hold, amount] = [coldOf(pair), `hold/${pair}`, money(100n)] as const;
  return {
    id: `filler/${String(number).padStart(9, '0')}`,
    code: 'filler',
    fingerprint: sha256(textBytes(`${number}`)),
    steps: isPaying
      ? [
          { kind: 'transfer', debit: HOT, credit: account, amount },
          { kind: 'hold', hold, account, amount },
        ]
      : [
          { kind: 'draw', hold, credit: HOT, amount: money(60n) },
          { kind: 'release', hold, amount: money(40n) },
        ],
    claims: isPaying ? [`claim/${pair}`] : [],
    memo: new Uint8Array(900),
  };
}

/** Opens accounts, as many as a group has steps for. */
const groundOf = (accounts: readonly string[]): TransferGroup => ({
  id: `filler/ground/${accounts[0]}`,
  code: 'filler',
  fingerprint: sha256(textBytes('ground')),
  steps: accounts.map((account) => ({
    kind: 'open',
    account,
    asset: 'CNY/2',
    mayOverdraw: account === HOT,
  })),
  memo: new Uint8Array(),
});

async function openAccounts(ledger: Ledger): Promise<void> {
  const accounts = [HOT, ...Array.from({ length: COLD }, (_, i) => coldOf(i))];
  for (let from = 0; from < accounts.length; from += MAX_STEPS) {
    await ledger.post([groundOf(accounts.slice(from, from + MAX_STEPS))]);
  }
}

async function fill(ledger: Ledger, from: number, to: number): Promise<void> {
  for (let at = from; at < to; at += AT_ONCE) {
    const count = Math.min(AT_ONCE, to - at);
    await ledger.post(Array.from({ length: count }, (_, i) => groupOf(at + i)));
  }
}

async function withLedger(use: (ledger: Ledger) => Promise<void>): Promise<void> {
  const ledger = await createSqliteLedger({ folder: ledgerFolder(folder), clock });
  await use(ledger);
  await ledger.close();
}
const openOnce = async () => (await createIssuer(await openFolder(folder, clock))).close();

initIssuer(folder, { network: 'bench', asset: 'CNY/2', clock });
await openOnce();
await withLedger(async (ledger) => {
  await openAccounts(ledger);
  await fill(ledger, 0, entries - tail);
});
await openOnce();
await withLedger((ledger) => fill(ledger, entries - tail, entries));
process.stdout.write(`${JSON.stringify({ entries })}\n`);
