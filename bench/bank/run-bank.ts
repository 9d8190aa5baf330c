import { withFolder } from '../lib/folders.ts';
import { checkHistory } from './check-history.ts';
import type { Findings } from './check-history.ts';
import { runClient } from './client.ts';
import { createDesk } from './desk.ts';
import type { Desk } from './desk.ts';
import type { Call } from './history.ts';
import { openLine } from './line.ts';
import type { Line } from './line.ts';
import { openBank } from './open-bank.ts';
import { createReads } from './reads.ts';

export type BankPlan = {
  /** Calls in all, those of the end not counted. */
  readonly calls: number;
  /** Clients that call at once. */
  readonly clients: number;
  /** How often the issuer is killed, spread over the run. */
  readonly kills: number;
  readonly seed: number;
  /** Address of a PostgreSQL database for the ledger; without it the ledger is SQLite's. */
  readonly database?: string;
};

export type BankRun = Findings & {
  readonly calls: number;
  readonly perSecond: number;
  readonly kills: number;
};

/**
 * Clients use one issuer over its public API while its process is killed and started again, and
 * what they have seen is checked against its log. The moments are real: a seed repeats what each
 * client wants, not what comes of it.
 */
export function runBank(plan: BankPlan): Promise<BankRun> {
  const { calls: wanted, clients, kills, seed, database } = plan;
  return withFolder(async (folder) => {
    const bank = await openBank(folder, clients, database);
    const line = await openLine(folder);
    const calls: Call[] = [];
    const note = (call: Call): void => void calls.push(call);
    let failed = false;
    const isOver = (): boolean => failed || calls.length >= wanted;
    try {
      const began = performance.now();
      const running = Array.from({ length: clients }, (_, client) =>
        runClient(createDesk({ bank, line, client, seed: seed + client, note }), isOver),
      );
      const killing = killNowAndThen(line, kills, () => calls.length / wanted, isOver);
      const ended = Promise.all([killing, ...running]);
      const [killed] = await ended.catch((error: unknown) => {
        failed = true;
        throw error;
      });
      const perSecond = calls.length / ((performance.now() - began) / 1000);
      const done = calls.length;
      await lookAtTheEnd(createDesk({ bank, line, client: clients, seed, note }));
      const findings = await checkHistory({ setUp: bank.setUp, calls }, line.log());
      return { ...findings, calls: done, perSecond: Math.round(perSecond), kills: killed };
    } finally {
      failed = true;
      await line.close();
    }
  });
}

const LOOK_EVERY_MS = 2;

/** Kills at even parts of the run. Answers how often. */
async function killNowAndThen(
  line: Line,
  kills: number,
  part: () => number,
  isOver: () => boolean,
): Promise<number> {
  let killed = 0;
  while (killed < kills && !isOver()) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    if (part() < (killed + 1) / (kills + 1)) continue;
    killed += 1;
    await line.kill();
  }
  return killed;
}

/** When all is quiet, every wallet and the sums are read once more. */
async function lookAtTheEnd(desk: Desk): Promise<void> {
  const reads = createReads(desk);
  const { payers, providers, tills } = desk.bank;
  const own = tills.flatMap(({ wallets }) => [wallets.holding, wallets.settlement]);
  for (const one of [...payers, ...providers, ...own]) await reads.wallet(one);
  await reads.summary();
}
