import { createCaller } from './caller.ts';
import type { Caller } from './caller.ts';
import type { Call } from './history.ts';
import type { Line } from './line.ts';
import type { Bank } from './open-bank.ts';

/** What a client has at hand. */
export type Desk = {
  readonly bank: Bank;
  readonly caller: Caller;
  /** A whole number from 0 up to, and without, `most`. */
  readonly upTo: (most: number) => number;
  readonly oneOf: <T>(list: readonly T[]) => T;
};

export type DeskOptions = {
  readonly bank: Bank;
  readonly line: Line;
  readonly client: number;
  readonly seed: number;
  readonly note: (call: Call) => void;
};

export function createDesk({ bank, line, client, seed, note }: DeskOptions): Desk {
  const random = randomFrom(seed);
  const upTo = (most: number): number => Math.floor(random() * most);
  const oneOf = <T>(list: readonly T[]): T => list[upTo(list.length)] as T;
  return { bank, caller: createCaller(line, client, upTo, note), upTo, oneOf };
}

/** Numbers in [0, 1) from a seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let word = Math.imul(state ^ (state >>> 15), state | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    return ((word ^ (word >>> 14)) >>> 0) / 2 ** 32;
  };
}
