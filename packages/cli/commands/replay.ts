import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatMajor } from '@coinbox/protocol';
import type { Asset } from '@coinbox/protocol';
import { driveSessions } from '../fleet/drive.ts';
import type { DrivenSession } from '../fleet/drive.ts';
import { startFleet } from '../fleet/fleet.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { chooseDeposit, planFleet, priceSessions, readTariff } from '../fleet/plan.ts';
import type { PricedSession, ReplayTariff } from '../fleet/plan.ts';
import {
  apartFromLedger,
  differenceOf,
  differenceOfBooks,
  isSettled,
  readBooks,
  refusalOf,
} from '../fleet/reconcile.ts';
import type { SessionBooks } from '../fleet/reconcile.ts';
import { SessionFileError, readSessions } from '../fleet/sessions.ts';
import type { SessionFile } from '../fleet/sessions.ts';
import { FileError } from '../exit-codes.ts';
import { parseMajor } from '../money-argument.ts';
import { createProgress, formatTable, tell } from '../output.ts';
import { readTextFile } from './run.ts';

export type ReplayOptions = {
  readonly sessions: string;
  readonly tariff: string;
  /** Major units, a decimal: `50` or `50.00`. */
  readonly deposit?: string;
  /** Kept where it is named; a temporary one otherwise. */
  readonly folder?: string;
  readonly timeZone: string;
  readonly atOnce: number;
  readonly gateways: number;
  readonly billWithin: number;
  readonly quiet: boolean;
  readonly verbose: boolean;
  /** Called when everything is up, before the first session: for tests that disturb it. */
  readonly onFleet?: (fleet: Fleet) => void;
};

/** What a replay prints with --json. Amounts are whole minor units. */
export type ReplayResult = {
  readonly sessions: number;
  readonly settled_sessions: number;
  /** Sessions that were left out or not paid, by code. */
  readonly rejected: Readonly<Record<string, number>>;
  readonly billed_minor: number | string;
  readonly settled_minor: number | string;
  readonly refunded_minor: number | string;
  readonly held_minor: number | string;
  readonly difference_minor: number | string;
  readonly asset: Asset;
  readonly seconds: number;
  /** Bad rows and unknown columns, with their line in the file. */
  readonly problems: readonly { line: number; code: string; detail: string }[];
};

/** A fleet that a replay has run on, still up. */
export type Replay = {
  readonly fleet: Fleet;
  readonly result: ReplayResult;
  /** What was played, and with which tariff and deposit (minor units). */
  readonly sessions: readonly PricedSession[];
  readonly tariff: string;
  readonly deposit: bigint;
  /** Stops the processes and removes a temporary folder. */
  close(): Promise<void>;
};

/** Starts all parties, plays the sessions of the file through them, and compares all books. */
export async function replay(options: ReplayOptions): Promise<Replay> {
  const tariff = readTariff(readTextFile(options.tariff), options.timeZone);
  const zone = tariff.tariff.timeZone ?? options.timeZone;
  const file = readFile(options.sessions, zone);
  for (const { line, code, detail } of file.problems) {
    tell(`${options.sessions}:${line}: ${code}: ${detail}`);
  }
  const { priced, unpriced } = priceSessions(file.sessions, tariff.tariff);
  for (const { line, code } of unpriced) tell(`${options.sessions}:${line}: ${code}`);
  const asset = tariff.tariff.asset as Asset;
  const deposit = options.deposit ? parseMajor(options.deposit, asset) : chooseDeposit(priced);
  const { fleet, close } = await openFleet(options, priced, tariff, deposit);
  try {
    options.onFleet?.(fleet);
    const began = performance.now();
    const driven = await drive(fleet, priced, deposit, options);
    const seconds = Math.round(performance.now() - began) / 1000;
    const result = await concludeReplay(fleet, file, unpriced, driven, seconds);
    const played = { sessions: priced, tariff: tariff.document, deposit };
    return { fleet, result, ...played, close };
  } catch (fault) {
    await close();
    throw fault;
  }
}

function readFile(name: string, zone: string): SessionFile {
  try {
    return readSessions(readTextFile(name), zone);
  } catch (error) {
    if (error instanceof SessionFileError) throw new FileError(`${name}: ${error.message}`);
    throw error;
  }
}

async function openFleet(
  options: ReplayOptions,
  priced: readonly PricedSession[],
  tariff: ReplayTariff,
  deposit: bigint,
): Promise<Pick<Replay, 'fleet' | 'close'>> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'coinbox-'));
  const clean = (): void => {
    if (options.folder === undefined) rmSync(folder, { recursive: true, force: true });
  };
  if (!options.quiet) tell(`data in ${folder}`);
  const order = {
    folder,
    network: 'replay',
    asset: tariff.tariff.asset as Asset,
    plan: planFleet(priced),
    tariff: tariff.document,
    most: deposit,
    gateways: options.gateways,
    funds: fundsFor(priced, deposit),
    billWithinSeconds: options.billWithin,
    onLog: (line: string) => (options.verbose ? tell(line) : undefined),
  };
  const fleet = await startFleet(order).catch((fault: unknown) => {
    clean();
    throw fault;
  });
  const close = async (): Promise<void> => {
    await fleet.stop();
    clean();
  };
  return { fleet, close };
}

/** Every payer gets enough to pay all deposits of its sessions at once. */
function fundsFor(priced: readonly PricedSession[], deposit: bigint): Map<string, bigint> {
  const funds = new Map<string, bigint>();
  for (const { user } of priced) funds.set(user, (funds.get(user) ?? 0n) + deposit);
  return funds;
}

async function drive(
  fleet: Fleet,
  priced: readonly PricedSession[],
  deposit: bigint,
  { atOnce, quiet }: ReplayOptions,
): Promise<DrivenSession[]> {
  const progress = createProgress('sessions', quiet);
  try {
    const onDone = (done: number): void => progress.show(done, priced.length);
    return await driveSessions(fleet, priced, { deposit, atOnce, onDone });
  } finally {
    progress.end();
  }
}

async function concludeReplay(
  fleet: Fleet,
  file: SessionFile,
  unpriced: readonly { line: number; code: string }[],
  driven: readonly DrivenSession[],
  seconds: number,
): Promise<ReplayResult> {
  const books = await readBooks(fleet, driven);
  const settled = books.sessions.filter(isSettled);
  const rows = file.problems.filter(({ code }) => code !== 'column-unknown');
  const codes = [
    ...rows.map(({ code }): string => code),
    ...unpriced.map(({ code }) => code),
    ...driven.flatMap(({ session, refusal }) => (session ? [] : [refusal ?? 'offer-voided'])),
    ...books.sessions.filter((session) => !isSettled(session)).map(refusalOf),
  ];
  const rejected: Record<string, number> = {};
  for (const code of codes) rejected[code] = (rejected[code] ?? 0) + 1;
  const sum = (of: (session: (typeof books.sessions)[number]) => bigint): number | string =>
    minorJson(books.sessions.reduce((total, session) => total + of(session), 0n));
  return {
    sessions: file.rows,
    settled_sessions: settled.length,
    rejected,
    billed_minor: sum(({ bill = 0n }) => bill),
    settled_minor: sum((session) => session.settled),
    refunded_minor: sum((session) => session.refunded),
    held_minor: sum(({ journal }) => journal.held - journal.settled - journal.refunded),
    difference_minor: minorJson(differenceOfBooks(books)),
    asset: fleet.asset,
    seconds,
    problems: [
      ...file.problems,
      ...books.sessions.flatMap(describeDifference),
      ...describeApart(apartFromLedger(books)),
    ],
  };
}

/** A session whose books are apart, for the list of problems. */
function describeDifference(books: SessionBooks): { line: number; code: string; detail: string }[] {
  if (differenceOf(books) === 0n) return [];
  const { line, journal, ...amounts } = books;
  const named = Object.entries({ ...amounts, ...journal }).map(
    ([name, value]) => `${name} ${value}`,
  );
  return [{ line, code: 'books-differ', detail: named.join(', ') }];
}

/** What the books of no single session explain. */
const describeApart = (apart: Record<string, bigint>): ReplayResult['problems'] =>
  Object.entries(apart)
    .filter(([, by]) => by !== 0n)
    .map(([what, by]) => ({ line: 0, code: 'books-differ', detail: `${what} apart by ${by}` }));

/** A JSON number where it is exact there, a decimal string above 2^53. */
const minorJson = (minor: bigint): number | string =>
  minor <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(minor) : minor.toString();

/** The result as a table for a person. */
export function formatResult(result: ReplayResult): string {
  const money = (minor: number | string): string =>
    `${formatMajor(BigInt(minor), result.asset)} ${result.asset.slice(0, 3)}`;
  const rate = (result.settled_sessions / Math.max(result.seconds, 0.001)).toFixed(0);
  const rows: [string, string][] = [
    ['sessions', String(result.sessions)],
    ['settled', String(result.settled_sessions)],
    ...Object.entries(result.rejected).map(([code, n]): [string, string] => [code, String(n)]),
    ['billed', money(result.billed_minor)],
    ['settled to providers', money(result.settled_minor)],
    ['refunded to payers', money(result.refunded_minor)],
    ['still held', money(result.held_minor)],
    ['difference', money(result.difference_minor)],
    ['time', `${result.seconds.toFixed(1)} s (${rate} sessions/s)`],
  ];
  return formatTable(rows, new Set([1]));
}
