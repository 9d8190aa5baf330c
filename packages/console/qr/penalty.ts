import type { Matrix } from './matrix.ts';

/** How hard a symbol is to read: runs, blocks, false finders, imbalance (ISO/IEC 18004, 7.8.3). */
export function penaltyOf({ size, dark }: Pick<Matrix, 'size' | 'dark'>): number {
  let penalty = 0;
  for (let n = 0; n < size; n++) {
    const row = Array.from(dark.subarray(n * size, (n + 1) * size));
    const column = row.map((_, y) => dark[y * size + n] as number);
    penalty += lineOf(row) + lineOf(column);
  }
  const at = (x: number, y: number): number => dark[y * size + x] as number;
  for (let y = 0; y < size - 1; y++) {
    for (let x = 0; x < size - 1; x++) {
      const sum = at(x, y) + at(x + 1, y) + at(x, y + 1) + at(x + 1, y + 1);
      if (sum === 0 || sum === 4) penalty += 3;
    }
  }
  const share = dark.reduce((sum, one) => sum + one, 0) / (size * size);
  return penalty + Math.floor(Math.abs(share * 100 - 50) / 5) * 10;
}

const FINDERS = ['10111010000', '00001011101'];

/** Runs of five and more, and what looks like a finder. */
export function lineOf(line: readonly number[]): number {
  let penalty = 0;
  let run = 0;
  line.forEach((value, place) => {
    run = value === line[place - 1] ? run + 1 : 1;
    if (run === 5) penalty += 3;
    if (run > 5) penalty += 1;
  });
  const text = line.join('');
  for (const finder of FINDERS) {
    for (let at = text.indexOf(finder); at >= 0; at = text.indexOf(finder, at + 1)) penalty += 40;
  }
  return penalty;
}
