import { textBytes } from '@coinbox/protocol';
import { drawFormat, emptyMatrix, freePlaces } from './matrix.ts';
import type { Matrix } from './matrix.ts';
import { penaltyOf } from './penalty.ts';
import { errorCorrection } from './reed-solomon.ts';

/** Level M (15 %), by version from 1 on (ISO/IEC 18004:2015, Table 9). */
const CORRECTION_PER_BLOCK = [
  10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26,
];
const BLOCKS = [1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16];
const BYTE_MODE = 4;

/** Codewords that a symbol of a version has room for, with those of error correction. */
export function totalCodewords(version: number): number {
  let bits = (16 * version + 128) * version + 64;
  if (version >= 2) {
    const alignments = Math.floor(version / 7) + 2;
    bits -= (25 * alignments - 10) * alignments - 55;
    if (version >= 7) bits -= 36;
  }
  return Math.floor(bits / 8);
}

const correctionOf = (version: number): number => CORRECTION_PER_BLOCK[version - 1] as number;
const blocksOf = (version: number): number => BLOCKS[version - 1] as number;
const roomIn = (version: number): number =>
  totalCodewords(version) - correctionOf(version) * blocksOf(version);

/**
 * A text as a QR code in byte mode, level M, of the smallest version that holds it; undefined where
 * none of 1 to 20 does (more than 666 bytes).
 */
export function encodeQr(text: string): Matrix | undefined {
  const bytes = textBytes(text);
  for (let version = 1; version <= BLOCKS.length; version++) {
    const head = version < 10 ? 12 : 20;
    if (Math.ceil((head + bytes.length * 8) / 8) > roomIn(version)) continue;
    return drawCodewords(version, withCorrection(textCodewords(bytes, version), version));
  }
  return undefined;
}

/** Mode, length, text, terminator and padding (7.4). */
export function textCodewords(bytes: Uint8Array, version: number): Uint8Array {
  const room = roomIn(version);
  const bits: number[] = [];
  const push = (value: number, width: number): void => {
    for (let n = width - 1; n >= 0; n--) bits.push((value >>> n) & 1);
  };
  push(BYTE_MODE, 4);
  push(bytes.length, version < 10 ? 8 : 16);
  for (const byte of bytes) push(byte, 8);
  push(0, Math.min(4, room * 8 - bits.length));
  while (bits.length % 8 !== 0) bits.push(0);
  const codewords = new Uint8Array(room);
  bits.forEach((bit, place) => {
    codewords[place >> 3] = (codewords[place >> 3] as number) | (bit << (7 - (place & 7)));
  });
  for (let place = bits.length / 8, n = 0; place < room; place++, n++) {
    codewords[place] = n % 2 === 0 ? 0xec : 0x11;
  }
  return codewords;
}

/** Cuts the data into blocks, and interleaves them and their error correction (7.6). */
export function withCorrection(codewords: Uint8Array, version: number): Uint8Array {
  const [count, correction] = [blocksOf(version), correctionOf(version)];
  const short = Math.floor(codewords.length / count);
  const shortBlocks = count - (codewords.length % count);
  const blocks: Uint8Array[] = [];
  for (let n = 0, at = 0; n < count; n++) {
    const length = n < shortBlocks ? short : short + 1;
    blocks.push(codewords.subarray(at, at + length));
    at += length;
  }
  const corrections = blocks.map((block) => errorCorrection(block, correction));
  const found: number[] = [];
  for (let place = 0; place <= short; place++) {
    for (const block of blocks) if (place < block.length) found.push(block[place] as number);
  }
  for (let place = 0; place < correction; place++) {
    for (const block of corrections) found.push(block[place] as number);
  }
  return Uint8Array.from(found);
}

/** Is a module turned by this mask (7.8.2)? */
export function isMasked(mask: number, x: number, y: number): boolean {
  const conditions = [
    (x + y) % 2,
    y % 2,
    x % 3,
    (x + y) % 3,
    (Math.floor(x / 3) + Math.floor(y / 2)) % 2,
    ((x * y) % 2) + ((x * y) % 3),
    (((x * y) % 2) + ((x * y) % 3)) % 2,
    (((x + y) % 2) + ((x * y) % 3)) % 2,
  ];
  return conditions[mask] === 0;
}

/** Draws the codewords under each mask, and gives the symbol that is easiest to read. */
function drawCodewords(version: number, codewords: Uint8Array): Matrix {
  let best: Matrix | undefined;
  let least = Infinity;
  for (let mask = 0; mask < 8; mask++) {
    const matrix = emptyMatrix(version);
    let bit = 0;
    for (const place of freePlaces(matrix)) {
      const codeword = codewords[bit >> 3] ?? 0;
      const value = (codeword >>> (7 - (bit & 7))) & 1;
      const [x, y] = [place % matrix.size, Math.floor(place / matrix.size)];
      matrix.dark[place] = value ^ (isMasked(mask, x, y) ? 1 : 0);
      bit++;
    }
    drawFormat(matrix, mask);
    const penalty = penaltyOf(matrix);
    if (penalty < least) [best, least] = [matrix, penalty];
  }
  return best as Matrix;
}
