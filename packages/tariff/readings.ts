import { compare, parseDecimal, rational, rationalText, subtract, ZERO } from './rational.ts';
import type { Rational } from './rational.ts';
import type { Result } from './rejections.ts';
import { accept, reject } from './rejections.ts';
import type { Period, Quantity, Session } from './session.ts';
import { MAX_PERIODS } from './session.ts';

/**
 * What a machine's meter shows at one instant (ms since 1970). Registers count up and never down;
 * one that a reading leaves out stays where it was. The first reading that shows a register is
 * where it is counted from. State, current and power hold from this reading on.
 */
export interface Reading {
  readonly at: number;
  readonly energyWh?: Quantity;
  readonly volumeMl?: Quantity;
  readonly massG?: Quantity;
  readonly cycles?: Quantity;
  /** Items delivered so far in this session, by article number; counted from 0. */
  readonly items?: Readonly<Record<string, Quantity>>;
  readonly parked?: boolean;
  readonly currentA?: Quantity;
  readonly powerKw?: Quantity;
}

const REGISTERS = ['energyWh', 'volumeMl', 'massG', 'cycles'] as const;
type Register = (typeof REGISTERS)[number];

/**
 * The session between the first and the last of a chain of readings. One more period, an instant
 * long, holds the items of the last reading. Rejects: session-invalid, session-too-many-periods,
 * session-end-before-start, session-quantity, session-register-backwards.
 */
export function sessionFromReadings(readings: readonly Reading[]): Result<Session> {
  if (readings.length < 1) return reject('session-invalid', 'readings');
  if (readings.length >= MAX_PERIODS) return reject('session-too-many-periods');
  const registers = new Map<Register, Rational>();
  const items = new Map<string, Rational>();
  const periods: Period[] = [];
  for (const [index, reading] of readings.entries()) {
    const path = `readings[${index}]`;
    const previous = readings[index - 1];
    if (previous !== undefined && reading.at < previous.at) {
      return reject('session-end-before-start', path);
    }
    const grown = growRegisters(registers, reading, path);
    if (!grown.ok) return grown;
    const sold = growItems(items, reading, path);
    if (!sold.ok) return sold;
    if (previous !== undefined) {
      const { parked, currentA, powerKw } = previous;
      periods.push({
        start: previous.at,
        end: reading.at,
        ...(parked === undefined ? {} : { parked }),
        ...(currentA === undefined ? {} : { currentA }),
        ...(powerKw === undefined ? {} : { powerKw }),
        ...grown.value,
      });
    }
    // Items are handed out by the time of the reading that counts them, not before.
    if (Object.keys(sold.value).length > 0) {
      periods.push({ start: reading.at, end: reading.at, items: sold.value, currentA: 0n });
    }
  }
  return accept({ periods });
}

function growRegisters(
  registers: Map<Register, Rational>,
  reading: Reading,
  path: string,
): Result<Partial<Record<Register, string>>> {
  const grown: Partial<Record<Register, string>> = {};
  for (const register of REGISTERS) {
    const shown = reading[register];
    if (shown === undefined) continue;
    const now = exactOf(shown);
    if (now === undefined) return reject('session-quantity', `${path}.${register}`);
    const before = registers.get(register) ?? now;
    if (compare(now, before) < 0)
      return reject('session-register-backwards', `${path}.${register}`);
    registers.set(register, now);
    grown[register] = rationalText(subtract(now, before));
  }
  return accept(grown);
}

function growItems(
  items: Map<string, Rational>,
  reading: Reading,
  path: string,
): Result<Record<string, string>> {
  const grown: [string, string][] = [];
  for (const [sku, shown] of Object.entries(reading.items ?? {})) {
    const now = exactOf(shown);
    const place = `${path}.items.${sku.slice(0, 40)}`;
    if (now === undefined) return reject('session-quantity', place);
    const before = items.get(sku) ?? ZERO;
    if (compare(now, before) < 0) return reject('session-register-backwards', place);
    if (compare(now, before) > 0) grown.push([sku, rationalText(subtract(now, before))]);
    items.set(sku, now);
  }
  return accept(Object.fromEntries(grown));
}

function exactOf(quantity: Quantity): Rational | undefined {
  if (typeof quantity === 'bigint') return rational(quantity);
  return typeof quantity === 'string' ? parseDecimal(quantity) : undefined;
}
