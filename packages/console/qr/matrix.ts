/** A square of modules: true is dark. */
export type Matrix = {
  readonly size: number;
  readonly dark: Uint8Array;
  /** Modules that belong to patterns, not to the text. */
  readonly fixed: Uint8Array;
};

const set = ({ size, dark, fixed }: Matrix, x: number, y: number, isDark: boolean): void => {
  if (x < 0 || y < 0 || x >= size || y >= size) return;
  dark[y * size + x] = isDark ? 1 : 0;
  fixed[y * size + x] = 1;
};

/** Where alignment patterns stand, in one direction (ISO/IEC 18004:2015, Annex E). */
export function alignmentPlaces(version: number): readonly number[] {
  if (version === 1) return [];
  const count = Math.floor(version / 7) + 2;
  const last = version * 4 + 10;
  const step = version === 32 ? 26 : Math.ceil((last - 6) / (count - 1) / 2) * 2;
  const places = Array.from({ length: count - 1 }, (_, n) => last - n * step);
  return [6, ...places.reverse()];
}

/** An empty symbol with its patterns: finders, timing, alignment, and room for the information. */
export function emptyMatrix(version: number): Matrix {
  const size = version * 4 + 17;
  const matrix = { size, dark: new Uint8Array(size * size), fixed: new Uint8Array(size * size) };
  for (let n = 0; n < size; n++) {
    set(matrix, 6, n, n % 2 === 0);
    set(matrix, n, 6, n % 2 === 0);
  }
  for (const [x, y] of [
    [3, 3],
    [size - 4, 3],
    [3, size - 4],
  ] as const)
    drawFinder(matrix, x, y);
  const places = alignmentPlaces(version);
  const last = places.at(-1);
  for (const x of places) {
    for (const y of places) {
      const isFinder = (x === 6 && (y === 6 || y === last)) || (x === last && y === 6);
      if (!isFinder) drawAlignment(matrix, x, y);
    }
  }
  drawFormat(matrix, 0);
  drawVersion(matrix, version);
  return matrix;
}

function drawFinder(matrix: Matrix, cx: number, cy: number): void {
  for (let dy = -4; dy <= 4; dy++) {
    for (let dx = -4; dx <= 4; dx++) {
      const ring = Math.max(Math.abs(dx), Math.abs(dy));
      set(matrix, cx + dx, cy + dy, ring !== 2 && ring !== 4);
    }
  }
}

function drawAlignment(matrix: Matrix, cx: number, cy: number): void {
  for (let dy = -2; dy <= 2; dy++) {
    for (let dx = -2; dx <= 2; dx++) {
      set(matrix, cx + dx, cy + dy, Math.max(Math.abs(dx), Math.abs(dy)) !== 1);
    }
  }
}

/** The remainder of a division in GF(2): `bits` shifted by the degree of the divisor. */
function remainder(bits: number, divisor: number, degree: number): number {
  let rest = bits;
  for (let n = 0; n < degree; n++) rest = (rest << 1) ^ ((rest >>> (degree - 1)) * divisor);
  return rest;
}

/** 15 bits: level M, the mask, and their BCH code (7.9). */
export function formatBits(mask: number): number {
  const word = mask;
  return ((word << 10) | remainder(word, 0x537, 10)) ^ 0x5412;
}

/** 18 bits: the version and its BCH code (7.10). */
export const versionBits = (version: number): number =>
  (version << 12) | remainder(version, 0x1f25, 12);

/** Both copies of the format information, and the module that is always dark. */
export function drawFormat(matrix: Matrix, mask: number): void {
  const bits = formatBits(mask);
  const { size } = matrix;
  const bit = (n: number): boolean => ((bits >>> n) & 1) === 1;
  for (let n = 0; n <= 5; n++) set(matrix, 8, n, bit(n));
  set(matrix, 8, 7, bit(6));
  set(matrix, 8, 8, bit(7));
  set(matrix, 7, 8, bit(8));
  for (let n = 9; n < 15; n++) set(matrix, 14 - n, 8, bit(n));
  for (let n = 0; n < 8; n++) set(matrix, size - 1 - n, 8, bit(n));
  for (let n = 8; n < 15; n++) set(matrix, 8, size - 15 + n, bit(n));
  set(matrix, 8, size - 8, true);
}

function drawVersion(matrix: Matrix, version: number): void {
  if (version < 7) return;
  const bits = versionBits(version);
  for (let n = 0; n < 18; n++) {
    const isDark = ((bits >>> n) & 1) === 1;
    const [far, near] = [matrix.size - 11 + (n % 3), Math.floor(n / 3)];
    set(matrix, far, near, isDark);
    set(matrix, near, far, isDark);
  }
}

/** The free modules in the order in which bits stand in them: in pairs of columns, up and down. */
export function* freePlaces({ size, fixed }: Matrix): Generator<number> {
  for (let right = size - 1; right >= 1; right -= 2) {
    if (right === 6) right = 5;
    const isUpwards = ((right + 1) & 2) === 0;
    for (let step = 0; step < size; step++) {
      const y = isUpwards ? size - 1 - step : step;
      for (const x of [right, right - 1]) if (fixed[y * size + x] === 0) yield y * size + x;
    }
  }
}
