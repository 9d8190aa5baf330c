import { createHash } from 'node:crypto';
import { assert } from '@coinbox/protocol';
import type { Clock, Money, Reading, SessionId } from '@coinbox/protocol';
import type { Tariff } from '@coinbox/tariff';
import { ocppTariffOf } from './default-tariff.ts';
import type { Machine, MachineEvents } from './machine.ts';
import type { Station, StationCalls } from './station.ts';
import { CONNECTOR_TIMES, stepConnector } from './step-connector.ts';
import type { ConnectorEffect, ConnectorEvent, ConnectorTimes } from './step-connector.ts';
import type { ConnectorStore } from './store.ts';

/** A station that may connect. */
export type StationConfig = {
  /** The last part of the address that it connects to. */
  readonly identity: string;
  /** Of its password, as `hashPassword` makes it (security profiles 1 and 2). */
  readonly password: string;
  /** Connectors (1.6) or EVSEs (2.x), numbered from 1. */
  readonly connectors: number;
  /** The most that a connector delivers between two readings: how early it has to be stopped. */
  readonly tick?: { readonly ms: number; readonly energyWh: bigint };
};

export type SeatOptions = {
  readonly stations: readonly StationConfig[];
  readonly store: ConnectorStore;
  readonly clock: Clock;
  readonly times?: Partial<ConnectorTimes>;
  /** Minor units that a session has cost so far, for the station's display. */
  readonly costOf?: (session: SessionId, readings: readonly Reading[]) => bigint | undefined;
  /** Shown by stations of OCPP 2.1, where they can show it as it is billed. */
  readonly tariff?: Tariff;
  /** Decimals of the asset. Default 2. */
  readonly decimals?: number;
  /** A station of OCPP 2.1 says what its own payment terminal has settled: for a log. */
  readonly onSettled?: (station: string, reference: string, transaction?: string) => void;
  readonly onFault: (fault: unknown) => void;
};

/** Between connectors and terminals: each connector is a seat, with a session on it or none. */
export interface Seats {
  /** What a station's messages act on. */
  stationOf(config: StationConfig): Station;
  machineOf(identity: string, connector: number): Machine;
  /** Lets the times run out that are over. */
  tick(): void;
  /** A station is here, and can be asked. What it was asked while it was away is asked again. */
  connected(config: StationConfig, calls: StationCalls): void;
  disconnected(identity: string, calls: StationCalls): void;
  isConnected(identity: string): boolean;
}

type Seat = {
  readonly config: StationConfig;
  readonly connector: number;
  events?: MachineEvents;
  /** What the terminal holds for the session that is served, and the readings of it. */
  held?: Money;
  readings: Reading[];
  queue: ConnectorEvent[];
  draining: boolean;
};

/** What the seats own together. */
type Room = {
  readonly options: SeatOptions;
  readonly times: ConnectorTimes;
  readonly seats: ReadonlyMap<string, Seat>;
  readonly calls: Map<string, StationCalls>;
};

/** What a station must show to start: 20 characters, the most that OCPP 1.6 takes. */
const tokenOfSession = (session: SessionId): string =>
  `CB${createHash('sha256').update(session).digest('hex').slice(0, 18).toUpperCase()}`;

const keyOf = (identity: string, connector: number): string => `${connector} ${identity}`;
const connectorsOf = ({ connectors }: StationConfig): number[] =>
  Array.from({ length: connectors }, (_, place) => place + 1);

export function createSeats(options: SeatOptions): Seats {
  const seats = new Map<string, Seat>();
  for (const config of options.stations) {
    for (const connector of connectorsOf(config)) {
      const seat = { config, connector, readings: [], queue: [], draining: false };
      seats.set(keyOf(config.identity, connector), seat);
    }
  }
  const times = { ...CONNECTOR_TIMES, ...options.times };
  const room: Room = { options, times, seats, calls: new Map() };
  return {
    stationOf: (config) => createStation(room, config),
    machineOf: (identity, connector) => createMachine(room, seatOf(room, identity, connector)),
    tick() {
      for (const seat of seats.values()) take(room, seat, { kind: 'tick' });
    },
    connected(config, calls) {
      room.calls.set(config.identity, calls);
      for (const connector of connectorsOf(config)) {
        askAgain(room, seatOf(room, config.identity, connector));
      }
    },
    disconnected(identity, calls) {
      if (room.calls.get(identity) === calls) room.calls.delete(identity);
    },
    isConnected: (identity) => room.calls.has(identity),
  };
}

function seatOf({ seats }: Room, identity: string, connector: number): Seat {
  const seat = seats.get(keyOf(identity, connector));
  assert(seat, 'a connector is one of those that the station was set up with');
  return seat;
}

function createMachine(room: Room, seat: Seat): Machine {
  return {
    ...(seat.config.tick && { tick: seat.config.tick }),
    connect: (events) => void (seat.events = events),
    start(session, { held, journalled }) {
      seat.held = held;
      seat.readings = [...journalled];
      const token = tokenOfSession(session);
      take(room, seat, { kind: 'start', session, token, journalled: journalled.length });
    },
    stop: (session) => take(room, seat, { kind: 'stop', session }),
  };
}

function createStation(room: Room, config: StationConfig): Station {
  const { store, clock, costOf, tariff, decimals = 2, onSettled } = room.options;
  const { identity } = config;
  // A foreign message wants a number; it is for a display, and nothing is computed from it.
  const major = (minor: bigint): number => Number(minor) / 10 ** decimals;
  return {
    identity,
    now: () => clock.now(),
    connectors: connectorsOf(config),
    state: (connector) => store.load(identity, connector),
    take: (connector, event) => take(room, seatOf(room, identity, connector), event),
    nextTransaction: () => store.nextTransaction(),
    tariff: tariff && ocppTariffOf(tariff),
    cost(connector) {
      const { held, readings } = seatOf(room, identity, connector);
      const session = store.load(identity, connector).order?.session;
      const total = session && costOf?.(session, readings);
      return {
        ...(total !== undefined && { total: major(total) }),
        ...(held !== undefined && { most: major(held) }),
      };
    },
    settled: ({ reference, transaction }) => onSettled?.(identity, reference, transaction),
  };
}

/**
 * One event after the other: what the terminal says while it is told of one comes after it. The
 * terminal's journal is written before the store: what it has, it passes over when told again.
 */
function take(room: Room, seat: Seat, event: ConnectorEvent): void {
  seat.queue.push(event);
  if (seat.draining) return;
  seat.draining = true;
  const { store, clock } = room.options;
  const { identity } = seat.config;
  try {
    for (let next = seat.queue.shift(); next; next = seat.queue.shift()) {
      const before = store.load(identity, seat.connector);
      const { state, effects } = stepConnector(before, next, clock.now(), room.times);
      for (const effect of effects) perform(room, seat, effect);
      if (state !== before) store.save(identity, seat.connector, state);
    }
  } finally {
    seat.queue = [];
    seat.draining = false;
  }
}

function perform(room: Room, seat: Seat, effect: ConnectorEffect): void {
  const { onFault } = room.options;
  const { events, connector } = seat;
  const station = room.calls.get(seat.config.identity);
  switch (effect.kind) {
    case 'ask-start':
      station?.start(connector, effect.token).then((answer) => {
        if (answer === 'refused') take(room, seat, { kind: 'refused', token: effect.token });
      }, onFault);
      return;
    case 'ask-stop':
      station?.stop(effect.transaction).catch(onFault);
      return;
    case 'failed':
      events?.failed(effect.session);
      return;
    case 'delivered': {
      const { session, readings, final, from } = effect;
      seat.readings.push(...readings);
      const answer = events?.delivered(session, readings, final, from);
      if (answer !== 'refused') return;
      // More than is held, for one thing: it ends with what was taken.
      if (!final) take(room, seat, { kind: 'stop', session });
      else if (readings.length > 0) events?.delivered(session, [], true, from);
    }
  }
}

function askAgain(room: Room, seat: Seat): void {
  const { order } = room.options.store.load(seat.config.identity, seat.connector);
  if (order?.stage === 'ordered') perform(room, seat, { kind: 'ask-start', token: order.token });
  if (order?.stage === 'stopping' && order.transaction !== undefined) {
    perform(room, seat, { kind: 'ask-stop', transaction: order.transaction });
  }
}
