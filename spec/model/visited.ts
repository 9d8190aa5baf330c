// pure

/** A growing list of numbers from 0 to 2^32 - 1, without an object for each. */
export interface NumberList {
  readonly length: number;
  push(value: number): void;
  at(place: number): number;
}

export function createNumberList(capacity = 1024): NumberList {
  let values = new Uint32Array(capacity);
  let length = 0;
  return {
    get length() {
      return length;
    },
    push(value) {
      if (length === values.length) {
        const larger = new Uint32Array(length * 2);
        larger.set(values);
        values = larger;
      }
      values[length++] = value;
    },
    at: (place) => values[place] as number,
  };
}

/** The states that have been reached, each kept as a hash of 64 bits and a number from 0 on. */
export interface Visited {
  readonly size: number;
  /** The number of the state with these words: one that is new gets the number `size`. */
  add(words: Int32Array): number;
}

/** Places of the table; each has the two halves of a hash and the state's number plus one. */
const FIRST_PLACES = 1 << 14;

/** A table with open addressing that is at most half full. Owns its memory; nothing is deleted. */
export function createVisited(): Visited {
  let places = FIRST_PLACES;
  let table = new Uint32Array(places * 3);
  let size = 0;

  /** Where the hash stands, or the free place where it would. */
  const find = (low: number, high: number): number => {
    let place = low & (places - 1);
    for (;;) {
      const at = place * 3;
      if (table[at + 2] === 0) return at;
      if (table[at] === low && table[at + 1] === high) return at;
      place = (place + 1) & (places - 1);
    }
  };
  const grow = (): void => {
    const before = table;
    places *= 2;
    table = new Uint32Array(places * 3);
    for (let from = 0; from < before.length; from += 3) {
      if (before[from + 2] === 0) continue;
      const at = find(before[from] as number, before[from + 1] as number);
      table.set(before.subarray(from, from + 3), at);
    }
  };
  return {
    get size() {
      return size;
    },
    add(words) {
      const low = hash(words, 0x9e3779b9, 0x85ebca6b, 0xc2b2ae35);
      const high = hash(words, 0x7f4a7c15, 0xcc9e2d51, 0x1b873593);
      const at = find(low, high);
      const known = table[at + 2] as number;
      if (known !== 0) return known - 1;
      table[at] = low;
      table[at + 1] = high;
      table[at + 2] = ++size;
      if (size * 2 > places) grow();
      return size - 1;
    },
  };
}

/**
 * 32 bits out of any number of words: each word is taken in, multiplied and folded, and the end is
 * mixed as in MurmurHash3 (fmix32). The two halves of a state's hash differ in seed and factors.
 */
function hash(words: Int32Array, seed: number, one: number, other: number): number {
  let mixed = seed;
  for (let at = 0; at < words.length; at++) {
    mixed = Math.imul(mixed ^ (words[at] as number), one);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, other);
    mixed ^= mixed >>> 13;
  }
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** How likely it is that two of so many states have one hash: at most n (n - 1) / 2^65. */
export const chanceOfMiss = (states: number): number => (states * (states - 1)) / 2 ** 65;
