import { ledgerFolder } from '@coinbox/issuer';
import { createSqliteLedger } from '@coinbox/ledger';
import type { Ledger } from '@coinbox/ledger';
import type { Instant } from '@coinbox/protocol';
import { median } from '../lib/line.ts';
import { readJob } from '../lib/processes.ts';

// Looks balances up in a ledger that fill-ledger.ts has made: as of any entry, and of now.

/** Microseconds, each of one look-up. */
export type LookedUp = {
  readonly asOfUs: number;
  readonly asOfP99Us: number;
  readonly asOfMostUs: number;
  readonly nowUs: number;
  /** A page of 100 lines of a statement, from any entry on. */
  readonly statementUs: number;
};

const { folder, lookUps } = readJob<{ folder: string; lookUps: number }>();
const clock = { now: () => Date.now() as Instant };
const ledger = await createSqliteLedger({ folder: ledgerFolder(folder), clock });
const { index: end } = await ledger.head();
const { items } = await ledger.accounts({ prefix: 'idle/', limit: 1000 });
const accounts = items.map(({ id }) => id);

/** The same numbers in every run: Park and Miller's generator. */
let state = 1;
const below = (limit: number): number => {
  state = (state * 48_271) % 2_147_483_647;
  return Math.floor((state / 2_147_483_647) * limit);
};

async function timed(count: number, ask: (account: string, index: number) => Promise<unknown>) {
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const [account, index] = [accounts[below(accounts.length)] as string, 1 + below(end)];
    const began = performance.now();
    await ask(account, index);
    times.push(1000 * (performance.now() - began));
  }
  return times.sort((a, b) => a - b);
}

const asOf = (one: Ledger) => (account: string, index: number) => one.standing(account, index);
// What the system has in memory of a file that was just made must not decide: both are asked once
// before anything is counted.
await timed(lookUps, asOf(ledger));
const now = await timed(lookUps, (account) => ledger.account(account));
const then = await timed(lookUps, asOf(ledger));
const pages = await timed(Math.ceil(lookUps / 10), (account, after) =>
  ledger.statement({ account, after, limit: 100 }),
);
await ledger.close();
const found: LookedUp = {
  asOfUs: median(then),
  asOfP99Us: then[Math.floor(then.length * 0.99)] as number,
  asOfMostUs: then.at(-1) as number,
  nowUs: median(now),
  statementUs: median(pages),
};
process.stdout.write(`${JSON.stringify(found)}\n`);
