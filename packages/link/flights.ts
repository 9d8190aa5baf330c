// pure
import { toHex } from '@coinbox/protocol';
import type { WalletId } from '@coinbox/protocol';
import type { LinkMessage } from './link.ts';

/** Messages of one peer that may be on their way at a time. */
export const MOST_IN_FLIGHT = 64;
/** An interval doubles at each repeat, up to 2⁴ times the first. */
const MOST_DOUBLINGS = 4;

/** `fresh`: send at once, whatever `sentAt` says. */
type Flight = { sentAt: number; repeats: number; fresh: boolean };

/** A message to send now. After `intervalMs` it is sent again. */
export type Due = { readonly message: LinkMessage; readonly intervalMs: number };

/** What is on its way and not acknowledged. It may be lost: it is made again from the outbox. */
export interface Flights {
  /**
   * Which of the pending messages (all of them, or all of `peer`) to send now. Takes them as sent.
   */
  collect(pending: Iterable<LinkMessage>, now: number, peer?: WalletId): readonly Due[];
  /**
   * An acknowledgement has come. Answers whether others of this peer have been waiting for room.
   */
  landed(peer: WalletId, hash: Uint8Array): boolean;
  /**
   * The peer shows signs of life: what has been repeated to it is due now, it may have been away.
   */
  alive(peer: WalletId): void;
  /** Everything is due now. */
  restart(): void;
  /** The earliest time at which something is due; undefined when nothing is on its way. */
  dueAt(): number | undefined;
}

export function createFlights(retryMs: number): Flights {
  const all = new Map<WalletId, Map<string, Flight>>();
  const intervalOf = ({ repeats }: Flight): number =>
    retryMs * 2 ** Math.min(repeats, MOST_DOUBLINGS);
  const isDue = (flight: Flight, now: number): boolean =>
    flight.fresh || now - flight.sentAt >= intervalOf(flight);
  const flightsOf = (peer: WalletId): Map<string, Flight> => {
    let flights = all.get(peer);
    if (!flights) all.set(peer, (flights = new Map()));
    return flights;
  };
  /** The flight of a message if it is to be sent now. */
  const take = (message: LinkMessage, now: number): Flight | undefined => {
    const flights = flightsOf(message.peer);
    const name = toHex(message.hash);
    const flight = flights.get(name);
    if (!flight) {
      if (flights.size >= MOST_IN_FLIGHT) return undefined;
      const first = { sentAt: now, repeats: 0, fresh: false };
      flights.set(name, first);
      return first;
    }
    if (!isDue(flight, now)) return undefined;
    if (!flight.fresh) flight.repeats += 1;
    return Object.assign(flight, { sentAt: now, fresh: false });
  };

  return {
    collect(pending, now, peer) {
      const due: Due[] = [];
      const there = new Set<string>();
      for (const message of pending) {
        if (peer !== undefined && message.peer !== peer) continue;
        there.add(message.peer + toHex(message.hash));
        const flight = take(message, now);
        if (flight) due.push({ message, intervalMs: intervalOf(flight) });
      }
      // What the party has taken out of its outbox by itself is not on its way any more.
      for (const [of, flights] of all) {
        if (peer !== undefined && of !== peer) continue;
        for (const name of flights.keys()) if (!there.has(of + name)) flights.delete(name);
        if (flights.size === 0) all.delete(of);
      }
      return due;
    },
    landed(peer, hash) {
      const flights = all.get(peer);
      if (!flights) return false;
      const wasFull = flights.size >= MOST_IN_FLIGHT;
      flights.delete(toHex(hash));
      if (flights.size === 0) all.delete(peer);
      return wasFull;
    },
    alive(peer) {
      for (const flight of all.get(peer)?.values() ?? []) {
        if (flight.repeats > 0) Object.assign(flight, { repeats: 0, fresh: true });
      }
    },
    restart() {
      for (const flights of all.values()) {
        for (const flight of flights.values()) Object.assign(flight, { repeats: 0, fresh: true });
      }
    },
    dueAt: () => earliest(all, intervalOf),
  };
}

function earliest(
  all: ReadonlyMap<WalletId, ReadonlyMap<string, Flight>>,
  intervalOf: (flight: Flight) => number,
): number | undefined {
  let found: number | undefined;
  for (const flights of all.values()) {
    for (const flight of flights.values()) {
      const at = flight.fresh ? flight.sentAt : flight.sentAt + intervalOf(flight);
      if (found === undefined || at < found) found = at;
    }
  }
  return found;
}
