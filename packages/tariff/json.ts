import { parseDecimal, rationalText } from './rational.ts';

/** JSON as this package keeps it: without numbers, for those are decimal strings. */
export type Json = string | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** Deeper or larger JSON is refused before it costs anything. */
export const MAX_TEXT = 262_144;
const MAX_DEPTH = 32;
const MAX_NODES = 50_000;

/** The shortest decimal text of a number, as written or as JavaScript prints it. */
export function numberText(source: string): string {
  const value = parseDecimal(source);
  return value === undefined ? source : rationalText(value);
}

/**
 * Reads JSON text without letting a number pass through binary floating point, where the runtime
 * gives the source text of numbers (ECMAScript 2025). Gives `undefined` when it is not JSON.
 */
export function readJsonText(text: string): Json | undefined {
  if (text.length > MAX_TEXT) return undefined;
  const keepText = (_name: string, value: unknown, context?: { source?: string }): unknown =>
    typeof value === 'number' ? numberText(context?.source ?? String(value)) : value;
  try {
    return toJson(JSON.parse(text, keepText));
  } catch {
    // JSON.parse throws on malformed text, which here is another party's input: a "no".
    return undefined;
  }
}

/**
 * Copies any value that JSON can express; numbers become decimal strings, fields that are null or
 * undefined are left out, as OCPI counts them as absent. Gives `undefined` for anything else, and
 * for what is too deep or too large.
 */
export function toJson(value: unknown): Json | undefined {
  return copyJson(value, 0, { left: MAX_NODES });
}

function copyJson(value: unknown, depth: number, nodes: { left: number }): Json | undefined {
  nodes.left -= 1;
  if (depth > MAX_DEPTH || nodes.left < 0) return undefined;
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number') {
    return Number.isFinite(value) ? numberText(String(value)) : undefined;
  }
  if (typeof value !== 'object') return undefined;
  const isArray = Array.isArray(value);
  const copies: [string, Json][] = [];
  for (const [name, field] of Object.entries(value)) {
    if (!isArray && (field === null || field === undefined)) continue;
    const copy = copyJson(field, depth + 1, nodes);
    if (copy === undefined) return undefined;
    copies.push([name, copy]);
  }
  if (isArray) return copies.map(([, copy]) => copy);
  // fromEntries defines own properties, so that a field named __proto__ stays a field.
  return Object.fromEntries(copies);
}

/** Tells a list from an object. */
export function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
