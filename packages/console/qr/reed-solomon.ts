// Arithmetic of GF(2⁸) with the polynomial x⁸ + x⁴ + x³ + x² + 1 (ISO/IEC 18004:2015, 7.5.2).

const EXP = new Uint8Array(512);
const LOG = new Uint8Array(256);
for (let power = 0, value = 1; power < 255; power++) {
  EXP[power] = value;
  EXP[power + 255] = value;
  LOG[value] = power;
  value = value >= 128 ? (value * 2) ^ 0x11d : value * 2;
}

const multiply = (a: number, b: number): number =>
  a === 0 || b === 0 ? 0 : (EXP[(LOG[a] as number) + (LOG[b] as number)] as number);

/** The generator polynomial of so many error correction codewords, without its leading 1. */
function generator(degree: number): Uint8Array {
  let poly = Uint8Array.of(1);
  for (let power = 0; power < degree; power++) {
    const root = EXP[power] as number;
    const next = new Uint8Array(poly.length + 1);
    // poly · (x + root): each coefficient stays, and goes to its neighbour times the root.
    poly.forEach((coefficient, place) => {
      next[place] = (next[place] as number) ^ coefficient;
      next[place + 1] = (next[place + 1] as number) ^ multiply(coefficient, root);
    });
    poly = next;
  }
  return poly.subarray(1);
}

/** The error correction codewords of a block: the remainder of its division by the generator. */
export function errorCorrection(block: Uint8Array, count: number): Uint8Array {
  const divisor = generator(count);
  let rest = new Uint8Array(count);
  for (const codeword of block) {
    const factor = codeword ^ (rest[0] as number);
    const shifted = new Uint8Array(count);
    shifted.set(rest.subarray(1));
    rest = shifted.map((value, place) => value ^ multiply(divisor[place] as number, factor));
  }
  return rest;
}
