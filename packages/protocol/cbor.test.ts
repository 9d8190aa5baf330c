import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decode as decodeByCbor2, encode as encodeByCbor2 } from 'cbor2';
import { sortCoreDeterministic } from 'cbor2/sorts';
import { decode as decodeByCborg } from 'cborg';
import fc from 'fast-check';
import { concatBytes, equalBytes, fromHex, toHex } from './bytes.ts';
import { decodeCbor, encodeCbor } from './cbor.ts';
import type { CborMap, CborValue } from './cbor.ts';
import { MAX_ARRAY_ITEMS, MAX_DEPTH, MAX_MAP_ENTRIES, MAX_MESSAGE_BYTES } from './cbor-scan.ts';
import { exampleMessages } from './testing.ts';

const hex = (text: string): Uint8Array => fromHex(text) as Uint8Array;
const codeOf = (bytes: Uint8Array): string => {
  const decoded = decodeCbor(bytes);
  return decoded.ok ? 'ok' : decoded.rejection.code;
};

/** RFC 8949 appendix A, the rows that are in the profile. */
const appendixA: readonly (readonly [string, CborValue])[] = [
  ['00', 0],
  ['01', 1],
  ['0a', 10],
  ['17', 23],
  ['1818', 24],
  ['1819', 25],
  ['1864', 100],
  ['1903e8', 1000],
  ['1a000f4240', 1_000_000],
  ['1b000000e8d4a51000', 1_000_000_000_000],
  ['1bffffffffffffffff', 18446744073709551615n],
  ['3bffffffffffffffff', -18446744073709551616n],
  ['20', -1],
  ['29', -10],
  ['3863', -100],
  ['3903e7', -1000],
  ['40', new Uint8Array(0)],
  ['4401020304', Uint8Array.of(1, 2, 3, 4)],
  ['60', ''],
  ['6161', 'a'],
  ['6449455446', 'IETF'],
  ['62225c', '"\\'],
  ['62c3bc', 'ü'],
  ['63e6b0b4', '水'],
  ['64f0908591', '\u{10151}'],
  ['80', []],
  ['83010203', [1, 2, 3]],
  ['8301820203820405', [1, [2, 3], [4, 5]]],
  [
    '98190102030405060708090a0b0c0d0e0f101112131415161718181819',
    Array.from({ length: 25 }, (_, i) => i + 1),
  ],
  ['a0', new Map()],
  [
    'a201020304',
    new Map([
      [1, 2],
      [3, 4],
    ]),
  ],
];

/** What is not in the one form: bytes, code. The first number is the row of the bad-input table. */
const refused: readonly (readonly [row: number, title: string, string, string])[] = [
  [1, 'no bytes', '', 'malformed-empty'],
  [2, 'a head cut off', '19', 'malformed-truncated'],
  [2, 'a head cut in its argument', '1903', 'malformed-truncated'],
  [2, 'a string cut off', '4401', 'malformed-truncated'],
  [2, 'an array cut off', '8201', 'malformed-truncated'],
  [2, 'a map without its value', 'a101', 'malformed-truncated'],
  [3, 'a second item', '0000', 'malformed-trailing'],
  [3, 'a byte that is no item', '00ff', 'malformed-trailing'],
  [4, 'a key twice', 'a201020103', 'malformed-duplicate-key'],
  [4, 'a key twice, apart', 'a401000b0003000b00', 'malformed-duplicate-key'],
  [4, 'a key twice, further in', '81a201020103', 'malformed-duplicate-key'],
  [5, 'keys not sorted', 'a203040102', 'malformed-noncanonical'],
  [5, 'a negative key first', 'a220010102', 'malformed-noncanonical'],
  [5, 'keys sorted by length first (RFC 7049)', 'a22001181802', 'malformed-noncanonical'],
  [6, 'a short integer in one more byte', '1817', 'malformed-noncanonical'],
  [6, 'an integer in two more bytes', '1900ff', 'malformed-noncanonical'],
  [6, 'an integer in four more bytes', '1a0000ffff', 'malformed-noncanonical'],
  [6, 'an integer in eight more bytes', '1b00000000ffffffff', 'malformed-noncanonical'],
  [6, 'a negative integer in more bytes', '3800', 'malformed-noncanonical'],
  [6, 'a length of bytes in more bytes', '580101', 'malformed-noncanonical'],
  [6, 'a length of text in more bytes', '780161', 'malformed-noncanonical'],
  [6, 'a count of items in more bytes', '980101', 'malformed-noncanonical'],
  [6, 'a count of entries in more bytes', 'b8010102', 'malformed-noncanonical'],
  [7, 'bytes of indefinite length', '5f42010243030405ff', 'malformed-noncanonical'],
  [7, 'text of indefinite length', '7f657374726561646d696e67ff', 'malformed-noncanonical'],
  [7, 'an array of indefinite length', '9fff', 'malformed-noncanonical'],
  [7, 'a map of indefinite length', 'bf0102ff', 'malformed-noncanonical'],
  [7, 'a break alone', 'ff', 'malformed-noncanonical'],
  [8, 'an array of depth 9', `${'81'.repeat(8)}80`, 'malformed-depth'],
  [8, 'a map of depth 9', `${'a101'.repeat(8)}a0`, 'malformed-depth'],
  [8, 'an array of depth 10 000', '81'.repeat(10_000), 'malformed-depth'],
  [9, 'bytes of 2^32 − 1', '5affffffff0000000000', 'malformed-length'],
  [9, 'text of 2^32 − 1', '7affffffff0000000000', 'malformed-length'],
  [9, 'an array of 2^32 − 1', '9affffffff0000000000', 'malformed-length'],
  [9, 'a map of 2^32 − 1', 'baffffffff0000000000', 'malformed-length'],
  [9, 'bytes of 2^64 − 1', '5bffffffffffffffff00', 'malformed-length'],
  [9, 'an array of one item too many', '99040100', 'malformed-length'],
  [9, 'a map of one entry too many', 'b84100', 'malformed-length'],
  [10, 'a lone byte of continuation', '6180', 'malformed-text'],
  [10, 'UTF-8 in more bytes than needed', '62c0af', 'malformed-text'],
  [10, 'a surrogate in UTF-8', '63eda080', 'malformed-text'],
  [10, 'a code point past the last', '64f4908080', 'malformed-text'],
  [10, 'a character cut off', '62e6b0', 'malformed-text'],
  [10, 'a NUL', '63610062', 'malformed-text'],
  [10, 'text not in normal form C', '63' + '75cc88', 'malformed-text'],
  [11, 'a half float', 'f93c00', 'malformed-type'],
  [11, 'a single float', 'fa47c35000', 'malformed-type'],
  [11, 'a double float', 'fb3ff199999999999a', 'malformed-type'],
  [11, 'NaN', 'f97e00', 'malformed-type'],
  [11, '−0.0', 'f98000', 'malformed-type'],
  [11, 'false', 'f4', 'malformed-type'],
  [11, 'true', 'f5', 'malformed-type'],
  [11, 'null', 'f6', 'malformed-type'],
  [11, 'undefined', 'f7', 'malformed-type'],
  [11, 'a simple value', 'f0', 'malformed-type'],
  [11, 'a simple value in two bytes', 'f8ff', 'malformed-type'],
  [11, 'a head that is reserved', '1c', 'malformed-type'],
  [11, 'a key that is text', 'a1616101', 'malformed-type'],
  [11, 'a key that is bytes', 'a1416101', 'malformed-type'],
  [11, 'a key past 2^53 − 1', 'a11b002000000000000001', 'malformed-type'],
  [12, 'a bignum', 'c249010000000000000000', 'malformed-tag'],
  [12, 'a date', 'c074323031332d30332d32315432303a30343a30305a', 'malformed-tag'],
  [12, 'a tag in two bytes', 'd81845', 'malformed-tag'],
];

describe('decodeCbor() and encodeCbor()', () => {
  for (const [bytes, value] of appendixA) {
    it(`have the row ${bytes.slice(0, 24)} of RFC 8949 appendix A`, () => {
      assert.deepEqual(decodeCbor(hex(bytes)), { ok: true, value });
      assert.equal(toHex(encodeCbor(value)), bytes);
    });
  }

  it('sort keys by their bytes, whatever order the map has', () => {
    const map = new Map([
      [-1, 0],
      [24, 0],
      [0, 0],
      [-25, 0],
      [1000, 0],
      [23, 0],
    ]);
    assert.equal(toHex(encodeCbor(map)), 'a60000170018180019' + '03e8002000381800');
  });

  it('keep integers above 2^53 − 1 exact, as bigints', () => {
    const rows: readonly (readonly [string, CborValue])[] = [
      ['1b001fffffffffffff', 9007199254740991],
      ['1b0020000000000000', 9007199254740992n],
      ['1b0020000000000001', 9007199254740993n],
      ['3b001ffffffffffffe', -9007199254740991],
      ['3b001fffffffffffff', -9007199254740992n],
      ['3b0020000000000000', -9007199254740993n],
    ];
    for (const [bytes, value] of rows) {
      assert.deepEqual(decodeCbor(hex(bytes)), { ok: true, value });
      assert.equal(toHex(encodeCbor(value)), bytes);
    }
  });

  it('keep a byte order mark, which is a character like others', () => {
    assert.deepEqual(decodeCbor(hex('63efbbbf')), { ok: true, value: '\u{feff}' });
    assert.equal(toHex(encodeCbor('\u{feff}')), '63efbbbf');
  });

  it('give bytes of their own, not a window on those that came', () => {
    const bytes = hex('43010203');
    const decoded = decodeCbor(bytes);
    bytes.fill(0);
    assert.deepEqual(decoded, { ok: true, value: Uint8Array.of(1, 2, 3) });
  });

  it('fail as a bug on what is outside of the model', () => {
    for (const value of [1.5, Number.NaN, 2 ** 53, 2n ** 64n, -(2n ** 64n) - 1n]) {
      assert.throws(() => encodeCbor(value), /bug: /);
    }
  });
});

describe('decodeCbor()', () => {
  for (const [row, title, bytes, code] of refused) {
    it(`answers ${code} to ${title} (row ${row})`, () => {
      assert.equal(codeOf(hex(bytes)), code);
    });
  }

  it('takes the limits and refuses one more (rows 8, 9, 15)', () => {
    const many = (count: number) => Array.from({ length: count }, () => 0);
    const entries = (count: number) => new Map(many(count).map((zero, i) => [i, zero]));
    assert.equal(codeOf(hex(`${'81'.repeat(MAX_DEPTH - 1)}80`)), 'ok');
    assert.equal(codeOf(encodeCbor(many(MAX_ARRAY_ITEMS))), 'ok');
    assert.equal(codeOf(encodeCbor(entries(MAX_MAP_ENTRIES))), 'ok');
    const [largest, tooLarge] = [MAX_MESSAGE_BYTES - 3, MAX_MESSAGE_BYTES - 2].map((length) =>
      encodeCbor(new Uint8Array(length)),
    ) as [Uint8Array, Uint8Array];
    assert.equal(largest.length, 4096);
    assert.equal(codeOf(largest), 'ok');
    assert.equal(codeOf(tooLarge), 'too-large');
  });

  it('allocates nothing for what is only declared, at any depth', () => {
    const nested = hex(`${'990400'.repeat(7)}590fff`);
    assert.equal(codeOf(nested), 'malformed-truncated');
  });

  for (const [name, { bytes }] of Object.entries(exampleMessages())) {
    it(`answers malformed-truncated to every prefix of ${name} (row 2)`, () => {
      const item = bytes.subarray(1);
      for (let length = 1; length < item.length; length++) {
        assert.equal(codeOf(item.subarray(0, length)), 'malformed-truncated');
      }
      assert.equal(codeOf(concatBytes(item, Uint8Array.of(0))), 'malformed-trailing');
    });
  }
});

/** Values of the model, of any shape. */
const values: fc.Arbitrary<CborValue> = fc.letrec<{ value: CborValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', maxDepth: 5, withCrossShrink: true },
    fc.maxSafeInteger(),
    fc.bigInt(-(2n ** 64n), 2n ** 64n - 1n).map(narrow),
    fc.uint8Array({ maxLength: 80 }),
    fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\0', '').normalize('NFC')),
    fc.array(tie('value'), { maxLength: 6 }),
    fc.array(fc.tuple(fc.integer(), tie('value')), { maxLength: 6 }).map((all) => new Map(all)),
  ),
})).value;

/** Integers that a number holds exactly are numbers. */
function narrow(value: bigint): number | bigint {
  return value >= -(2n ** 53n) + 1n && value < 2n ** 53n ? Number(value) : value;
}

/**
 * A value in words, so that those of three libraries can be compared. All integers alike; where a
 * library rounds above 2^53, rounded.
 */
function inWords(value: unknown, rounded = false): string {
  if (typeof value === 'number' || typeof value === 'bigint') {
    return rounded ? `${Number(value)}` : `${BigInt(value)}`;
  }
  // cborg takes a byte order mark at the front away.
  if (typeof value === 'string') return JSON.stringify(value.replace(/^\u{feff}/u, ''));
  if (value instanceof Uint8Array) return `h'${toHex(value)}'`;
  if (Array.isArray(value)) return `[${value.map((item) => inWords(item, rounded)).join()}]`;
  assert.ok(value instanceof Map, `unexpected: ${String(value)}`);
  const entries = [...(value as CborMap)];
  return `{${entries.map(([key, item]) => `${key}:${inWords(item, rounded)}`).join()}}`;
}

/** Asserts that both libraries read the bytes, which ours has taken, as ours does. */
function othersAgree(bytes: Uint8Array, value: CborValue): void {
  const byCborg = decodeByCborg(bytes, {
    strict: true,
    useMaps: true,
    allowIndefinite: false,
    rejectDuplicateMapKeys: true,
  });
  assert.equal(inWords(byCborg), inWords(value));
  const byCbor2 = decodeByCbor2(bytes, {
    preferMap: true,
    rejectStreaming: true,
    rejectDuplicateKeys: true,
    requirePreferred: true,
    sortKeys: sortCoreDeterministic,
  });
  assert.equal(inWords(byCbor2, true), inWords(value, true));
}

describe('the codec beside cborg and cbor2', () => {
  it('writes what they read, and reads its own writing', () => {
    fc.assert(
      fc.property(values, (value) => {
        const bytes = encodeCbor(value);
        const decoded = decodeCbor(bytes);
        assert.ok(decoded.ok);
        assert.ok(equalBytes(encodeCbor(decoded.value), bytes));
        othersAgree(bytes, decoded.value);
      }),
      { numRuns: 1000 },
    );
  });

  it('writes the same bytes as cbor2', () => {
    fc.assert(
      fc.property(values, (value) => {
        const theirs = encodeByCbor2(value, { sortKeys: sortCoreDeterministic });
        assert.equal(toHex(encodeCbor(value)), toHex(theirs));
      }),
      { numRuns: 500 },
    );
  });

  /** What the codec says to bytes of which nothing is known; what it takes, the others take. */
  const judge = (bytes: Uint8Array): boolean => {
    const decoded = decodeCbor(bytes);
    if (!decoded.ok) {
      assert.match(decoded.rejection.code, /^malformed-|^too-large$/);
      return false;
    }
    assert.ok(equalBytes(encodeCbor(decoded.value), bytes), 'it has one encoding');
    othersAgree(bytes, decoded.value);
    return true;
  };

  it('takes of random bytes only what they take', (t) => {
    let taken = 0;
    // Small first bytes are whole items more often, so that some are taken at all.
    const likely = fc.constantFrom(
      0,
      1,
      0x18,
      0x20,
      0x40,
      0x41,
      0x60,
      0x61,
      0x80,
      0x81,
      0xa0,
      0xa1,
    );
    const noise = fc.array(fc.oneof(likely, fc.nat(255)), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(noise, (bytes) => {
        if (judge(Uint8Array.from(bytes))) taken++;
      }),
      { numRuns: 20_000 },
    );
    t.diagnostic(`${taken} taken`);
    assert.ok(taken > 500);
  });

  it('never throws on a message with changed bytes, and never takes it as another', (t) => {
    const messages = Object.values(exampleMessages()).map(({ bytes }) => bytes.subarray(1));
    const change = fc.tuple(fc.nat(), fc.nat(255));
    let taken = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...messages),
        fc.array(change, { minLength: 1, maxLength: 4 }),
        (message, changes) => {
          const changed = Uint8Array.from(message);
          for (const [at, byte] of changes) changed[at % changed.length] = byte;
          if (judge(changed)) taken++;
        },
      ),
      { numRuns: 5000 },
    );
    t.diagnostic(`${taken} taken`);
    assert.ok(taken > 500);
  });
});
