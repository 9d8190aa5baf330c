import { isInstant } from '@coinbox/protocol';
import type { Instant } from '@coinbox/protocol';

const pattern =
  /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:\d{2})?$/;

const clocks = new Map<string, Intl.DateTimeFormat>();

/**
 * The instant of a date and time (ISO 8601). Without an offset it is local time in `timeZone`
 * (IANA); in the hour that a zone skips it is read with the offset before the change, in the one
 * that it repeats with the earlier. Undefined where it is no date and time.
 */
export function instantOfLocalTime(text: string, timeZone: string): Instant | undefined {
  const match = pattern.exec(text);
  if (!match) return undefined;
  const [year, month, day, hour, minute, second] = match
    .slice(1, 7)
    .map((part) => Number(part ?? 0));
  const milliseconds = Number((match[7] ?? '').slice(0, 3).padEnd(3, '0'));
  const asUtc = Date.UTC(year!, month! - 1, day, hour, minute, second, milliseconds);
  if (new Date(asUtc).getUTCDate() !== day || hour! > 23 || minute! > 59 || second! > 59) {
    return undefined;
  }
  const at = asUtc - offsetOf(match[8], asUtc, timeZone);
  return isInstant(at) ? at : undefined;
}

function offsetOf(written: string | undefined, asUtc: number, timeZone: string): number {
  if (written === 'Z' || (written === undefined && timeZone === 'UTC')) return 0;
  if (written !== undefined) {
    const [hours, minutes] = written.slice(1).split(':').map(Number);
    return (written.startsWith('-') ? -1 : 1) * (hours! * 60 + minutes!) * 60_000;
  }
  const early = zoneOffset(asUtc - 86_400_000, timeZone);
  const late = zoneOffset(asUtc + 86_400_000, timeZone);
  return zoneOffset(asUtc - early, timeZone) === early ? early : late;
}

/** How far local time is ahead of UTC at an instant, milliseconds. */
function zoneOffset(at: number, timeZone: string): number {
  let clock = clocks.get(timeZone);
  if (!clock) {
    clock = new Intl.DateTimeFormat('en-US-u-ca-iso8601-nu-latn', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    clocks.set(timeZone, clock);
  }
  const parts = new Map(clock.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const part = (name: Intl.DateTimeFormatPartTypes): number => parts.get(name) ?? 0;
  const local = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  );
  return local - Math.floor(at / 1000) * 1000;
}

/** Is this an IANA time zone that the machine knows? */
export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
