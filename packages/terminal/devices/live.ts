import type { Clock, Instant, SessionId } from '@coinbox/protocol';
import type { DeviceEvents } from '../device.ts';
import type { Timers } from '../timers.ts';
import type { SimulatedDevice } from './simulated.ts';

export type LiveDeviceParts = {
  /** Power that it delivers from start to stop. */
  readonly watts: number;
  readonly clock: Clock;
  readonly timers: Timers;
};

const READ_EVERY_MS = 1_000;
const MS_PER_HOUR = 3_600_000n;

type Run = {
  readonly from: Instant;
  /** Watt-hours that were read before a restart. */
  readonly base: bigint;
  /** Readings that were told. */
  told: number;
  callOff: () => void;
};

/**
 * A charger without hardware that delivers by itself: it reads its meter every second, from the
 * start until it is told to stop.
 */
export function createLiveDevice({ watts, clock, timers }: LiveDeviceParts): SimulatedDevice {
  let events: DeviceEvents | undefined;
  const running = new Map<SessionId, Run>();
  const read = (session: SessionId, run: Run, final: boolean): void => {
    const at = clock.now();
    const energyWh = run.base + (BigInt(at - run.from) * BigInt(watts)) / MS_PER_HOUR;
    events?.delivered(session, [{ at, phase: 'active', energyWh }], final, run.told++);
  };
  const keepReading = (session: SessionId, run: Run): void => {
    run.callOff = timers.after(READ_EVERY_MS, () => {
      read(session, run, false);
      if (running.has(session)) keepReading(session, run);
    });
  };
  const end = (session: SessionId): Run | undefined => {
    const run = running.get(session);
    run?.callOff();
    running.delete(session);
    return run;
  };
  return {
    connect: (to) => void (events = to),
    start(session, { journalled }) {
      const base = journalled.at(-1)?.energyWh ?? 0n;
      const told = journalled.length;
      const run: Run = { from: clock.now(), base, told, callOff: () => undefined };
      running.set(session, run);
      read(session, run, false);
      keepReading(session, run);
    },
    stop(session) {
      const run = end(session);
      if (run) read(session, run, true);
    },
    play(session, readings) {
      if (!events || !running.has(session)) return 'unknown';
      if (events.delivered(session, readings, true) === 'refused') return 'refused';
      end(session);
      return 'played';
    },
    fail(session) {
      if (!end(session)) return 'unknown';
      events?.failed(session);
      return 'played';
    },
  };
}
