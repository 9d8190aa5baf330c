// pure
import { accept, reject } from '@coinbox/protocol';
import type { Rejected, Result } from '@coinbox/protocol';

/** No body is nested more deeply. */
export const MAX_JSON_DEPTH = 32;

type Reading = { readonly text: string; at: number };
type Read = { readonly value: unknown } | Rejected;

const space = /[\x20\t\n\r]*/y;
const number = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
/** Where a string ends; what may be in it JSON.parse knows. */
const string = /"(?:[^"\\]|\\.)*"/sy;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * JSON (RFC 8259) without its traps: UTF-8 only, no key twice, no `__proto__`, no number that is
 * not finite, no lone surrogate, at most 32 levels. Objects come without a prototype. Rejects:
 * malformed-empty, malformed-json.
 */
export function parseJson(bytes: Uint8Array): Result<unknown> {
  if (bytes.length === 0) return reject('malformed-empty');
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    return no('not UTF-8');
  }
  const reading: Reading = { text, at: 0 };
  const read = readValue(reading, 1);
  if (!('value' in read)) return read;
  skip(reading, space);
  return reading.at === text.length ? accept(read.value) : no('text follows the value');
}

const no = (detail: string): Rejected => reject('malformed-json', detail);

/** The text that `pattern` matches here, and goes past it; empty where it does not match. */
function skip(reading: Reading, pattern: RegExp): string {
  pattern.lastIndex = reading.at;
  const found = pattern.exec(reading.text)?.[0] ?? '';
  reading.at += found.length;
  return found;
}

function readValue(reading: Reading, depth: number): Read {
  if (depth > MAX_JSON_DEPTH) return no(`more than ${MAX_JSON_DEPTH} levels`);
  skip(reading, space);
  const first = reading.text[reading.at];
  if (first === '{') return readObject(reading, depth);
  if (first === '[') return readArray(reading, depth);
  if (first === '"') return readString(reading);
  for (const [word, value] of words) {
    if (!reading.text.startsWith(word, reading.at)) continue;
    reading.at += word.length;
    return { value };
  }
  return readNumber(reading);
}

const words = [
  ['true', true],
  ['false', false],
  ['null', null],
] as const;

function readNumber(reading: Reading): Read {
  const found = skip(reading, number);
  if (found === '') return no(`at character ${reading.at}`);
  const value = Number(found);
  return Number.isFinite(value) ? { value } : no('a number is too large');
}

function readString(reading: Reading): { readonly value: string } | Rejected {
  const found = skip(reading, string);
  if (found === '') return no(`at character ${reading.at}`);
  let value: string;
  try {
    value = JSON.parse(found) as string;
  } catch {
    return no('a string with a wrong escape or a control character');
  }
  return value.isWellFormed() ? { value } : no('a lone surrogate');
}

function readArray(reading: Reading, depth: number): Read {
  const items: unknown[] = [];
  reading.at += 1;
  if (closes(reading, ']')) return { value: items };
  for (;;) {
    const item = readValue(reading, depth + 1);
    if (!('value' in item)) return item;
    items.push(item.value);
    if (closes(reading, ']')) return { value: items };
    if (!continues(reading, ',')) return no(`at character ${reading.at}`);
  }
}

function readObject(reading: Reading, depth: number): Read {
  const parts = Object.create(null) as Record<string, unknown>;
  reading.at += 1;
  if (closes(reading, '}')) return { value: parts };
  for (;;) {
    skip(reading, space);
    const name = readString(reading);
    if (!('value' in name)) return name;
    if (name.value === '__proto__') return no('a key is __proto__');
    if (Object.hasOwn(parts, name.value)) return no('a key comes twice');
    if (!continues(reading, ':')) return no(`at character ${reading.at}`);
    const part = readValue(reading, depth + 1);
    if (!('value' in part)) return part;
    parts[name.value] = part.value;
    if (closes(reading, '}')) return { value: parts };
    if (!continues(reading, ',')) return no(`at character ${reading.at}`);
  }
}

function continues(reading: Reading, mark: string): boolean {
  skip(reading, space);
  if (reading.text[reading.at] !== mark) return false;
  reading.at += 1;
  return true;
}

const closes = continues;
