// pure

/** Chance that follows from a seed: the same seed, the same chances, in the same order. */
export interface Random {
  /** A whole number from 0 to `bound` − 1. */
  below(bound: number): number;
  /** A whole number from `least` to `most`. */
  between(least: number, most: number): number;
  /** True with this probability. */
  chance(probability: number): boolean;
  pick<T>(list: readonly T[]): T;
  bytes(count: number): Uint8Array;
}

const WORD = 2 ** 32;

/**
 * Source: Chris Doty-Humphrey's sfc32 (PractRand), with the seed in its counters and the first
 * twenty words thrown away.
 */
export function createRandom(seed: number): Random {
  let [a, b, c, d] = [seed >>> 0, Math.floor(seed / WORD) >>> 0, 0x9e3779b9, 1];
  const word = (): number => {
    const sum = (a + b + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    c |= 0;
    return sum >>> 0;
  };
  for (let i = 0; i < 20; i++) word();
  const below = (bound: number): number => Math.floor((word() / WORD) * bound);
  return {
    below,
    between: (least, most) => least + below(most - least + 1),
    chance: (probability) => word() < probability * WORD,
    pick: (list) => list[below(list.length)] as (typeof list)[number],
    bytes(count) {
      const bytes = new Uint8Array(count);
      for (let at = 0; at < count; at += 4) {
        let rest = word();
        for (let i = at; i < Math.min(at + 4, count); i++, rest >>>= 8) bytes[i] = rest & 255;
      }
      return bytes;
    },
  };
}
