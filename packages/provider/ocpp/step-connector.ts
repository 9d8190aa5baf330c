// pure
import type { Instant, Reading, SessionId } from '@coinbox/protocol';

/** A value of the station's energy register, watt-hours, and when the station says it was read. */
export type Sample = { readonly at: number; readonly energyWh: bigint };

/** The session that a connector serves, or is about to. */
export type Order = {
  readonly session: SessionId;
  /** What the station is to show when it starts: made for this session alone. */
  readonly token: string;
  /**
   * ordered: the station has been asked to start. running: it has a transaction. stopping: it has
   * been asked to stop.
   */
  readonly stage: 'ordered' | 'running' | 'stopping';
  /** Readings that the terminal has. */
  readonly told: number;
  /** When the stage began, and when the station last spoke of this transaction. */
  readonly since: number;
  readonly heardAt: number;
  /** A station that has started anew may have lost the transaction. */
  readonly bootedAt?: number;
  readonly transaction?: string;
  /** Register at the start of the transaction, once it is known. */
  readonly startWh?: bigint;
  /** Of the last reading that was told: watt-hours since the start, and its time. */
  readonly lastWh: bigint;
  readonly lastAt: number;
};

/** One connector of a station. Nothing of a transaction that is over is kept. */
export type ConnectorState = { readonly order?: Order };

export const FREE_CONNECTOR: ConnectorState = {};

export type ConnectorEvent =
  | {
      readonly kind: 'start';
      readonly session: SessionId;
      readonly token: string;
      /** Readings that the terminal has journalled before a restart. */
      readonly journalled: number;
    }
  | { readonly kind: 'stop'; readonly session: SessionId }
  /** The station's answer to our wish to start. */
  | { readonly kind: 'refused'; readonly token: string }
  | {
      readonly kind: 'started';
      readonly transaction: string;
      readonly token?: string;
      readonly sample?: Sample;
    }
  | {
      readonly kind: 'metered';
      readonly transaction: string;
      readonly samples: readonly Sample[];
      /** The car does not draw. */
      readonly idle?: boolean;
    }
  | {
      readonly kind: 'ended';
      readonly transaction: string;
      readonly token?: string;
      readonly samples: readonly Sample[];
    }
  | { readonly kind: 'booted' | 'tick' };

export type ConnectorEffect =
  | { readonly kind: 'ask-start'; readonly token: string }
  | { readonly kind: 'ask-stop'; readonly transaction: string }
  | {
      readonly kind: 'delivered';
      readonly session: SessionId;
      readonly readings: readonly Reading[];
      readonly final: boolean;
      readonly from: number;
    }
  | { readonly kind: 'failed'; readonly session: SessionId };

export type ConnectorStep = {
  readonly state: ConnectorState;
  readonly effects: readonly ConnectorEffect[];
};

/** Times of a connector, milliseconds. */
export type ConnectorTimes = {
  /** From the wish to start to a transaction: somebody has to plug in. */
  readonly startWithinMs: number;
  /** From the wish to stop to the end of the transaction. */
  readonly stopWithinMs: number;
  /** Silence of a station with a transaction: then what was told is billed. */
  readonly vanishWithinMs: number;
  /** From a restart of the station to a word about the transaction that it had. */
  readonly bootWithinMs: number;
};

export const CONNECTOR_TIMES: ConnectorTimes = {
  startWithinMs: 240_000,
  stopWithinMs: 60_000,
  vanishWithinMs: 900_000,
  bootWithinMs: 120_000,
};

/**
 * One step of a connector. A transaction that is not the order's is nobody's: nothing of it is
 * told, and it is asked to stop as soon as it shows. Whatever the order and the repeats in which a
 * station's messages come, a session has one end, and its readings only grow.
 */
export function stepConnector(
  state: ConnectorState,
  event: ConnectorEvent,
  now: Instant,
  times: ConnectorTimes = CONNECTOR_TIMES,
): ConnectorStep {
  const { order } = state;
  switch (event.kind) {
    case 'start':
      return start(state, event, now);
    case 'stop':
      return order?.session === event.session ? stop(order, now) : { state, effects: [] };
    case 'refused':
      return order?.stage === 'ordered' && order.token === event.token ? end(order) : same(state);
    case 'started':
      return started(state, event, now);
    case 'metered':
      return metered(state, event, now);
    case 'ended':
      return ended(state, event, now);
    case 'booted':
      return order && order.stage !== 'ordered'
        ? { state: { order: { ...order, bootedAt: now } }, effects: [] }
        : same(state);
    case 'tick':
      return order && isOver(order, now, times) ? end(order) : same(state);
  }
}

const same = (state: ConnectorState): ConnectorStep => ({ state, effects: [] });

/** Does a transaction that starts with this token belong to the session that is served? */
export const isOrdered = ({ order }: ConnectorState, token: string | undefined): boolean =>
  order !== undefined && token === order.token && order.stage !== 'stopping';

function start(
  state: ConnectorState,
  { session, token, journalled }: Extract<ConnectorEvent, { kind: 'start' }>,
  now: Instant,
): ConnectorStep {
  const { order } = state;
  if (order?.session === session) {
    // The terminal has come back. Its journal counts, whatever was told here.
    const again = { ...order, told: journalled };
    const isWaiting = order.stage === 'ordered';
    return {
      state: { order: again },
      effects: isWaiting ? [{ kind: 'ask-start', token: order.token }] : [],
    };
  }
  if (order || journalled > 0) {
    // Another is served, or this one was and is forgotten here: what is journalled is billed.
    const effect: ConnectorEffect =
      journalled > 0
        ? { kind: 'delivered', session, readings: [], final: true, from: journalled }
        : { kind: 'failed', session };
    return { state, effects: [effect] };
  }
  const fresh: Order = {
    session,
    token,
    stage: 'ordered',
    told: 0,
    since: now,
    heardAt: now,
    lastWh: 0n,
    lastAt: now,
  };
  return { state: { order: fresh }, effects: [{ kind: 'ask-start', token }] };
}

function stop(order: Order, now: Instant): ConnectorStep {
  if (order.stage === 'ordered' || order.transaction === undefined) return end(order);
  const effects: ConnectorEffect[] = [{ kind: 'ask-stop', transaction: order.transaction }];
  if (order.stage === 'stopping') return { state: { order }, effects };
  return { state: { order: { ...order, stage: 'stopping', since: now } }, effects };
}

/** The session ends with what was told. */
function end(order: Order, last: readonly Reading[] = []): ConnectorStep {
  const { session, told: from, transaction } = order;
  const over: ConnectorEffect =
    from + last.length > 0
      ? { kind: 'delivered', session, readings: last, final: true, from }
      : { kind: 'failed', session };
  return {
    state: FREE_CONNECTOR,
    effects: transaction === undefined ? [over] : [over, { kind: 'ask-stop', transaction }],
  };
}

function isOver(order: Order, now: Instant, times: ConnectorTimes): boolean {
  const { stage, since, heardAt, bootedAt } = order;
  if (stage === 'ordered') return now - since >= times.startWithinMs;
  if (stage === 'stopping' && now - since >= times.stopWithinMs) return true;
  if (bootedAt !== undefined && now - bootedAt >= times.bootWithinMs) return true;
  return now - heardAt >= times.vanishWithinMs;
}

function started(
  state: ConnectorState,
  { transaction, token, sample }: Extract<ConnectorEvent, { kind: 'started' }>,
  now: Instant,
): ConnectorStep {
  const { order } = state;
  if (!order || token !== order.token) {
    const isOwn = order?.transaction === transaction;
    return isOwn ? same(state) : { state, effects: [{ kind: 'ask-stop', transaction }] };
  }
  // Told again: the answer was lost. Another one with the same token is an orphan.
  if (order.transaction !== undefined) {
    const isOwn = order.transaction === transaction;
    return { state, effects: isOwn ? [] : [{ kind: 'ask-stop', transaction }] };
  }
  const running: Order = { ...order, stage: 'running', transaction, since: now, heardAt: now };
  if (!sample) return { state: { order: running }, effects: [] };
  return tell({ ...running, startWh: sample.energyWh }, [sample], 'active', now);
}

/** Samples of a transaction become readings: those that go on, in order. */
function readingsOf(
  order: Order,
  samples: readonly Sample[],
  phase: Reading['phase'],
  now: Instant,
): { order: Order; readings: readonly Reading[] } {
  let { startWh, lastWh, lastAt } = order;
  const readings: Reading[] = [];
  for (const { at, energyWh } of [...samples].sort((a, b) => a.at - b.at)) {
    startWh ??= energyWh;
    const sinceStart = energyWh - startWh;
    // A register that falls, and one that is repeated late, say nothing new.
    if (sinceStart < lastWh) continue;
    const isKnown = order.told + readings.length > 0;
    if (isKnown && sinceStart === lastWh && at <= lastAt) continue;
    // The clock of a station is not trusted: not before what was told, and not after now.
    lastAt = Math.max(lastAt, Math.min(at, now));
    lastWh = sinceStart;
    readings.push({ at: lastAt as Instant, phase, energyWh: sinceStart });
  }
  return {
    order: { ...order, lastWh, lastAt, ...(startWh !== undefined && { startWh }) },
    readings,
  };
}

function tell(
  before: Order,
  samples: readonly Sample[],
  phase: Reading['phase'],
  now: Instant,
): ConnectorStep {
  const { order, readings } = readingsOf(before, samples, phase, now);
  if (readings.length === 0) return { state: { order }, effects: [] };
  const { session, told: from } = order;
  return {
    state: { order: { ...order, told: from + readings.length } },
    effects: [{ kind: 'delivered', session, readings, final: false, from }],
  };
}

function metered(
  state: ConnectorState,
  { transaction, samples, idle }: Extract<ConnectorEvent, { kind: 'metered' }>,
  now: Instant,
): ConnectorStep {
  const { order } = state;
  if (order?.transaction !== transaction) {
    return { state, effects: [{ kind: 'ask-stop', transaction }] };
  }
  const { bootedAt: _bootedAt, ...alive } = order;
  return tell({ ...alive, heardAt: now }, samples, idle ? 'idle' : 'active', now);
}

/** What stations send for a transaction whose start they could not report. */
const NO_TRANSACTION = '-1';

function ended(
  state: ConnectorState,
  { transaction, token, samples }: Extract<ConnectorEvent, { kind: 'ended' }>,
  now: Instant,
): ConnectorStep {
  const { order } = state;
  if (!order) return same(state);
  const isOwn = order.transaction === transaction;
  const isUnnamed = transaction === NO_TRANSACTION && token === order.token;
  const isUnreported = order.transaction === undefined && token === order.token;
  if (!isOwn && !isUnnamed && !isUnreported) return same(state);
  // Without a start the first sample is the start: one alone says nothing of what was delivered.
  const { order: last, readings } = readingsOf(order, samples, 'idle', now);
  const { transaction: _transaction, ...closed } = last;
  return end(closed, readings);
}
