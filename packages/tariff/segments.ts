import type { Rational } from './rational.ts';
import { add, compare, floor, multiply, ONE, rational, subtract, ZERO } from './rational.ts';
import type { Moment, ReservationKind } from './restrictions.ts';
import type { Result } from './rejections.ts';
import { accept, reject } from './rejections.ts';
import type { Plan } from './tariff.ts';
import { dayNumber, minuteOfDay, nextLocalChange, weekday } from './zone.ts';

/** A stretch of time with the energy that flowed in it. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
  readonly energyWh: Rational;
  readonly currentA: Rational;
  readonly powerKw: Rational;
}

/** A part of a stretch in which no restriction of the tariff begins or ends to hold. */
export interface Segment {
  /** How far into the stretch it reaches, as fractions from 0 to 1. */
  readonly from: Rational;
  readonly to: Rational;
  /** The state at its beginning, which is the state throughout. */
  readonly moment: Moment;
}

/** What came before a stretch. */
export interface Before {
  /** When the session or reservation began, ms. */
  readonly start: number;
  readonly energyWh: Rational;
  readonly reservation: ReservationKind | undefined;
}

/**
 * Cuts a stretch at every time of day, date, energy and duration at which a restriction begins or
 * ends to hold. The cuts are exact: a cut at an energy may lie between two milliseconds.
 * Rejects a stretch of more than `most` segments: session-too-long.
 */
export function cutStretch(
  stretch: Stretch,
  before: Before,
  plan: Plan,
  most: number,
): Result<Segment[]> {
  const cuts = findCuts(stretch, before, plan, most);
  if (cuts === undefined) return reject('session-too-long');
  const segments: Segment[] = [];
  let from = ZERO;
  for (const to of [...cuts, ONE]) {
    segments.push({ from, to, moment: momentAt(from, stretch, before, plan) });
    from = to;
  }
  return accept(segments);
}

/** Cuts strictly inside the stretch, ascending, each once. */
function findCuts(
  stretch: Stretch,
  before: Before,
  plan: Plan,
  most: number,
): Rational[] | undefined {
  const { start, end, energyWh } = stretch;
  const cuts: Rational[] = [];
  const length = BigInt(end - start);
  if (length > 0n) {
    const since = rational(BigInt(start - before.start));
    for (const mark of plan.durationMarks) {
      pushInside(cuts, subtract(mark, since), rational(length));
    }
    if (plan.zone !== undefined) {
      let at = nextLocalChange(plan.zone, plan.marks, start);
      for (; at < end; at = nextLocalChange(plan.zone, plan.marks, at)) {
        cuts.push(rational(BigInt(at - start), length));
        if (cuts.length >= most) return undefined;
      }
    }
  }
  if (energyWh.n > 0n) {
    for (const mark of plan.energyMarks) {
      pushInside(cuts, subtract(mark, before.energyWh), energyWh);
    }
  }
  if (cuts.length >= most) return undefined;
  if (cuts.length < 2) return cuts;
  cuts.sort(compare);
  return cuts.filter((cut, index) => index === 0 || compare(cuts[index - 1]!, cut) < 0);
}

function pushInside(cuts: Rational[], part: Rational, whole: Rational): void {
  if (part.n > 0n && compare(part, whole) < 0) {
    cuts.push({ n: part.n * whole.d, d: part.d * whole.n });
  }
}

function momentAt(from: Rational, stretch: Stretch, before: Before, plan: Plan): Moment {
  const { start, end, energyWh, currentA, powerKw } = stretch;
  const intoMs = from.n === 0n ? ZERO : multiply(rational(BigInt(end - start)), from);
  const moment = {
    energyWh: from.n === 0n ? before.energyWh : add(before.energyWh, multiply(energyWh, from)),
    currentA,
    powerKw,
    elapsedMs: add(rational(BigInt(start - before.start)), intoMs),
    reservation: before.reservation,
  };
  if (plan.zone === undefined) return { ...moment, minute: 0, day: 0, weekday: 0 };
  const at = start + Number(floor(intoMs));
  const local = at + plan.zone.offsetAt(at);
  const day = dayNumber(local);
  return { ...moment, minute: minuteOfDay(local), day, weekday: weekday(day) };
}
