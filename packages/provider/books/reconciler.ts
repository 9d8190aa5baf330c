// pure
import type { Instant } from '@coinbox/protocol';

/** One movement as one side has booked it. */
export type BookLine = {
  /** What all sides call it by: the id of a settlement, an issuance, a redemption. */
  readonly key: string;
  /** Minor units; negative where money leaves. */
  readonly amount: bigint;
  readonly at: Instant;
  /** Who gives and who gets it, where this side knows. */
  readonly from?: string;
  readonly to?: string;
};

/**
 * `missing`: a side has no such movement. `duplicate`: a side has it more than once. `amount`: two
 * sides have another amount. `mapping`: two sides have another giver or receiver. `timing`: two
 * sides have it too far apart in time.
 */
export type BreakKind = 'missing' | 'duplicate' | 'amount' | 'mapping' | 'timing';

export type Break = {
  readonly kind: BreakKind;
  readonly key: string;
  /** The side that lacks it, has it twice, or differs from the first side that has it. */
  readonly side: string;
  /** Minor units, as the first side has it, and as this one has. */
  readonly expected?: bigint;
  readonly found?: bigint;
  /** Day of the movement, UTC. */
  readonly day: string;
};

/** What one day has brought. */
export type DayBook = {
  /** Movements on which all sides agree. */
  agreed: number;
  breaks: number;
  /** Minor units, by side. */
  readonly sums: Record<string, bigint>;
};

export type ReconcilerOptions = {
  /** The sides in the order in which they are believed. */
  readonly sides: readonly string[];
  /** A movement that lacks a side for so long is broken. Also how long a repetition is known. */
  readonly graceMs: number;
  /** How far apart in time two sides may have the same movement. */
  readonly apartMs: number;
};

/**
 * Compares the books of several sides as they come, in the order of time. It remembers what is not
 * complete yet and what was completed within the time of grace, so that its memory does not grow
 * with the books.
 */
export interface Reconciler {
  /** One line of one side. Lines of a side come in the order of time, more or less. */
  add(side: string, line: BookLine): void;
  /** No line from before `now` will come: what has waited for `graceMs` is judged. */
  advance(now: Instant): void;
  /** No line will come any more: everything is judged. */
  finish(): void;
  /** Breaks since the last call, oldest first. */
  takeBreaks(): readonly Break[];
  /** By day (`2026-01-31`, UTC), in the order of their first line. */
  readonly days: ReadonlyMap<string, DayBook>;
  /** Movements that wait for a side. */
  readonly open: number;
}

type Movement = {
  readonly key: string;
  readonly at: Instant;
  readonly day: string;
  /** The first line of each side, by its number. */
  readonly lines: (BookLine | undefined)[];
  judged: boolean;
  /** `spoiled`: a side has it more than once. */
  state: 'whole' | 'spoiled';
};

const DAY_MS = 86_400_000;

export function createReconciler({ sides, graceMs, apartMs }: ReconcilerOptions): Reconciler {
  const known = new Map<string, Movement>();
  const dayOf = createDayNames();
  const books = createDayBooks(sides);
  let breaks: Break[] = [];
  const note = (found: Break): void => {
    breaks.push(found);
    books.of(found.day).breaks += 1;
  };
  const judge = (movement: Movement): void => {
    if (movement.judged) return;
    movement.judged = true;
    const found = compare(movement, sides, apartMs);
    if (found.length > 0) movement.state = 'spoiled';
    if (movement.state === 'whole') books.of(movement.day).agreed += 1;
    found.forEach(note);
  };
  const movementOf = ({ key, at }: BookLine): Movement => {
    const found = known.get(key);
    if (found) return found;
    const lines = sides.map(() => undefined);
    return keep(known, { key, at, day: dayOf(at), lines, judged: false, state: 'whole' });
  };
  return {
    add(side, line) {
      const place = sides.indexOf(side);
      const movement = movementOf(line);
      const { day, key, lines } = movement;
      const { sums } = books.of(dayOf(line.at));
      sums[side] = (sums[side] ?? 0n) + line.amount;
      const before = lines[place];
      if (before) {
        if (movement.judged && movement.state === 'whole') books.of(day).agreed -= 1;
        movement.state = 'spoiled';
        const amounts = { expected: before.amount, found: line.amount };
        return note({ kind: 'duplicate', key, side, ...amounts, day });
      }
      lines[place] = line;
      if (lines.every((one) => one !== undefined)) judge(movement);
    },
    advance(now) {
      for (const [key, movement] of known) {
        if (movement.at + graceMs > now) return;
        judge(movement);
        known.delete(key);
      }
    },
    finish() {
      for (const movement of known.values()) judge(movement);
      known.clear();
    },
    takeBreaks() {
      const taken = breaks;
      breaks = [];
      return taken;
    },
    days: books.days,
    get open() {
      let count = 0;
      for (const { judged } of known.values()) if (!judged) count += 1;
      return count;
    },
  };
}

function keep(known: Map<string, Movement>, movement: Movement): Movement {
  known.set(movement.key, movement);
  return movement;
}

function createDayBooks(sides: readonly string[]) {
  const days = new Map<string, DayBook>();
  return {
    days,
    of(day: string): DayBook {
      let book = days.get(day);
      if (!book) {
        const sums = Object.fromEntries(sides.map((side) => [side, 0n]));
        days.set(day, (book = { agreed: 0, breaks: 0, sums }));
      }
      return book;
    },
  };
}

/** The day of an instant; the same text for all of a day, which is asked for a million times. */
function createDayNames(): (at: Instant) => string {
  const names = new Map<number, string>();
  return (at) => {
    const number = Math.floor(at / DAY_MS);
    let name = names.get(number);
    if (name === undefined) {
      name = new Date(number * DAY_MS).toISOString().slice(0, 10);
      names.set(number, name);
    }
    return name;
  };
}

function compare(
  { key, day, lines }: Movement,
  sides: readonly string[],
  apartMs: number,
): Break[] {
  const found: Break[] = [];
  const reference = lines.find((line) => line !== undefined) as BookLine;
  for (const [at, side] of sides.entries()) {
    const line = lines[at];
    if (line === reference) continue;
    const of = { key, side, day };
    if (!line) {
      found.push({ kind: 'missing', ...of, expected: reference.amount });
      continue;
    }
    const amounts = { expected: reference.amount, found: line.amount };
    if (line.amount !== reference.amount) found.push({ kind: 'amount', ...of, ...amounts });
    const differs = (name: 'from' | 'to'): boolean => {
      const first = lines.find((one) => one?.[name] !== undefined)?.[name];
      return line[name] !== undefined && line[name] !== first;
    };
    if (differs('from') || differs('to')) found.push({ kind: 'mapping', ...of, ...amounts });
    if (Math.abs(line.at - reference.at) > apartMs) {
      found.push({ kind: 'timing', ...of, ...amounts });
    }
  }
  return found;
}
