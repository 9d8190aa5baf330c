import type { CborMap, CborValue, Result } from '@coinbox/protocol';

/** One row of a table of fields, as a page of spec/ has it. */
export type Row = {
  readonly key: number;
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
};

/** A heading of a page and the table of fields below it. */
export type FieldTable = { readonly heading: string; readonly rows: readonly Row[] };

/** The tables of a page whose first column is `Key`, under the heading that precedes each. */
export function tablesIn(page: string): readonly FieldTable[] {
  const tables: { heading: string; rows: Row[] }[] = [];
  let heading = '';
  let inTable = false;
  for (const line of page.split('\n')) {
    heading = /^#+ (.*)$/.exec(line)?.[1] ?? heading;
    if (line.startsWith('| Key |')) {
      tables.push({ heading, rows: [] });
      inTable = true;
    } else if (!line.startsWith('|')) inTable = false;
    const row = inTable ? /^\| (-?\d+) \| (\w+) \| ([^|]+?) \| (yes|no) \|/.exec(line) : undefined;
    if (row) {
      const [, key, name, type, required] = row as unknown as string[];
      const read = { key: Number(key), name, type, required: required === 'yes' } as Row;
      tables.at(-1)?.rows.push(read);
    }
  }
  return tables;
}

/** What a type of the tables means: a value of it, and a value that it refuses, with the answer. */
export type Probe = { readonly good: CborValue; readonly bad: CborValue; readonly says: RegExp };

const bytes = (length: number): Uint8Array => new Uint8Array(length);

const coseKey: CborMap = new Map<number, CborValue>([
  [1, 1],
  [-1, 6],
  [-2, bytes(32)],
]);

const probes: Readonly<Record<string, Probe>> = {
  version: { good: 1, bad: 2, says: /^unsupported-version/ },
  'integer from 1': { good: 1, bad: 0, says: /integer out of range/ },
  count: { good: 0, bad: -1, says: /count out of range/ },
  time: { good: 0, bad: -1, says: /expected an instant in milliseconds/ },
  seconds: { good: 253_402_300_799, bad: 253_402_300_800, says: /integer out of range/ },
  amount: { good: 1, bad: 0, says: /^amount-zero/ },
  'amount or 0': { good: 0, bad: -1, says: /^amount-negative/ },
  asset: { good: 'CNY/2', bad: 'XXY/2', says: /^currency-unknown/ },
  hash: { good: bytes(32), bad: bytes(31), says: /expected 32 bytes/ },
  id: { good: bytes(16), bad: bytes(15), says: /expected 16 bytes/ },
  message: { good: bytes(1), bad: 'x', says: /expected a byte string/ },
  certificate: { good: bytes(1), bad: 'x', says: /expected a byte string/ },
  'COSE_Key (RFC 9052)': { good: coseKey, bad: 0, says: /expected a COSE_Key/ },
  '0 or 1': { good: 0, bad: 2, says: /expected 0 or 1/ },
};

/** The largest number of a word, and that it is one: `1 rest, 2 no-bill`. */
function probeOfWord(type: string): Probe | undefined {
  const numbers = [...type.matchAll(/(?:^|, )(\d+) [\w-]+/g)].map(([, number]) => Number(number));
  const last = numbers.at(-1);
  if (last === undefined || numbers.some((number, i) => number !== i + 1)) return undefined;
  return { good: last, bad: last + 1, says: /^malformed-value/ };
}

/**
 * The probe of a type. `records` are those that a table describes, by name. Throws on a type that
 * it does not know: a page may not say what no test holds it to.
 */
export function probeOf(type: string, records: ReadonlyMap<string, readonly Row[]>): Probe {
  const plain = probes[type.replace(/^id of an? \w+$/, 'id')];
  const known = plain ?? probeOfWord(type);
  if (known) return known;
  const text = /^text of at most (\d+)$/.exec(type)?.[1];
  if (text) {
    const good = 'x'.repeat(Number(text));
    return { good, bad: `${good}x`, says: /text too long/ };
  }
  const range = /^integer (\d+)–(\d+)$/.exec(type);
  if (range) {
    const most = Number(range[2]);
    return { good: most, bad: most + 1, says: /integer out of range/ };
  }
  const most = /^at most (\d+) bytes$/.exec(type)?.[1];
  if (most) return { good: bytes(1), bad: bytes(Number(most) + 1), says: /expected 1 to/ };
  const list = /^list of at most (\d+): (.+)$/.exec(type);
  if (list) {
    const one = probeOf(list[2] as string, records).good;
    const many = (length: number) => Array.from({ length }, () => one);
    return { good: [one], bad: many(Number(list[1]) + 1), says: /list too long/ };
  }
  const record = records.get(type);
  if (!record) throw new Error(`a table has the type '${type}', which no test knows`);
  return { good: mapOf(record, records), bad: 0, says: /expected a/ };
}

/** A map with every field of a table. */
export const mapOf = (
  rows: readonly Row[],
  records: ReadonlyMap<string, readonly Row[]>,
): CborMap => new Map(rows.map(({ key, type }) => [key, probeOf(type, records).good]));

/** Reads a map of fields, as a receiver would. */
export type Decode = (fields: CborMap) => Result<unknown>;

/** What a decoder answers, as one line of text: `ok`, or code and detail. */
export function answerOf(decode: Decode, fields: CborMap): string {
  const result = decode(fields);
  if (result.ok) return 'ok';
  const { code, detail = '' } = result.rejection;
  return `${code} ${detail}`;
}

/** Keys that no table needs: one of them in the code and not in the table is found by these. */
const candidates = Array.from({ length: 64 }, (_, i) => i - 16);

/** What is untrue in a table of fields, held to the decoder that it describes. */
export function faultsOf(
  rows: readonly Row[],
  decode: Decode,
  records: ReadonlyMap<string, readonly Row[]>,
): readonly string[] {
  const faults: string[] = [];
  const full = mapOf(rows, records);
  const whole = answerOf(decode, full);
  if (whole !== 'ok') faults.push(`with every field: ${whole}`);
  for (const { key, name, type, required } of rows) {
    const without = new Map(full);
    without.delete(key);
    const missing = answerOf(decode, without);
    const wanted = required ? `malformed-missing-field ${name}` : 'ok';
    if (missing !== wanted) faults.push(`${name} left out: ${missing}`);
    const { bad, says } = probeOf(type, records);
    const wrong = answerOf(decode, new Map(full).set(key, bad));
    const named = type === 'version' || wrong.includes(`${name}:`);
    if (!named || !says.test(wrong)) faults.push(`${name} is not '${type}': ${wrong}`);
  }
  for (const key of candidates.filter((one) => !full.has(one))) {
    const more = answerOf(decode, new Map(full).set(key, 0));
    if (!more.startsWith('malformed-unknown-field'))
      faults.push(`key ${key} is not listed: ${more}`);
  }
  return faults;
}
