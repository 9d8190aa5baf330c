// pure
import { MAX_MONEY, PHASES, accept, isInstant, reject } from '@coinbox/protocol';
import type { Phase, Reading, Result } from '@coinbox/protocol';

/** Readings that a machine tells in one go. */
const MOST_READINGS_TOLD = 1_000;
const MOST_ITEMS = 32;
const counters = ['energyWh', 'volumeMl', 'massG', 'cycles', 'powerW', 'currentMa'] as const;
const known = new Set<string>(['at', 'phase', 'items', ...counters]);

/**
 * Readings as JSON has them: an array of objects with the fields of a Reading, counters as decimal
 * strings or whole numbers, `at` in milliseconds. Rejects malformed-value.
 */
export function readReadings(json: unknown): Result<readonly Reading[]> {
  if (!Array.isArray(json) || json.length > MOST_READINGS_TOLD) {
    return reject('malformed-value', `expected an array of at most ${MOST_READINGS_TOLD}`);
  }
  const readings: Reading[] = [];
  for (const [place, one] of json.entries()) {
    const reading = readReading(one);
    if (typeof reading === 'string') {
      return reject('malformed-value', `readings[${place}]: ${reading}`);
    }
    readings.push(reading);
  }
  return accept(readings);
}

/** One reading, or what is wrong with it. */
function readReading(json: unknown): Reading | string {
  if (!isRecord(json)) return 'not an object';
  const stranger = Object.keys(json).find((name) => !known.has(name));
  if (stranger !== undefined) return `unknown field ${stranger}`;
  const { at, phase, items } = json;
  if (!isInstant(at)) return 'at';
  if (typeof phase !== 'string' || !Object.hasOwn(PHASES, phase)) return 'phase';
  const sold = items === undefined ? [] : readItems(items);
  if (!sold) return 'items';
  const counted: Partial<Record<(typeof counters)[number], bigint>> = {};
  for (const name of counters) {
    if (json[name] === undefined) continue;
    const count = readCount(json[name]);
    if (count === undefined) return name;
    counted[name] = count;
  }
  return { at, phase: phase as Phase, ...counted, ...(items !== undefined && { items: sold }) };
}

function readItems(json: unknown): { sku: string; count: number }[] | undefined {
  if (!Array.isArray(json) || json.length > MOST_ITEMS) return undefined;
  const items: { sku: string; count: number }[] = [];
  for (const one of json as unknown[]) {
    const { sku, count } = isRecord(one) ? one : {};
    if (typeof sku !== 'string' || sku.length > 32 || !isPieces(count)) return undefined;
    // A message takes text in normal form C, and no NUL.
    if (sku.normalize('NFC') !== sku || sku.includes('\0') || !sku.isWellFormed()) return undefined;
    items.push({ sku, count });
  }
  return items;
}

const isRecord = (json: unknown): json is Record<string, unknown> =>
  typeof json === 'object' && json !== null && !Array.isArray(json);

const isPieces = (count: unknown): count is number =>
  typeof count === 'number' && Number.isInteger(count) && count >= 1 && count <= 1_000_000;

function readCount(json: unknown): bigint | undefined {
  if (typeof json === 'number') {
    return Number.isSafeInteger(json) && json >= 0 ? BigInt(json) : undefined;
  }
  if (typeof json !== 'string' || !/^(0|[1-9][0-9]{0,18})$/.test(json)) return undefined;
  const count = BigInt(json);
  return count <= MAX_MONEY ? count : undefined;
}
