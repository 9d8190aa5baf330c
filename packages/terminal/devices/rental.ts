import type { Clock, Reading, SessionId } from '@coinbox/protocol';
import type { Device, DeviceEvents } from '../device.ts';
import type { Timers } from '../timers.ts';

/** What lends something: a rack of power banks, a locker, a bicycle stand. */
export interface Slot {
  /** Lets one out. `false`, or throwing: nothing came out. */
  eject(): Promise<boolean>;
}

export type RentalOptions = {
  readonly slot: Slot;
  readonly clock: Clock;
  readonly timers: Timers;
  /** Between two readings while the thing is out. */
  readonly everyMs: number;
  readonly onFault: (fault: unknown) => void;
};

export interface RentalDevice extends Device {
  /** What was lent is back. */
  returned(): void;
}

type Run = { readonly session: SessionId; told: number; out: boolean };

/**
 * Lends one thing for time. It costs until it is back, or until the money is used up: then it is
 * the payer's. One session at a time: put `createQueuedDevice` before it.
 */
export function createRentalDevice(options: RentalOptions): RentalDevice {
  const { slot, clock, timers, everyMs, onFault } = options;
  let events: DeviceEvents | undefined;
  let run: Run | undefined;
  const tell = (of: Run, phase: Reading['phase'] | undefined, final: boolean): boolean => {
    const readings = phase ? [{ at: clock.now(), phase }] : [];
    const answer = events?.delivered(of.session, readings, final, of.told);
    if (answer === 'taken') of.told += readings.length;
    return answer === 'taken';
  };
  const end = (of: Run, phase?: Reading['phase']): void => {
    if (run !== of) return;
    run = undefined;
    // A clock that was set back must not keep the session open.
    if (!tell(of, phase, true)) tell(of, undefined, true);
  };
  const watched = (of: Run, work: () => void): void => {
    try {
      work();
    } catch (fault) {
      onFault(fault);
      if (run === of) run = undefined;
    }
  };
  const turn = (of: Run): void => {
    if (run !== of) return;
    tell(of, 'active', false);
    if (run === of) void timers.after(everyMs, () => watched(of, () => turn(of)));
  };
  const eject = async (of: Run): Promise<void> => {
    const isOut = await slot.eject().catch(() => false);
    if (run !== of) return;
    of.out = isOut;
    watched(of, () => (isOut ? turn(of) : end(of)));
  };
  return {
    tick: { ms: everyMs },
    connect: (to) => void (events = to),
    start(session, { journalled }) {
      if (run?.session === session) return;
      const told = journalled.length;
      const of: Run = { session, told, out: journalled.some(({ phase }) => phase === 'active') };
      run = of;
      if (of.out) return turn(of);
      // Durable before it comes out, so that no power cut lets a second one out. Whether the first
      // came out is then not known, and nobody pays for it.
      if (told > 0) return end(of);
      tell(of, 'idle', false);
      if (run === of) void eject(of);
    },
    stop(session) {
      if (run?.session === session) end(run, run.out ? 'idle' : undefined);
    },
    returned() {
      if (run?.out) end(run, 'idle');
    },
  };
}
