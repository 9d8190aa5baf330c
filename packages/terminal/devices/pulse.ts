import type { Clock, Reading, SessionId } from '@coinbox/protocol';
import type { Device, DeviceEvents } from '../device.ts';
import type { Timers } from '../timers.ts';

/** A machine with a coin input and a sign that it runs: a washer, a dryer, an air pump. */
export interface PulseMachine {
  /** One pulse on the coin input. Throwing means that it was not given. */
  pulse(): void | Promise<void>;
  /** Does it run? A current clamp, a door switch. */
  inUse(): boolean | Promise<boolean>;
}

export type PulseOptions = {
  readonly machine: PulseMachine;
  /** Pulses that buy one cycle. */
  readonly pulses: number;
  readonly gapMs: number;
  /** So soon after the last pulse it must be seen to run, or all goes back. */
  readonly inUseWithinMs?: number;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly onFault: (fault: unknown) => void;
};

/** Article number under which the pulses of a session are counted. No tariff prices it. */
export const PULSE_SKU = 'pulse';
const LOOK_EVERY_MS = 500;
const IN_USE_WITHIN_MS = 30_000;

type Run = { readonly session: SessionId; told: number; sent: number };

/**
 * Buys one cycle with a train of pulses. Each pulse is in the journal before it is given, so a
 * power cut can shorten the train and never lengthen it. The cycle counts when the machine has been
 * seen to run. One session at a time: put `createQueuedDevice` before it.
 */
export function createPulseDevice(options: PulseOptions): Device {
  const { machine, clock, timers, onFault, inUseWithinMs = IN_USE_WITHIN_MS } = options;
  let events: DeviceEvents | undefined;
  let run: Run | undefined;
  const tell = (of: Run, cycles: bigint, sent: number, final: boolean): boolean => {
    const items = sent > 0 ? [{ sku: PULSE_SKU, count: sent }] : [];
    const reading: Reading = { at: clock.now(), phase: 'active', cycles, items };
    const answer = events?.delivered(of.session, [reading], final, of.told);
    if (answer === 'taken') of.told += 1;
    return answer === 'taken';
  };
  const end = (of: Run, cycles: bigint): void => {
    if (run !== of) return;
    run = undefined;
    if (tell(of, cycles, of.sent, true)) return;
    // A clock that was set back: nothing more can be shown, so nothing more is billed.
    events?.delivered(of.session, [], true, of.told);
  };
  const later = (of: Run, ms: number, work: () => Promise<void>): void => {
    timers.after(ms, () => {
      if (run !== of) return;
      work().catch((fault: unknown) => {
        onFault(fault);
        if (run === of) run = undefined;
      });
    });
  };
  const give = async (of: Run): Promise<void> => {
    if (run !== of) return;
    if (of.sent >= options.pulses) return look(of, clock.now());
    if (!tell(of, 0n, of.sent + 1, false)) return end(of, 0n);
    if (run !== of) return;
    of.sent += 1;
    const isGiven = await attempt(() => machine.pulse());
    if (!isGiven) return end(of, 0n);
    later(of, options.gapMs, () => give(of));
  };
  const look = async (of: Run, since: number): Promise<void> => {
    let isInUse = false;
    await attempt(async () => void (isInUse = await machine.inUse()));
    if (isInUse) return end(of, 1n);
    if (clock.now() - since >= inUseWithinMs) return end(of, 0n);
    later(of, LOOK_EVERY_MS, () => look(of, since));
  };
  return {
    // The first reading stands before the first pulse: what a cycle costs must be there by then.
    tick: { ms: inUseWithinMs, cycles: 1n },
    connect: (to) => void (events = to),
    start(session, { journalled }) {
      if (run?.session === session) return;
      const sold = journalled.at(-1)?.items?.find(({ sku }) => sku === PULSE_SKU);
      const of: Run = { session, told: journalled.length, sent: sold?.count ?? 0 };
      run = of;
      if (of.told === 0 && !tell(of, 0n, 0, false)) return;
      if (run === of) later(of, 0, () => give(of));
    },
    stop(session) {
      // After the first pulse the cycle is bought: whether it runs has to be seen.
      if (run?.session === session && run.sent === 0) end(run, 0n);
    },
  };
}

const attempt = async (work: () => void | Promise<void>): Promise<boolean> => {
  try {
    await work();
    return true;
  } catch {
    return false;
  }
};
