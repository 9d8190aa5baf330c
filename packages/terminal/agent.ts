import type { Clock, IssuerClient, Rejection, WalletId } from '@coinbox/protocol';
import type { Link, LinkHandler, Outbox } from '@coinbox/link';
import { listenToIssuer } from './beacon.ts';
import { createCarrierDoor } from './carrier-door.ts';
import type { CarrierDoor, CarrierDoorParts } from './carrier-door.ts';
import type { TerminalFolder } from './config.ts';
import { createCore } from './core.ts';
import type { Core } from './core.ts';
import { connectDevice } from './delivery.ts';
import type { Device } from './device.ts';
import { createDisplay } from './display.ts';
import type { Display } from './display.ts';
import type { Journal } from './journal.ts';
import { MOST_PENDING, providerHandler, providerOutbox } from './provider-door.ts';
import { createSaleDesk, createTariffShelf } from './sale.ts';
import type { SaleDesk, TariffShelf } from './sale.ts';
import { DEFAULT_BOUNDS } from './state.ts';
import type { Bounds, Session } from './state.ts';
import { overdueOffers, voidOffer } from './step-offer.ts';
import { meter, overdueSessions, returnMoney, silentSessions } from './step-session.ts';
import type { Timers } from './timers.ts';
import { createUploader } from './uploader.ts';

/** What the link of a terminal is opened with; the shell brings the transport. */
export type LinkOrder = {
  readonly own: WalletId;
  readonly peers: readonly WalletId[];
  readonly certificates: readonly Uint8Array[];
  readonly outbox: Outbox;
  readonly handler: LinkHandler;
};

/** The world of one agent: everything that is not a rule comes in here. */
export type AgentParts = {
  readonly folder: TerminalFolder;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: (bytes: number) => Uint8Array;
  readonly issuer: IssuerClient;
  readonly openLink: (order: LinkOrder) => Link;
  readonly device: Device;
  readonly bounds?: Partial<Bounds>;
  readonly onFault: (fault: unknown) => void;
};

export type AgentStatus = {
  readonly terminal: WalletId;
  readonly openSessions: number;
  readonly openOffers: number;
  /** Minor units in the two wallets. */
  readonly holding: string;
  readonly inSettlement: string;
  readonly linkConnected: boolean;
  readonly mapped: boolean;
  readonly blocked?: Rejection;
};

/**
 * The agent of one machine: two wallets, a journal, and the doors to payer, provider, issuer and
 * device.
 */
export interface Agent extends CarrierDoor {
  readonly terminal: WalletId;
  readonly display: Display;
  status(): AgentStatus;
  close(): Promise<void>;
}

/** How often the agent looks for what is overdue. */
const TICK_MS = 1_000;
/** Requests that wait for news at a time; one more is answered at once. */
const MOST_WAITING = 256;
/** How often the agent asks for its mapping. */
const REFRESH_TICKS = 30;
/** After a start the bills that waited for the terminal have so long to come. */
const GRACE_MS = 60_000;

/** Starts an agent. Recovery is a start: the journal is replayed, and what it left open goes on. */
export async function startAgent(parts: AgentParts): Promise<Agent> {
  const { folder, journal, clock, timers } = parts;
  const { book, keys, certificates } = folder;
  const bounds = { ...DEFAULT_BOUNDS, ...parts.bounds };
  const core = createCore({ journal, book, keys, bounds, clock });
  const shelf = createTariffShelf(folder.tariffs, folder.limits.asset);
  const desk = createSaleDesk(core, parts.issuer, shelf, folder.limits);
  await Promise.all([desk.refresh(), listenToIssuer(core, parts.issuer)]);
  const uploader = createUploader({ ...parts, core, onMappingChanged: () => void desk.refresh() });
  const link = createLinkKeeper(parts, core, desk, providerHandler(core, shelf));
  connectDevice(core, parts.device, shelf);
  core.listen((event) => {
    uploader.wake();
    if (event.kind === 'accepted' || event.kind === 'taken') link.keep();
    else link.wake();
  });
  const stopTicking = tick(parts, core, shelf, bounds, () => {
    desk.refresh().then(link.keep).catch(parts.onFault);
    listenToIssuer(core, parts.issuer).catch(parts.onFault);
  });
  link.keep();
  uploader.wake();
  const random = parts.random;
  const news = waitForNews(core, timers);
  const door = createCarrierDoor({ core, desk, certificates, random, news });
  return {
    terminal: keys.holdingCertificate.body.wallet,
    display: createDisplay({ core, desk, shelf, ...folder, device: parts.device }),
    exchange: (request) => door.exchange(request),
    status: () => ({
      terminal: keys.holdingCertificate.body.wallet,
      openSessions: core.state.sessions.size,
      openOffers: core.state.offers.size,
      holding: core.state.holding.toString(),
      inSettlement: core.state.inSettlement.toString(),
      linkConnected: link.connected(),
      mapped: desk.terms().ok,
      ...(uploader.blocked && { blocked: uploader.blocked }),
    }),
    async close() {
      stopTicking();
      uploader.close();
      await link.close();
      journal.close();
    },
  };
}

type LinkKeeper = {
  keep(): void;
  wake(): void;
  connected(): boolean;
  close(): Promise<void>;
};

/**
 * Holds a link to every provider that an open session or a version of the mapping names; opens
 * another when a new one comes up.
 */
function createLinkKeeper(
  parts: AgentParts,
  core: Core,
  desk: SaleDesk,
  handler: LinkHandler,
): LinkKeeper {
  const links = new Map<WalletId, Link>();
  const own = core.keys.holdingCertificate.body.wallet;
  const certificates = [core.keys.holdingCertificate.bytes];
  const keep = (): void => {
    const wanted = new Set<WalletId>(desk.providers);
    for (const { offer } of core.state.sessions.values()) wanted.add(offer.provider);
    for (const { peer } of core.journal.pending('provider', MOST_PENDING))
      if (peer) wanted.add(peer);
    for (const peer of wanted) {
      if (links.has(peer)) continue;
      const outbox = providerOutbox(core, peer);
      links.set(peer, parts.openLink({ own, peers: [peer], certificates, outbox, handler }));
    }
    wake();
  };
  const wake = (): void => {
    for (const link of links.values()) link.wake();
  };
  return {
    keep,
    wake,
    connected: () => [...links.values()].every((link) => link.connected),
    close: async () => void (await Promise.all([...links.values()].map((link) => link.close()))),
  };
}

/**
 * Every second: what is overdue. Every 30: the mapping is asked for. Offers that have expired are
 * voided before anything is sent, so that no payment of yesterday starts the machine today.
 */
function tick(
  parts: AgentParts,
  core: Core,
  shelf: TariffShelf,
  bounds: Bounds,
  refresh: () => void,
): () => void {
  const { timers, onFault } = parts;
  const startedAt = core.now();
  const graceMs = Math.min(bounds.billWithinMs, GRACE_MS);
  let ticks = 0;
  let stop = (): void => undefined;
  const guarded = (work: () => void): void => {
    try {
      work();
    } catch (fault) {
      onFault(fault);
    }
  };
  const turn = (): void => {
    guarded(() => voidOverdue(core));
    guarded(() => endOverdue(core, parts.device, shelf, core.now() - startedAt >= graceMs));
    if (++ticks % REFRESH_TICKS === 0) refresh();
    stop = timers.after(TICK_MS, turn);
  };
  guarded(() => voidOverdue(core));
  stop = timers.after(TICK_MS, turn);
  return () => stop();
}

function voidOverdue(core: Core): void {
  for (const offer of overdueOffers(core.state, core.now())) {
    core.apply(voidOffer(core.state, offer, core.context()));
  }
}

/** Gives money back that nobody bills in time, and ends deliveries that nobody hears of. */
function endOverdue(core: Core, device: Device, shelf: TariffShelf, withoutBill: boolean): void {
  for (const { session, cause } of overdueSessions(core.state, core.context())) {
    if (cause === 'no-bill' && (!withoutBill || isHeldLonger(core, session, shelf))) continue;
    const returned = core.applyStep(returnMoney(core.state, session, cause, core.context()));
    if (returned.ok && cause === 'no-start') device.stop(session.id);
  }
  for (const { id } of silentSessions(core.state, core.context())) {
    device.stop(id);
    const session = core.state.sessions.get(id);
    if (session?.stage !== 'delivering') continue;
    core.applyStep(meter(core.state, session, [], true, core.context()));
  }
}

/** The payer has agreed that the money waits for a bill for as long as this. */
const HOLD_MS = 86_400_000;

function isHeldLonger(core: Core, { offer, deliveredAt }: Session, shelf: TariffShelf): boolean {
  if (deliveredAt === undefined || core.now() - deliveredAt >= HOLD_MS) return false;
  return shelf.policy(offer.tariffHash).onNoBill === 'HOLD';
}

function waitForNews(core: Core, timers: Timers): CarrierDoorParts['news'] {
  const waiting = new Map<string, Set<(hasNews: boolean) => void>>();
  let count = 0;
  core.listen(({ offer, session }) => {
    for (const id of [offer, session]) {
      for (const resolve of (id && waiting.get(id)) ?? []) resolve(true);
    }
  });
  return (of, ms) =>
    new Promise((resolve) => {
      if (count >= MOST_WAITING) return resolve(false);
      count += 1;
      const those = waiting.get(of) ?? new Set();
      const end = (hasNews: boolean): void => {
        if (!those.delete(end)) return;
        count -= 1;
        if (those.size === 0) waiting.delete(of);
        stop();
        resolve(hasNews);
      };
      const stop = timers.after(ms, () => end(false));
      waiting.set(of, those.add(end));
    });
}
