import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fromHex, textBytes, toHex } from '@coinbox/protocol';
import { textCodewords, encodeQr, isMasked, totalCodewords, withCorrection } from './encode.ts';
import { alignmentPlaces, emptyMatrix, formatBits, freePlaces, versionBits } from './matrix.ts';
import type { Matrix } from './matrix.ts';
import { lineOf, penaltyOf } from './penalty.ts';
import { errorCorrection } from './reed-solomon.ts';

const bytes = (hex: string): Uint8Array => fromHex(hex) as Uint8Array;

describe('a QR code', () => {
  it('corrects errors as the example of ISO/IEC 18004, Annex I does', () => {
    const block = bytes('10200c566180ec11ec11ec11ec11ec11');
    assert.equal(toHex(errorCorrection(block, 10)), 'a524d4c1ed36c7872c55');
  });

  it('has the format information of ISO/IEC 18004, Table C.1', () => {
    // Level M, masks 0 to 7.
    const words = [
      '101010000010010',
      '101000100100101',
      '101111001111100',
      '101101101001011',
      '100010111111001',
      '100000011001110',
      '100111110010111',
      '100101010100000',
    ];
    words.forEach((word, mask) => {
      assert.equal(formatBits(mask).toString(2).padStart(15, '0'), word);
    });
  });

  it('has the version information of ISO/IEC 18004, Table D.1', () => {
    assert.equal(versionBits(7), 0x07c94);
    assert.equal(versionBits(20), 0x149a6);
  });

  it('has room and alignment patterns by version as in Tables 1 and E.1', () => {
    const rows: [number, number, number[]][] = [
      [1, 26, []],
      [2, 44, [6, 18]],
      [7, 196, [6, 22, 38]],
      [14, 581, [6, 26, 46, 66]],
      [20, 1085, [6, 34, 62, 90]],
    ];
    for (const [version, codewords, places] of rows) {
      assert.equal(totalCodewords(version), codewords);
      assert.deepEqual(alignmentPlaces(version), places);
      const free = [...freePlaces(emptyMatrix(version))].length;
      assert.equal(Math.floor(free / 8), codewords);
    }
  });

  it('begins with mode and length, and is filled up with the two padding codewords', () => {
    // 0100 00000010 01100001 01100010 0000, then 0xec 0x11 …
    assert.equal(toHex(textCodewords(textBytes('ab'), 1)), '402' + '6162' + '0' + 'ec11'.repeat(6));
  });

  it('takes the smallest version that holds the text, and says when none does', () => {
    const sizes: [number, number | undefined][] = [
      [14, 21],
      [15, 25],
      [122, 45],
      [123, 49],
      [180, 53],
      [666, 97],
      [667, undefined],
    ];
    for (const [length, size] of sizes) {
      assert.equal(encodeQr('x'.repeat(length))?.size, size, `${length} bytes`);
    }
  });

  it('penalises runs, blocks, false finders and imbalance', () => {
    assert.equal(lineOf([1, 1, 1, 1, 1, 0]), 3);
    assert.equal(lineOf([0, 0, 0, 0, 0, 0, 0]), 5);
    assert.equal(lineOf([1, 0, 1, 1, 1, 0, 1, 0, 0, 0, 0]), 40);
    // Four dark modules: one block (3), all of it dark (50 % off: 10 steps of 10).
    assert.equal(penaltyOf({ size: 2, dark: Uint8Array.of(1, 1, 1, 1) }), 103);
  });

  for (const text of [
    'a',
    'https://issuer.example/console/pay/#t=x',
    '付款'.repeat(30),
    'q'.repeat(500),
  ]) {
    it(`holds its text: ${[...text].length} characters can be read back`, () => {
      const matrix = encodeQr(text) as Matrix;
      assert.equal(readBack(matrix), text);
    });
  }
});

/** Reads a symbol without errors, block after block as Table 9 has them for level M. */
function readBack({ size, dark }: Matrix): string {
  const version = (size - 17) / 4;
  const at = (x: number, y: number): number => dark[y * size + x] as number;
  const format = [0, 1, 2, 3, 4, 5, 7, 8].map((y) => at(8, y));
  const low = format.reduce((sum, bit, n) => sum + bit * 2 ** n, 0);
  const mask = [...Array(8).keys()].find((one) => (formatBits(one) & 0xff) === low) as number;
  const bits = [...freePlaces(emptyMatrix(version))].map((place) => {
    const [x, y] = [place % size, Math.floor(place / size)];
    return at(x, y) ^ (isMasked(mask, x, y) ? 1 : 0);
  });
  const words = new Uint8Array(totalCodewords(version)).map((_, n) =>
    Number.parseInt(bits.slice(n * 8, n * 8 + 8).join(''), 2),
  );
  const length = longest(words, version);
  return new TextDecoder().decode(length);
}

/** The text whose codewords, interleaved again, are these. */
function longest(words: Uint8Array, version: number): Uint8Array {
  const placesOf = (length: number): Uint8Array =>
    withCorrection(new Uint8Array(length).fill(0), version);
  // Where each codeword of the data went: found by sending a mark through the interleaving.
  const room = [...Array(words.length).keys()].findLast(
    (length) => placesOf(length).length <= words.length,
  ) as number;
  const data = new Uint8Array(room).map((_, n) => {
    const marked = new Uint8Array(room);
    marked[n] = 1;
    return words[withCorrection(marked, version).indexOf(1)] as number;
  });
  const head = version < 10 ? 12 : 20;
  const text = [...data].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const length = Number.parseInt(text.slice(4, head), 2);
  return new Uint8Array(length).map((_, n) =>
    Number.parseInt(text.slice(head + n * 8, head + n * 8 + 8), 2),
  );
}
