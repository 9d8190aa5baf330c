import type { WalletId } from '@coinbox/protocol';
import { createExchange } from './exchange.ts';
import type { Exchange } from './exchange.ts';
import type { Link, LinkOptions } from './link.ts';

/**
 * One envelope on its way. Never calling `arrive` loses it, calling it twice repeats it, calling it
 * later delays it.
 */
export type Parcel = {
  readonly from: WalletId;
  readonly to: WalletId;
  readonly bytes: Uint8Array;
  arrive(): void;
};

/** What the network does with a parcel. */
export type Carry = (parcel: Parcel) => void;

/** Links of several parties in one process, without a broker and without a timer. */
export interface MemoryLinks {
  /**
   * Opens the link of one party. Opening it again stands for a restart: what the old one knew is
   * gone.
   */
  open(options: LinkOptions): Link;
  /**
   * Delivers what is on its way until nothing is, when no `carry` was given. Answers the number of
   * envelopes.
   */
  settle(): number;
  /** Sends everything again that is not acknowledged, as the timer of a real link would. */
  retry(): void;
  /** Cuts a party off, or lets it back in. */
  setConnected(own: WalletId, connected: boolean): void;
}

type Station = { exchange: Exchange; connected: boolean };

/** A delivery that does not end after this many envelopes is a bug of one of the parties. */
const MOST_PARCELS = 1_000_000;

/**
 * Links in memory. `carry` decides what the network does; without it parcels wait, in order, for
 * `settle`.
 */
export function createMemoryLinks(options: { readonly carry?: Carry } = {}): MemoryLinks {
  const stations = new Map<WalletId, Station>();
  const queue: Parcel[] = [];
  const carry: Carry = options.carry ?? ((parcel) => queue.push(parcel));

  const deliver = (from: WalletId, to: WalletId, bytes: Uint8Array): void => {
    const station = stations.get(to);
    if (!station?.connected) return;
    station.exchange.arrived(from, bytes, 0);
    station.exchange.flush();
  };

  const open = (link: LinkOptions): Link => {
    const transport = {
      get connected() {
        return stations.get(link.own) === station && station.connected;
      },
      send(to: WalletId, envelope: Uint8Array) {
        const bytes = Uint8Array.from(envelope);
        carry({ from: link.own, to, bytes, arrive: () => deliver(link.own, to, bytes) });
      },
    };
    const station: Station = { exchange: createExchange(link, transport), connected: true };
    stations.set(link.own, station);
    station.exchange.resume(0);
    return {
      wake: (peer) => station.exchange.pump(0, peer),
      get connected() {
        return transport.connected;
      },
      get dropped() {
        return station.exchange.dropped;
      },
      async close() {
        if (stations.get(link.own) === station) stations.delete(link.own);
      },
    };
  };

  return {
    open,
    settle() {
      let delivered = 0;
      for (let next = queue.shift(); next; next = queue.shift()) {
        if (++delivered > MOST_PARCELS) throw new Error('bug: a delivery that does not end');
        next.arrive();
      }
      return delivered;
    },
    retry() {
      for (const { exchange } of stations.values()) exchange.resume(0);
    },
    setConnected(own, connected) {
      const station = stations.get(own);
      if (!station || station.connected === connected) return;
      station.connected = connected;
      if (connected) station.exchange.resume(0);
    },
  };
}
