import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Fault, OFFER, decodeCarrierReply, openMessage } from '@coinbox/protocol';
import type { CarrierReply, Instant, Offer, Signed, WalletId } from '@coinbox/protocol';
import { createMemoryLinks } from '@coinbox/link';
import type { MemoryLinks } from '@coinbox/link';
import { makeFolder, writeJsonFile } from '@coinbox/storage';
import { exampleBytes, exampleSigner } from '@coinbox/protocol/testing';
import type { ExampleParties } from '@coinbox/protocol/testing';
import { startAgent } from '../agent.ts';
import type { Agent, AgentParts } from '../agent.ts';
import { enrolTerminal, readTerminalFolder } from '../config.ts';
import type { TerminalConfig } from '../config.ts';
import { createCore } from '../core.ts';
import { createSimulatedDevice } from '../devices/simulated.ts';
import type { SimulatedDevice } from '../devices/simulated.ts';
import { openJournal } from '../journal.ts';
import type { Journal } from '../journal.ts';
import { DEFAULT_BOUNDS } from '../state.ts';
import type { Bounds } from '../state.ts';
import type { Timers } from '../timers.ts';
import {
  KIT_NETWORK,
  KIT_START,
  KIT_TARIFF,
  askOffer,
  kitBook,
  kitKeys,
  kitParties,
} from './messages.ts';
import type { Plot } from './plot.ts';
import { createSimulatedIssuer } from './simulated-issuer.ts';
import type { SimulatedIssuer } from './simulated-issuer.ts';
import { createSimulatedProvider } from './simulated-provider.ts';
import type { SimulatedProvider } from './simulated-provider.ts';

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');

/** Fills a folder as enrolment would, with the fixed keys and certificates. */
export function enrolKitTerminal(
  folder: string,
  over: Partial<TerminalConfig> = {},
  parties: ExampleParties = kitParties,
): void {
  const { authority, issuer, holding, settlement } = parties;
  const secret = (name: string) => ({ algorithm: 'EdDSA', secret: base64(exampleBytes(name)) });
  makeFolder(folder);
  writeJsonFile(folder, 'keys.json', {
    holding: secret('holding'),
    settlement: secret('settlement'),
  });
  const root = exampleSigner('root').publicKey;
  enrolTerminal(
    folder,
    {
      network: KIT_NETWORK,
      asset: 'CNY/2',
      issuerUrl: 'http://127.0.0.1:1',
      brokerUrl: 'mqtt://127.0.0.1:1',
      root: { algorithm: 'EdDSA', bytes: base64(root.bytes) },
      certificates: [authority, issuer].map(({ certificate }) => base64(certificate.bytes)),
      holdingCertificate: base64(holding.certificate.bytes),
      settlementCertificate: base64(settlement.certificate.bytes),
      least: '100',
      most: '20000',
      ...over,
    },
    KIT_TARIFF,
  );
}

/** Timers of a virtual time that somebody moves on. */
export interface VirtualTimers extends Timers {
  /** Lets what is due happen, in order, and what follows from it without a timer. */
  advance(milliseconds: number): Promise<void>;
}

export function createVirtualTimers(tell: (milliseconds: number) => void): VirtualTimers {
  let now = 0;
  let waiting: { at: number; work: () => void }[] = [];
  return {
    after(milliseconds, work) {
      const timer = { at: now + milliseconds, work };
      waiting.push(timer);
      return () => void (waiting = waiting.filter((one) => one !== timer));
    },
    async advance(milliseconds) {
      const end = now + milliseconds;
      await rest();
      for (;;) {
        const next = waiting.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
        if (!next) break;
        waiting = waiting.filter((one) => one !== next);
        tell(next.at - now);
        now = next.at;
        next.work();
        await rest();
      }
      tell(end - now);
      now = end;
    },
  };
}

/** Lets every promise settle that waits for no timer. */
export const rest = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** One terminal on a folder, with simulated issuer, provider and device around it. */
export interface World {
  readonly folder: string;
  readonly issuer: SimulatedIssuer;
  readonly provider: SimulatedProvider;
  readonly links: MemoryLinks;
  readonly timers: VirtualTimers;
  readonly faults: unknown[];
  readonly agent: Agent;
  readonly journal: Journal;
  readonly device: SimulatedDevice;
  now(): Instant;
  /** A fresh agent on the same folder. The one before is dropped as it is. */
  restart(over?: Partial<AgentParts>): Promise<void>;
  /** Lets everything happen that happens by itself within so many milliseconds. */
  run(milliseconds?: number): Promise<void>;
  offer(): Promise<Signed<Offer>>;
  exchange(request: Uint8Array): Promise<CarrierReply>;
  close(): Promise<void>;
}

export type WorldOptions = Partial<Pick<AgentParts, 'bounds'>> & {
  /** Where the terminal's folder is made. Default: the machine's folder for such things. */
  readonly root?: string;
  /** Time stands still though timers run: what is signed does not depend on how often. */
  readonly frozen?: boolean;
  /** Stands between the agent and its ports. */
  readonly wrap?: (parts: AgentParts) => AgentParts;
};

export async function createWorld(options: WorldOptions = {}): Promise<World> {
  const folder = mkdtempSync(join(options.root ?? tmpdir(), 'coinbox-terminal-'));
  enrolKitTerminal(folder);
  let elapsed = 0;
  let drawn = 0;
  const now = (): Instant => (KIT_START + elapsed) as Instant;
  const timers = createVirtualTimers((ms) => void (elapsed += options.frozen ? 0 : ms));
  const links = createMemoryLinks();
  /** A party of memory links has one link: each provider but the first has a network of its own. */
  const linksTo = (peers: readonly WalletId[]): MemoryLinks =>
    peers.includes(kitParties.provider.wallet) ? links : createMemoryLinks();
  const issuer = createSimulatedIssuer();
  const provider = createSimulatedProvider(links);
  const faults: unknown[] = [];
  let running: { agent: Agent; journal: Journal; device: SimulatedDevice } | undefined;
  const start = async (over: Partial<AgentParts> = {}): Promise<void> => {
    const device = createSimulatedDevice();
    const journal = openJournal(folder);
    const parts: AgentParts = {
      folder: readTerminalFolder(folder, KIT_START),
      journal,
      clock: { now },
      timers,
      random: (bytes) =>
        exampleBytes(options.frozen ? 'random' : `random ${elapsed} ${drawn++}`).slice(0, bytes),
      issuer,
      openLink: (order) => linksTo(order.peers).open({ ...order, side: 'terminal' }),
      device,
      ...(options.bounds && { bounds: options.bounds }),
      onFault: (fault) => void faults.push(fault),
      ...over,
    };
    const agent = await startAgent(options.wrap ? options.wrap(parts) : parts);
    running = { agent, journal, device };
  };
  const current = () => running as NonNullable<typeof running>;
  await start();
  const world: World = {
    folder,
    issuer,
    provider,
    links,
    timers,
    faults,
    get agent() {
      return current().agent;
    },
    get journal() {
      return current().journal;
    },
    get device() {
      return current().device;
    },
    now,
    restart: start,
    run: (milliseconds = 0) => timers.advance(milliseconds).then(() => settle(links)),
    offer: async () => offerIn(await world.exchange(askOffer), now()),
    exchange(request) {
      return exchangeWith(current().agent, timers, request);
    },
    async close() {
      await current().agent.close();
      rmSync(folder, { recursive: true });
    },
  };
  return world;
}

/** Until nobody has anything to say any more: a session takes a few rounds. */
async function settle(links: MemoryLinks): Promise<void> {
  for (let round = 0; round < 8; round++) {
    links.settle();
    await rest();
  }
}

function offerIn({ messages, code }: CarrierReply, now: Instant): Signed<Offer> {
  const offer = openMessage(OFFER, messages[0] ?? new Uint8Array(), kitBook(), now);
  if (!offer.ok) throw new Error(`no offer: ${code}`);
  return offer.value;
}

/** One request to an agent. It waits for its issuer for 3 s of virtual time. */
async function exchangeWith(
  agent: Agent,
  timers: VirtualTimers,
  request: Uint8Array,
): Promise<CarrierReply> {
  const answering = agent.exchange(request);
  // It is looked at below, also when it fails meanwhile.
  answering.catch(() => undefined);
  const silence = async (): Promise<undefined> => void (await rest());
  let bytes = await Promise.race([answering, rest().then(silence)]);
  if (!bytes) await timers.advance(3_000);
  bytes ??= await Promise.race([answering, silence()]);
  if (!bytes) throw new Fault('unreachable', 'the terminal does not answer');
  const decoded = decodeCarrierReply(bytes);
  if (!decoded.ok) throw new Error(`not a reply: ${decoded.rejection.code}`);
  return decoded.value;
}

/** A core on a journal of its own that has taken the events of a plot. The clock can be set. */
export function createKitCore(plot?: Plot, bounds: Partial<Bounds> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'coinbox-core-'));
  enrolKitTerminal(folder);
  const journal = openJournal(folder);
  const clock = { afterMs: 10_000, now: () => (KIT_START + clock.afterMs) as Instant };
  const core = createCore({
    journal,
    book: kitBook(),
    keys: kitKeys,
    bounds: { ...DEFAULT_BOUNDS, ...bounds },
    clock,
  });
  for (const event of plot?.events ?? []) core.apply(event);
  let closed = false;
  const close = (): void => {
    if (!closed) journal.close();
    closed = true;
    rmSync(folder, { recursive: true, force: true });
  };
  return { core, journal, clock, folder, close };
}
