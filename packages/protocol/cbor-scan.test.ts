import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fromHex } from './bytes.ts';
import {
  ARRAY,
  BYTES,
  MAP,
  NEGATIVE,
  TEXT,
  UNSIGNED,
  cursorAt,
  readHead,
  scanCbor,
} from './cbor-scan.ts';

const hex = (text: string): Uint8Array => fromHex(text) as Uint8Array;

/** What is read at `at`, or what is wrong there. */
function headAt(bytes: string, at = 0) {
  const cursor = cursorAt(hex(bytes), at);
  const wrong = readHead(cursor);
  const { major, value, next } = cursor;
  return wrong ?? { major, value, next };
}

describe('readHead()', () => {
  const heads: readonly (readonly [string, number, number | bigint, number])[] = [
    ['17', UNSIGNED, 23, 1],
    ['1818', UNSIGNED, 24, 2],
    ['190100', UNSIGNED, 256, 3],
    ['1a00010000', UNSIGNED, 65_536, 5],
    ['1b0000000100000000', UNSIGNED, 4_294_967_296, 9],
    ['1b001fffffffffffff', UNSIGNED, 9_007_199_254_740_991, 9],
    ['1b0020000000000000', UNSIGNED, 9_007_199_254_740_992n, 9],
    ['20', NEGATIVE, 0, 1],
    ['58ff', BYTES, 255, 2],
    ['6a', TEXT, 10, 1],
    ['98ff', ARRAY, 255, 2],
    ['b7', MAP, 23, 1],
  ];
  for (const [bytes, major, value, next] of heads) {
    it(`reads ${bytes}`, () => {
      assert.deepEqual(headAt(bytes), { major, value, next });
    });
  }

  for (const bytes of ['1817', '1900ff', '1a0000ffff', '1b00000000ffffffff', '3817', '5817']) {
    it(`takes no more bytes than needed: ${bytes}`, () => {
      assert.equal(headAt(bytes), 'malformed-noncanonical');
    });
  }

  it('reads from where it is told', () => {
    assert.deepEqual(headAt('001818', 1), { major: UNSIGNED, value: 24, next: 3 });
    assert.equal(headAt('00', 1), 'malformed-truncated');
  });
});

describe('scanCbor()', () => {
  const code = (text: string): string => {
    const scanned = scanCbor(hex(text));
    return scanned.ok ? 'ok' : scanned.rejection.code;
  };

  it('looks at heads only: text and order of keys are for the reader', () => {
    for (const text of ['6180', 'a203040102', 'a201020102']) assert.equal(code(text), 'ok');
  });

  it('says what is wrong first, from the front', () => {
    const rows: readonly (readonly [string, string])[] = [
      ['82f6c0', 'malformed-type'],
      ['82c0f6', 'malformed-tag'],
      ['821817f6', 'malformed-noncanonical'],
      [`${'81'.repeat(9)}f6`, 'malformed-depth'],
      [`${'81'.repeat(8)}f6`, 'malformed-type'],
      [`${'81'.repeat(8)}9affffffff`, 'malformed-length'],
      [`${'00'.repeat(5000)}`, 'too-large'],
      ['0000', 'malformed-trailing'],
    ];
    for (const [text, expected] of rows) assert.equal(code(text), expected, text.slice(0, 40));
  });
});
