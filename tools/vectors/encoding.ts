import { encodeCbor } from '@coinbox/protocol';
import { bytesOf, diagnosticOf, refused, taken } from './case.ts';
import type { Case } from './case.ts';

/** RFC 8949 appendix A: encoding and diagnostic notation, as far as they are in the profile. */
const appendixA: readonly (readonly [hex: string, diagnostic: string])[] = [
  ['00', '0'],
  ['01', '1'],
  ['0a', '10'],
  ['17', '23'],
  ['1818', '24'],
  ['1819', '25'],
  ['1864', '100'],
  ['1903e8', '1000'],
  ['1a000f4240', '1000000'],
  ['1b000000e8d4a51000', '1000000000000'],
  ['1bffffffffffffffff', '18446744073709551615'],
  ['3bffffffffffffffff', '-18446744073709551616'],
  ['20', '-1'],
  ['29', '-10'],
  ['3863', '-100'],
  ['3903e7', '-1000'],
  ['40', "h''"],
  ['4401020304', "h'01020304'"],
  ['60', '""'],
  ['6161', '"a"'],
  ['6449455446', '"IETF"'],
  ['62225c', '"\\"\\\\"'],
  ['62c3bc', '"ü"'],
  ['63e6b0b4', '"水"'],
  ['64f0908591', '"\u{10151}"'],
  ['80', '[]'],
  ['83010203', '[1, 2, 3]'],
  ['8301820203820405', '[1, [2, 3], [4, 5]]'],
  [
    '98190102030405060708090a0b0c0d0e0f101112131415161718181819',
    '[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25]',
  ],
  ['a0', '{}'],
  ['a201020304', '{1: 2, 3: 4}'],
];

/** Rows of RFC 8949 appendix A that are not in the profile. */
const outside: readonly (readonly [name: string, hex: string, code: string])[] = [
  ['0.0', 'f90000', 'malformed-type'],
  ['-0.0', 'f98000', 'malformed-type'],
  ['1.1', 'fb3ff199999999999a', 'malformed-type'],
  ['100000.0', 'fa47c35000', 'malformed-type'],
  ['NaN', 'f97e00', 'malformed-type'],
  ['Infinity', 'f97c00', 'malformed-type'],
  ['false', 'f4', 'malformed-type'],
  ['true', 'f5', 'malformed-type'],
  ['null', 'f6', 'malformed-type'],
  ['undefined', 'f7', 'malformed-type'],
  ['simple(16)', 'f0', 'malformed-type'],
  ['simple(255)', 'f8ff', 'malformed-type'],
  ['18446744073709551616, a bignum', 'c249010000000000000000', 'malformed-tag'],
  ['-18446744073709551617, a bignum', 'c349010000000000000000', 'malformed-tag'],
  ['0("2013-03-21T20:04:00Z")', 'c074323031332d30332d32315432303a30343a30305a', 'malformed-tag'],
  ["23(h'01020304')", 'd74401020304', 'malformed-tag'],
  ['{"a": 1, "b": [2, 3]}', 'a26161016162820203', 'malformed-type'],
  ["(_ h'0102', h'030405')", '5f42010243030405ff', 'malformed-noncanonical'],
  ['(_ "strea", "ming")', '7f657374726561646d696e67ff', 'malformed-noncanonical'],
  ['[_ ]', '9fff', 'malformed-noncanonical'],
  ['[1, [2, 3], [_ 4, 5]]', '83018202039f0405ff', 'malformed-noncanonical'],
];

/** Rows 1 to 12 and 15 of the table of bad inputs. */
const malformed: readonly (readonly [name: string, hex: string, code: string])[] = [
  ['no bytes', '', 'malformed-empty'],
  ['a head without its argument', '19', 'malformed-truncated'],
  ['a head with half its argument', '1903', 'malformed-truncated'],
  ['a string cut off', '4401', 'malformed-truncated'],
  ['an array cut off', '8201', 'malformed-truncated'],
  ['a map without its last value', 'a101', 'malformed-truncated'],
  ['a second item', '0000', 'malformed-trailing'],
  ['a key twice', 'a201020103', 'malformed-duplicate-key'],
  ['keys not sorted', 'a203040102', 'malformed-noncanonical'],
  ['a negative key before a positive one', 'a220010102', 'malformed-noncanonical'],
  ['keys sorted by length first', 'a22001181802', 'malformed-noncanonical'],
  ['23 in two bytes', '1817', 'malformed-noncanonical'],
  ['255 in three bytes', '1900ff', 'malformed-noncanonical'],
  ['65535 in five bytes', '1a0000ffff', 'malformed-noncanonical'],
  ['4294967295 in nine bytes', '1b00000000ffffffff', 'malformed-noncanonical'],
  ['-1 in two bytes', '3800', 'malformed-noncanonical'],
  ['a length in two bytes', '580101', 'malformed-noncanonical'],
  ['a count in two bytes', '980101', 'malformed-noncanonical'],
  ['a break alone', 'ff', 'malformed-noncanonical'],
  ['a head that is reserved', '1c', 'malformed-type'],
  ['a key that is bytes', 'a1416101', 'malformed-type'],
  ['a key of 2^53 + 1', 'a11b002000000000000001', 'malformed-type'],
  ['depth 9', `${'81'.repeat(8)}80`, 'malformed-depth'],
  ['depth 9 of maps', `${'a101'.repeat(8)}a0`, 'malformed-depth'],
  ['a length of 2^32 - 1 in ten bytes', '5affffffff0000000000', 'malformed-length'],
  ['a count of 2^32 - 1 in ten bytes', '9affffffff0000000000', 'malformed-length'],
  ['1,025 items', '99040100', 'malformed-length'],
  ['65 entries', 'b84100', 'malformed-length'],
  ['a lone byte of continuation', '6180', 'malformed-text'],
  ['UTF-8 in more bytes than needed', '62c0af', 'malformed-text'],
  ['a surrogate', '63eda080', 'malformed-text'],
  ['a code point past U+10FFFF', '64f4908080', 'malformed-text'],
  ['a NUL', '63610062', 'malformed-text'],
  ['u and a combining diaeresis', '6375cc88', 'malformed-text'],
];

/** spec/vectors/encoding.json. `value` is diagnostic notation. */
export function encodingVectors(): { about: string; cases: readonly Case[] } {
  const map = new Map<number, number>([
    [-1, 5],
    [24, 4],
    [0, 1],
    [-25, 6],
    [1000, 3],
    [23, 2],
  ]);
  const own = [
    ['2^53', bytesOf('1b0020000000000000')],
    ['2^63 - 1, the largest amount', bytesOf('1b7fffffffffffffff')],
    ['depth 8', bytesOf(`${'81'.repeat(7)}80`)],
    ['keys in their order', encodeCbor(map)],
  ] as const;
  return {
    about: 'Deterministic CBOR: spec/01-encoding.md. The value is in diagnostic notation.',
    cases: [
      ...appendixA.map(([hex, value]) => taken(value, bytesOf(hex), value, 'RFC 8949 appendix A')),
      ...own.map(([name, bytes]) => taken(name, bytes, diagnosticOf(bytes))),
      ...outside.map(([name, hex, code]) => ({
        ...refused(name, bytesOf(hex), code),
        source: 'RFC 8949 appendix A',
      })),
      ...malformed.map(([name, hex, code]) => refused(name, bytesOf(hex), code)),
      refused('4,097 bytes', encodeCbor(new Uint8Array(4094)), 'too-large'),
    ],
  };
}
