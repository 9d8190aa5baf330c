import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { money, newId } from '@coinbox/protocol';
import type { Instant, Reading, SessionId } from '@coinbox/protocol';
import type { Machine } from '../machine.ts';
import { hashPassword } from '../password.ts';
import { createOcppServer } from '../server.ts';
import type { OcppServer, OcppServerOptions } from '../server.ts';
import { openConnectorStore } from '../store.ts';
import { createChargePoint } from './charge-point.ts';
import type { ChargePoint, Version } from './charge-point.ts';

export const PASSWORD = 'correct horse battery';

/** A terminal's side of one connector: keeps what a terminal would have in its journal. */
export interface Till {
  readonly machine: Machine;
  readonly readings: Map<SessionId, readonly Reading[]>;
  readonly over: Map<SessionId, 'final' | 'failed'>;
  start(): SessionId;
  /** Starts the session again with its journal, as a terminal does after a restart. */
  again(session: SessionId): void;
  ended(session: SessionId): Promise<void>;
  /** Watt-hours of a session as the terminal knows them. */
  energy(session: SessionId): bigint;
}

export interface OcppSite {
  readonly server: OcppServer;
  readonly url: string;
  readonly clock: { now(): Instant; forward(ms: number): void };
  readonly faults: unknown[];
  till(identity: string, connector?: number): Till;
  /** Connected and booted. */
  point(identity: string, version: Version, password?: string): Promise<ChargePoint>;
  /** The server goes down and comes up again on the same folder. */
  restart(): Promise<void>;
}

type Test = { after(work: () => unknown): void };

/** A central system on loopback with stations of one password. */
export async function openOcppSite(
  t: Test,
  identities: readonly string[],
  over: Partial<OcppServerOptions> = {},
): Promise<OcppSite> {
  const folder = mkdtempSync(join(tmpdir(), 'coinbox-ocpp-'));
  const password = await hashPassword(Buffer.from(PASSWORD), Buffer.alloc(16, 7));
  const stations = identities.map((identity) => ({ identity, password, connectors: 2 }));
  const faults: unknown[] = [];
  let elapsed = 0;
  const clock = {
    now: () => (1_772_352_000_000 + elapsed) as Instant,
    forward: (ms: number) => void (elapsed += ms),
  };
  const points: ChargePoint[] = [];
  const open = async () => {
    const store = openConnectorStore(folder);
    const onFault = (fault: unknown) => void faults.push(fault);
    const server = createOcppServer({ stations, store, clock, onFault, ...over });
    const url = await server.listen(0, '127.0.0.1');
    return { server, url, store };
  };
  let running = await open();
  const stop = async () => {
    await running.server.close();
    running.store.close();
  };
  t.after(async () => {
    for (const point of points) await point.disconnect();
    await stop();
    rmSync(folder, { recursive: true });
  });
  return {
    get server() {
      return running.server;
    },
    get url() {
      return running.url;
    },
    clock,
    faults,
    till: (identity, connector = 1) => createTill(running.server.machineOf(identity, connector)),
    async point(identity, version, given = PASSWORD) {
      const options = { url: running.url, identity, version, now: () => clock.now() };
      const point = createChargePoint({ ...options, password: given });
      await point.connect();
      points.push(point);
      await point.boot();
      return point;
    },
    async restart() {
      await stop();
      running = await open();
    },
  };
}

export function createTill(machine: Machine): Till {
  const readings = new Map<SessionId, readonly Reading[]>();
  const over = new Map<SessionId, 'final' | 'failed'>();
  let wake: (() => void)[] = [];
  const finish = (session: SessionId, how: 'final' | 'failed'): void => {
    over.set(session, how);
    for (const one of wake) one();
    wake = [];
  };
  machine.connect({
    delivered(session, told, final, from = 0) {
      const known = readings.get(session);
      if (!known || over.has(session)) return 'refused';
      const fresh = told.slice(Math.max(0, known.length - from));
      const all = [...known, ...fresh];
      const falls = all.some(({ at, energyWh = 0n }, place) => {
        const before = all[place - 1];
        return before && (at < before.at || energyWh < (before.energyWh ?? 0n));
      });
      if (falls) return 'refused';
      readings.set(session, all);
      if (final) finish(session, 'final');
      return 'taken';
    },
    failed(session) {
      // A terminal gives money back only where nothing was told.
      if (readings.get(session)?.length === 0) finish(session, 'failed');
    },
  });
  const held = money(2_000n);
  return {
    machine,
    readings,
    over,
    start() {
      const session = newId('session', 1_772_352_000_000 as Instant, randomBytes(10));
      readings.set(session, []);
      machine.start(session, { held, journalled: [] });
      return session;
    },
    again: (session) => machine.start(session, { held, journalled: readings.get(session) ?? [] }),
    async ended(session) {
      while (!over.has(session)) await new Promise<void>((resolve) => wake.push(resolve));
    },
    energy: (session) => readings.get(session)?.at(-1)?.energyWh ?? 0n,
  };
}
