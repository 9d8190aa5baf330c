import type { Money, Reading, SessionId } from '@coinbox/protocol';

/** What a device tells the agent while it delivers. */
export interface DeviceEvents {
  /**
   * Readings of the registers since the start of the session, in order; `final` with the last one.
   * They are durable when this returns. `from` is the place of the first of them in the session,
   * counted from 0: readings that the agent has already are passed over, so a device may tell them
   * again. `refused`: the session takes no more readings, or these go back in time or count.
   */
  delivered(
    session: SessionId,
    readings: readonly Reading[],
    final: boolean,
    from?: number,
  ): 'taken' | 'refused';
  /** Nothing was delivered and nothing will be: the money goes back. */
  failed(session: SessionId): void;
}

/**
 * The most that a machine delivers between one reading and the next: base units of its registers,
 * milliseconds.
 */
export type Tick = {
  readonly ms: number;
  readonly energyWh?: bigint;
  readonly volumeMl?: bigint;
  readonly massG?: bigint;
  readonly cycles?: bigint;
};

/**
 * The machine behind the wallet: a charger, a vending machine, a washer, a meter. It delivers when
 * told to and tells what it has delivered. It has no say in what that costs.
 */
export interface Device {
  /**
   * The agent stops a device with a tick so early that one tick more is still paid for. One without
   * is stopped when the money is used up. Of one with a tick, readings that cost more than is held
   * are refused: it has delivered more than it said, and ends the session with what was taken.
   */
  readonly tick?: Tick;
  /** Called once by the agent, before anything else. */
  connect(events: DeviceEvents): void;
  /**
   * Deliver for this session, and tell a first reading within the time that a start may take
   * (Bounds.startWithinMs), or the money goes back. Told again after a restart of the agent with
   * the readings it has journalled: the device goes on, or ends the session with a final reading.
   */
  start(session: SessionId, order: { held: Money; journalled: readonly Reading[] }): void;
  /**
   * Stop delivering and tell the final reading. Also for a session that the agent has given up:
   * then nobody pays for what comes after.
   */
  stop(session: SessionId): void;
}
