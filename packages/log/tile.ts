import { sha256 } from '@coinbox/protocol';

// A tile is a whole subtree of height 8: up to 256 hashes side by side, and the nodes that follow
// from them. It is kept as one array, so that the two children of a node stand beside each other.

/** Hashes side by side in a full tile. */
export const TILE_WIDTH = 256;
/** Levels of the tree from the hashes of a tile up to its own hash. */
export const TILE_HEIGHT = 8;
const HASH_BYTES = 32;
const NODES = 2 * TILE_WIDTH - 1;

/** Owned by one tree; changed by `pushHash` alone. */
export type Tile = {
  /** Hashes at the bottom, 0 to 256. */
  width: number;
  readonly nodes: Uint8Array;
};

export const emptyTile = (): Tile => ({ width: 0, nodes: new Uint8Array(NODES * HASH_BYTES) });

/** Where the nodes at one height of a tile begin, bytes: those below fill 512 − 2^(9 − height). */
const startOf = (height: number): number =>
  (2 * TILE_WIDTH - ((2 * TILE_WIDTH) >> height)) * HASH_BYTES;

/** The node at `height` 0–8 and `place` in a tile that reaches so far; a view, not a copy. */
export function nodeIn(tile: Tile, height: number, place: number): Uint8Array {
  const start = startOf(height) + place * HASH_BYTES;
  return tile.nodes.subarray(start, start + HASH_BYTES);
}

/** One hash function call instead of three: 0x01, then the children. Used within one turn only. */
const node = new Uint8Array(1 + 2 * HASH_BYTES);
node[0] = 1;

/** SHA-256(0x01 ‖ left ‖ right). */
export function joinHashes(left: Uint8Array, right: Uint8Array): Uint8Array {
  node.set(left, 1);
  node.set(right, 1 + HASH_BYTES);
  return sha256(node);
}

/** Puts the next hash into a tile that is not full, and the nodes that it completes. */
export function pushHash(tile: Tile, bottom: Uint8Array): void {
  const { nodes } = tile;
  let place = tile.width;
  nodes.set(bottom, place * HASH_BYTES);
  for (let height = 0; (place & 1) === 1; height++) {
    const children = startOf(height) + (place - 1) * HASH_BYTES;
    node.set(nodes.subarray(children, children + 2 * HASH_BYTES), 1);
    place >>= 1;
    nodes.set(sha256(node), startOf(height + 1) + place * HASH_BYTES);
  }
  tile.width += 1;
}

/** The hash of a full tile, which stands in the tile above. */
export const tileHash = (tile: Tile): Uint8Array => nodeIn(tile, TILE_HEIGHT, 0);

/** The first `width` hashes of a tile, as they are in its file; a view, not a copy. */
export const bottomOf = (tile: Tile, width = tile.width): Uint8Array =>
  tile.nodes.subarray(0, width * HASH_BYTES);

/** A tile of the bytes of its file; undefined where they are not `width` hashes. */
export function tileFrom(bytes: Uint8Array, width: number): Tile | undefined {
  if (bytes.length !== width * HASH_BYTES) return undefined;
  const tile = emptyTile();
  for (let at = 0; at < bytes.length; at += HASH_BYTES) {
    pushHash(tile, bytes.subarray(at, at + HASH_BYTES));
  }
  return tile;
}
