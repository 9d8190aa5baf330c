import type { Algorithm } from '@coinbox/protocol';
import { statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import type { Loaded, LoadJob } from '../children/load.ts';
import type { Verified } from '../children/verify.ts';
import { withPrepared, withServer } from '../lib/folders.ts';
import { lineOf, median } from '../lib/line.ts';
import type { Line } from '../lib/line.ts';
import { runChild } from '../lib/processes.ts';
import type { Server } from '../lib/processes.ts';
import type { Extent } from '../lib/suite.ts';

const NETWORK_LOAD = 64;

/** Sends prepared SETTLEs and sees to it that every one is posted. */
async function load(
  folder: string,
  { url, pid }: Server,
  job: Pick<LoadJob, 'connections' | 'from' | 'warm' | 'take'>,
): Promise<Loaded> {
  const loaded = await runChild<Loaded>('load', { folder, url, pid, ...job });
  if (Object.keys(loaded.others).length > 0) {
    throw new Error(`not every SETTLE was posted: ${JSON.stringify(loaded.others)}`);
  }
  return loaded;
}

/**
 * What part of the server's CPU time the three signatures of each SETTLE take, when they are
 * verified and nothing else is done. Every provider is the same one: the hottest account there is.
 */
export async function efficiency(algorithm: Algorithm, extent: Extent): Promise<Line[]> {
  const { runs, terminals, warm, take } = extent;
  const plan = { algorithm, terminals, each: warm + take, providers: 1 };
  return withPrepared(plan, async (folder) => {
    const [values, ratios, bares]: [number[], number[], number[]] = [[], [], []];
    for (let run = 0; run < runs; run++) {
      const most = terminals * take;
      const before = await runChild<Verified>('verify', { folder, most });
      const loaded = await withServer(folder, (server) =>
        load(folder, server, { connections: NETWORK_LOAD, from: 0, warm, take }),
      );
      const after = await runChild<Verified>('verify', { folder, most });
      const bare = (before.cpuUs + after.cpuUs) / 2;
      values.push(loaded.serverUs);
      ratios.push(bare / loaded.serverUs);
      bares.push(bare);
    }
    const named = {
      name: `settle.efficiency.${algorithm}`,
      unit: 'us CPU/settlement',
      against: 'bare verification of 3 signatures',
      notes: { bareUs: Math.round(median(bares)) },
    };
    return [lineOf(named, values, ratios)];
  });
}

/** Settlements a second by the number of connections, beside what both cores can verify. */
export async function http(extent: Extent): Promise<Line[]> {
  const { runs, terminals, warm, slice } = extent;
  const points = [1, 16, 64, 256] as const;
  const each = warm + runs * (1 + 3 * slice);
  const plan = { algorithm: 'EdDSA' as const, terminals, each, providers: 1 };
  return withPrepared(plan, (folder) =>
    withServer(folder, async (server) => {
      const rates = new Map<number, number[]>(points.map((point) => [point, []]));
      const ratios = new Map<number, number[]>(points.map((point) => [point, []]));
      const seen = new Map<number, Loaded[]>(points.map((point) => [point, []]));
      await load(folder, server, { connections: 64, from: 0, warm: 0, take: warm });
      let from = warm;
      for (let run = 0; run < runs; run++) {
        const ceiling = await verifyOnAllCores(folder, terminals * slice);
        for (const connections of points) {
          // One connection waits for the disk each time: a short slice is enough.
          const take = connections === 1 ? 1 : slice;
          const loaded = await load(folder, server, { connections, from, warm: 0, take });
          from += take;
          rates.get(connections)?.push(loaded.perSecond);
          ratios.get(connections)?.push(loaded.perSecond / ceiling);
          seen.get(connections)?.push(loaded);
        }
      }
      const best = Math.max(...[...rates.values()].map(median));
      return points.map((point) => {
        const of = (figure: (loaded: Loaded) => number): number =>
          Number(median((seen.get(point) as Loaded[]).map(figure)).toPrecision(3));
        const named = {
          name: `settle.http.sqlite.${point}`,
          unit: 'settlements/s',
          against: 'verify.ceiling',
          notes: {
            p50Ms: of(({ p50Ms }) => p50Ms),
            p99Ms: of(({ p99Ms }) => p99Ms),
            p999Ms: of(({ p999Ms }) => p999Ms),
            ofBest: Number((median(rates.get(point) as number[]) / best).toPrecision(3)),
          },
        };
        return lineOf(named, rates.get(point) as number[], ratios.get(point) as number[]);
      });
    }),
  );
}

const CORES = 2;

/** SETTLEs a second whose three signatures two processes verify side by side. */
async function verifyOnAllCores(folder: string, most: number): Promise<number> {
  const verified = await Promise.all(
    Array.from({ length: CORES }, () => runChild<Verified>('verify', { folder, most })),
  );
  return verified.reduce((total, { perSecond }) => total + perSecond, 0);
}

type Variant = { readonly providers: number; readonly idleWallets?: number };

/** CPU time of a settlement in two issuers that differ in one thing, in turn. */
async function compare(
  named: Pick<Line, 'name' | 'against' | 'notes'>,
  [one, other]: readonly [Variant, Variant],
  { runs, terminals, warm, take }: Extent,
): Promise<Line[]> {
  const plan = { algorithm: 'EdDSA' as const, terminals, each: warm + take };
  return withPrepared({ ...plan, ...other }, (second) =>
    withPrepared({ ...plan, ...one }, async (first) => {
      const [values, ratios]: [number[], number[]] = [[], []];
      const measure = (folder: string): Promise<Loaded> =>
        withServer(folder, (server) =>
          load(folder, server, { connections: NETWORK_LOAD, from: 0, warm, take }),
        );
      for (let run = 0; run < runs; run++) {
        const { serverUs } = await measure(first);
        const against = await measure(second);
        values.push(1e6 / serverUs);
        ratios.push(against.serverUs / serverUs);
      }
      return [lineOf({ ...named, unit: 'settlements/CPU-second' }, values, ratios)];
    }),
  );
}

/** One provider for all, against a provider for each terminal. */
export const hotOverCold = (extent: Extent): Promise<Line[]> =>
  compare(
    { name: 'settle.hot_over_cold', against: 'a provider for each terminal' },
    [{ providers: 1 }, { providers: extent.terminals }],
    extent,
  );

/** 20000 as `2e4`. */
const short = (count: number): string => count.toExponential().replace('e+', 'e');

/** What a wallet takes on the disk, and how many copies of the large issuer there are at once. */
const WALLET_BYTES = 700;
const COPIES = 3;

/** As many wallets as are wanted, or the largest power of ten that the disk has room for. */
function walletsThatFit(wanted: number): number {
  const { bavail, bsize } = statfsSync(tmpdir());
  const most = (bavail * bsize) / (WALLET_BYTES * COPIES);
  return wanted <= most ? wanted : 10 ** Math.floor(Math.log10(most));
}

const FEW_WALLETS = 10_000;

/** An issuer with many wallets, against one with 10⁴. The name says how many there were. */
export function manyWallets(extent: Extent): Promise<Line[]> {
  const wallets = walletsThatFit(extent.wallets);
  const name = `settle.wallets_${short(wallets)}_over_${short(FEW_WALLETS)}`;
  return compare(
    { name, against: 'an issuer with 10000 wallets', notes: { wanted: extent.wallets, wallets } },
    [
      { providers: 1, idleWallets: wallets },
      { providers: 1, idleWallets: FEW_WALLETS },
    ],
    extent,
  );
}
