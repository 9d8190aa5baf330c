import type { Line } from './line.ts';

/** How much is measured. */
export type Extent = {
  readonly runs: number;
  readonly terminals: number;
  /** SETTLEs of each terminal before anything is counted, and that are counted. */
  readonly warm: number;
  readonly take: number;
  /** SETTLEs of each terminal for one number of connections. */
  readonly slice: number;
  /** Wallets of the large issuer, if the disk has room for them. */
  readonly wallets: number;
  /** Entries of the ledger that is opened again, and of the one in which balances are looked up. */
  readonly entries: number;
};

/** What a figure is worth quoting from. */
export const FULL: Extent = {
  runs: 5,
  terminals: 512,
  warm: 16,
  take: 24,
  slice: 4,
  wallets: 10_000_000,
  entries: 200_000,
};

/** Whether it works at all: its figures mean nothing. */
export const QUICK: Extent = {
  runs: 1,
  terminals: 64,
  warm: 1,
  take: 3,
  slice: 1,
  wallets: 20_000,
  entries: 2_000,
};

export type Benchmark = {
  /** What `--only` compares with; its lines begin with it. */
  readonly name: string;
  readonly what: string;
  run(extent: Extent): Promise<Line[]>;
};
