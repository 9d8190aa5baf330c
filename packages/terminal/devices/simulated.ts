import type { Reading, SessionId } from '@coinbox/protocol';
import type { Device, DeviceEvents } from '../device.ts';

/** A device without hardware: somebody hands it what a real machine would have measured. */
export interface SimulatedDevice extends Device {
  /**
   * Delivers these readings for a session that has been started, the last one final. Handing them
   * in again changes nothing. `unknown`: the agent has not started such a session, or has ended it.
   * `refused`: the readings contradict each other, and the session goes on.
   */
  play(session: SessionId, readings: readonly Reading[]): 'played' | 'refused' | 'unknown';
  /** The machine does not start: the money goes back. */
  fail(session: SessionId): 'played' | 'unknown';
}

export function createSimulatedDevice(): SimulatedDevice {
  let events: DeviceEvents | undefined;
  const running = new Set<SessionId>();
  return {
    connect: (to) => void (events = to),
    start: (session) => void running.add(session),
    stop: (session) => void running.delete(session),
    play(session, readings) {
      if (!events || !running.has(session)) return 'unknown';
      if (events.delivered(session, readings, true) === 'refused') return 'refused';
      running.delete(session);
      return 'played';
    },
    fail(session) {
      if (!events || !running.has(session)) return 'unknown';
      events.failed(session);
      running.delete(session);
      return 'played';
    },
  };
}
