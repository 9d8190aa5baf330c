/** A time zone that tells how far local time is ahead of UTC. */
export interface Zone {
  readonly name: string;
  /** Local time minus UTC in milliseconds, at an instant in milliseconds since 1970. */
  offsetAt(at: number): number;
}

export const DAY_MS = 86_400_000;

/** Since 2000 every zone has changed its offset at a quarter of an hour of UTC only. */
const BLOCK_MS = 900_000;
const BLOCKS_SINCE = 946_684_800_000;

/** Offsets kept a zone; a session of a week needs 672. */
const MAX_CACHED = 4_096;

const zones = new Map<string, Zone | null>();
const MAX_ZONES = 600;

/**
 * The IANA zone of that name, or `undefined` when the runtime knows none. Formatters are kept:
 * making one costs more than pricing a session. Names such as `+02:00` are refused, for they
 * know no daylight saving.
 */
export function zoneOf(name: string): Zone | undefined {
  const known = zones.get(name);
  if (known !== undefined) return known ?? undefined;
  const zone = openZone(name);
  if (zones.size < MAX_ZONES) zones.set(name, zone);
  return zone ?? undefined;
}

function openZone(name: string): Zone | null {
  if (!/^[A-Za-z][A-Za-z0-9_+/-]{1,63}$/.test(name)) return null;
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    return null;
  }
  const cache = new Map<number, number>();
  const offsetAt = (at: number): number => {
    if (at < BLOCKS_SINCE) return readOffset(format, at);
    const block = Math.floor(at / BLOCK_MS);
    const cached = cache.get(block);
    if (cached !== undefined) return cached;
    if (cache.size >= MAX_CACHED) cache.clear();
    const offset = readOffset(format, block * BLOCK_MS);
    cache.set(block, offset);
    return offset;
  };
  return { name, offsetAt };
}

function readOffset(format: Intl.DateTimeFormat, at: number): number {
  const fields: Record<string, number> = {};
  for (const part of format.formatToParts(at)) fields[part.type] = Number(part.value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = fields;
  const local = Date.UTC(year, month - 1, day, hour, minute, second);
  return local - Math.floor(at / 1000) * 1000;
}

/** The days since 1970-01-01 of a local instant. */
export function dayNumber(local: number): number {
  return Math.floor(local / DAY_MS);
}

/** The minutes since local midnight of a local instant. */
export function minuteOfDay(local: number): number {
  return Math.floor((local - dayNumber(local) * DAY_MS) / 60_000);
}

/** Monday is 0, Sunday is 6; 1970-01-01 was a Thursday. */
export function weekday(day: number): number {
  return (((day + 3) % 7) + 7) % 7;
}

/**
 * The first instant after `at` where local time reaches one of `marks` (minutes since midnight,
 * ascending, not empty) or where the zone changes its offset, whichever comes first.
 */
export function nextLocalChange(zone: Zone, marks: readonly number[], at: number): number {
  const offset = zone.offsetAt(at);
  const local = at + offset;
  const day = dayNumber(local) * DAY_MS;
  let next = day + DAY_MS + marks[0]! * 60_000;
  for (const mark of marks) {
    if (day + mark * 60_000 > local) {
      next = day + mark * 60_000;
      break;
    }
  }
  const candidate = next - offset;
  if (zone.offsetAt(candidate) === offset) return candidate;
  let before = at;
  let after = candidate;
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (zone.offsetAt(middle) === offset) before = middle;
    else after = middle;
  }
  return after;
}
