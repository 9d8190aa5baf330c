import type { Clock, Instant, Reading, SessionId } from '@coinbox/protocol';
import type { Device, DeviceEvents, Tick } from '../device.ts';
import type { Timers } from '../timers.ts';

/** What a meter shows, in base units. It counts from whenever, and never down. */
export type Registers = Pick<Reading, 'energyWh' | 'volumeMl' | 'massG' | 'powerW' | 'currentMa'>;

/** A switch with a meter behind it: a socket, a charger without a brain, a valve, a home. */
export interface MeteredMachine {
  /** `false`: it does not switch on. Throwing means the same. */
  switchOn(): Promise<boolean>;
  /** Safe to call at any time. The switch of a good machine opens when nobody watches it. */
  switchOff(): Promise<void>;
  /** What the meter shows now. Throws where it does not answer. */
  read(): Promise<Registers>;
}

export type MeteredOptions = {
  readonly machine: MeteredMachine;
  readonly clock: Clock;
  readonly timers: Timers;
  /** Between two readings. */
  readonly everyMs: number;
  /** The most that flows in that time, base units. */
  readonly most: Omit<Tick, 'ms'>;
  /**
   * What becomes of a session that the agent finds after a power cut: `end` bills what is
   * journalled (a car, which may be gone), `go-on` switches on again (a home).
   */
  readonly afterPowerCut: 'end' | 'go-on';
  /** A session in which nothing flows for so long is over. Without it it may rest for ever. */
  readonly flowWithinMs?: number;
  readonly onFault: (fault: unknown) => void;
};

/** A metered device, and the button by which a payer ends the delivery. */
export interface MeteredDevice extends Device {
  /** The payer has pressed stop, or has unplugged. */
  leave(): void;
}

/** Owned by the device: the one session that it delivers for. */
type Run = {
  readonly session: SessionId;
  /** Readings that the agent has. */
  told: number;
  /** What the session's registers stood at when `zero` was read: more than 0 after a restart. */
  readonly before: Registers;
  zero: Registers | undefined;
  last: Registers;
  flowedAt: number;
  misses: number;
  ending: boolean;
};

/** A meter that does not answer so often in a row has failed: the delivery ends. */
const MOST_MISSES = 3;
const registers = ['energyWh', 'volumeMl', 'massG'] as const;

/** What a metered device owns. */
type Own = {
  readonly options: MeteredOptions;
  events: DeviceEvents | undefined;
  run: Run | undefined;
};

/**
 * Switches on, tells what the meter shows as long as it is on, and switches off. What the meter
 * counts while nobody watches is nobody's: a session counts only what was read between two readings
 * of its own. One session at a time: put `createQueuedDevice` before it.
 */
export function createMeteredDevice(options: MeteredOptions): MeteredDevice {
  const own: Own = { options, events: undefined, run: undefined };
  const { clock, everyMs, most, afterPowerCut } = options;
  const watched = (of: Run, work: Promise<void>): void =>
    void work.catch((fault: unknown) => abandon(own, of, fault));
  return {
    tick: { ms: everyMs, ...most },
    connect: (to) => void (own.events = to),
    start(session, { journalled }) {
      if (own.run?.session === session) return;
      const before = journalled.at(-1) ?? {};
      const told = journalled.length;
      const fresh = { zero: undefined, last: {}, flowedAt: clock.now(), misses: 0, ending: false };
      const of: Run = { session, told, before, ...fresh };
      own.run = of;
      const isOver = told > 0 && afterPowerCut === 'end';
      watched(of, isOver ? end(own, of) : begin(own, of));
    },
    stop(session) {
      const of = own.run;
      if (of?.session === session) watched(of, end(own, of));
    },
    leave() {
      const of = own.run;
      if (of) watched(of, end(own, of));
    },
  };
}

async function begin(own: Own, of: Run): Promise<void> {
  const isOn = await own.options.machine.switchOn().catch(() => false);
  if (own.run !== of || of.ending) return;
  return isOn ? turn(own, of) : end(own, of);
}

async function turn(own: Own, of: Run): Promise<void> {
  const { machine, clock, timers, everyMs } = own.options;
  const { flowWithinMs = Number.POSITIVE_INFINITY } = own.options;
  if (own.run !== of || of.ending) return;
  const shown = await machine.read().catch(() => undefined);
  if (own.run !== of || of.ending) return;
  of.misses = shown ? 0 : of.misses + 1;
  if (of.misses >= MOST_MISSES) return end(own, of);
  if (shown && !takeReading(own, of, shown)) return end(own, of);
  if (clock.now() - of.flowedAt >= flowWithinMs) return end(own, of);
  if (of.ending) return;
  const next = () => turn(own, of).catch((fault: unknown) => abandon(own, of, fault));
  timers.after(everyMs, () => void next());
}

function takeReading(own: Own, of: Run, shown: Registers): boolean {
  const now = own.options.clock.now();
  of.zero ??= shown;
  const grew = registers.some((name) => (shown[name] ?? 0n) > (of.last[name] ?? 0n));
  if (grew || of.told === 0) of.flowedAt = now;
  of.last = shown;
  const reading = readingOf(of, shown, now, 'active');
  return reading !== undefined && tell(own, of, [reading], false);
}

function tell(own: Own, of: Run, readings: readonly Reading[], final: boolean): boolean {
  const answer = own.events?.delivered(of.session, readings, final, of.told);
  if (answer === 'taken') of.told += readings.length;
  return answer === 'taken';
}

async function end(own: Own, of: Run): Promise<void> {
  const { machine, clock, onFault } = own.options;
  if (of.ending) return;
  of.ending = true;
  await machine.switchOff().catch(onFault);
  const last = of.zero && (await machine.read().catch(() => undefined));
  const reading = last && readingOf(of, last, clock.now(), 'idle');
  if (own.run === of) own.run = undefined;
  if (of.told === 0) return own.events?.failed(of.session);
  // A last reading that contradicts the ones before is left out: what is journalled is billed.
  if (!reading || !tell(own, of, [reading], true)) tell(own, of, [], true);
}

/** The journal cannot be written: nothing may flow that nobody can bill. */
function abandon(own: Own, of: Run, fault: unknown): void {
  if (own.run === of) own.run = undefined;
  of.ending = true;
  own.options.machine.switchOff().catch(own.options.onFault);
  own.options.onFault(fault);
}

/**
 * The meter's registers, counted from the start of the session. `undefined`: one shows less than
 * when the session began.
 */
function readingOf(
  { zero = {}, before }: Run,
  shown: Registers,
  at: Instant,
  phase: Reading['phase'],
): Reading | undefined {
  const counts: Partial<Record<(typeof registers)[number], bigint>> = {};
  for (const name of registers) {
    const is = shown[name];
    if (is === undefined) continue;
    const grown = is - (zero[name] ?? is);
    if (grown < 0n) return undefined;
    counts[name] = (before[name] ?? 0n) + grown;
  }
  const { powerW, currentMa } = shown;
  const now = {
    ...(powerW !== undefined && { powerW }),
    ...(currentMa !== undefined && { currentMa }),
  };
  return { at, phase, ...counts, ...now };
}
