// pure
import { assert } from '@coinbox/protocol';
import { TILE_HEIGHT, TILE_WIDTH, joinHashes } from './tile.ts';

// Roots and paths of RFC 6962 §2.1, worked out of the whole subtrees of a tree. Which nodes are
// asked for depends on places and sizes alone, never on what the hashes are.

/**
 * The hash over the 2^height leaves from `place` · 2^height on, all of which are there. The caller
 * does not change it.
 */
export type ReadNode = (height: number, place: number) => Uint8Array;

const half = (n: number): number => Math.floor(n / 2);
const isOdd = (n: number): boolean => n % 2 === 1;

/**
 * The right edge of the tree of `size` leaves, at least one: at each height, the hash over the last
 * leaves from a whole multiple of 2^height on. The last of them is the root.
 */
export function rightEdge(read: ReadNode, size: number): readonly Uint8Array[] {
  assert(size >= 1, 'a tree without leaves has no edge');
  let last = size - 1;
  let hash = read(0, last);
  const edge = [hash];
  for (let height = 0; last > 0; height++) {
    if (isOdd(last)) hash = joinHashes(read(height, last - 1), hash);
    last = half(last);
    edge.push(hash);
  }
  return edge;
}

/** PATH(index, D[size]) of RFC 6962 §2.1.1, leaf to root. `edge` is that of the tree. */
export function inclusionPath(
  read: ReadNode,
  edge: readonly Uint8Array[],
  index: number,
  size: number,
): readonly Uint8Array[] {
  const path: Uint8Array[] = [];
  let [place, last] = [index, size - 1];
  for (let height = 0; last > 0; height++) {
    if (isOdd(place)) path.push(read(height, place - 1));
    else if (place + 1 < last) path.push(read(height, place + 1));
    else if (place + 1 === last) path.push(edge[height] as Uint8Array);
    [place, last] = [half(place), half(last)];
  }
  return path;
}

/** The largest power of two below `n`, which is at least 2. */
function splitOf(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

/** MTH(D[from:to]). `from` is a multiple of the smallest power of two from to − from up. */
function rootOf(read: ReadNode, from: number, to: number): Uint8Array {
  const count = to - from;
  if (count === 1) return read(0, from);
  const k = splitOf(count);
  if (k * 2 === count) return read(Math.log2(count), from / count);
  return joinHashes(rootOf(read, from, from + k), rootOf(read, from + k, to));
}

/** PROOF(first, D[second]) of RFC 6962 §2.1.2; 0 < first ≤ second. */
export function consistencyPath(
  read: ReadNode,
  first: number,
  second: number,
): readonly Uint8Array[] {
  const path: Uint8Array[] = [];
  let [from, to] = [0, second];
  /** Is what is left of the first tree its whole, so that the checker has its hash? */
  let isWhole = true;
  while (first !== to) {
    const middle = from + splitOf(to - from);
    if (first <= middle) {
      path.push(rootOf(read, middle, to));
      to = middle;
    } else {
      path.push(rootOf(read, from, middle));
      from = middle;
      isWhole = false;
    }
  }
  if (!isWhole) path.push(rootOf(read, from, to));
  return path.reverse();
}

/** A tile of the tree: `level` 0 has the leaves, each level above the hashes of the one below. */
export type TileId = { readonly level: number; readonly number: number };

/** Where a node stands: its tile, and height 0–7 and place in that. */
export type NodeInTile = TileId & { readonly height: number; readonly place: number };

export function tileOfNode(height: number, place: number): NodeInTile {
  const inTile = height % TILE_HEIGHT;
  const across = TILE_WIDTH >> inTile;
  const level = (height - inTile) / TILE_HEIGHT;
  const number = Math.floor(place / across);
  return { level, number, height: inTile, place: place - number * across };
}

/** How many hashes a tile has in the tree of `size` leaves: 0 to 256. */
export function widthAt({ level, number }: TileId, size: number): number {
  const hashes = Math.floor(size / TILE_WIDTH ** level) - number * TILE_WIDTH;
  return Math.max(0, Math.min(TILE_WIDTH, hashes));
}
