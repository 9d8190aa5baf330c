import { assert } from '@coinbox/protocol';
import { TILE_WIDTH } from './tile.ts';

/** A leaf of the log is a commitment: 32 bytes. */
export const LEAF_BYTES = 32;

/** The leaves beside the tiles of level 0 that are not in files yet. Owned by one log. */
export interface Leaves {
  push(leaf: Uint8Array): void;
  /** Room for the 256 leaves of a tile, filled from its beginning. */
  of(tile: number): Uint8Array;
  /** The first `size` leaves are in files. */
  written(size: number): void;
}

/** `first`: the leaf that is pushed first, at the beginning of a tile. */
export function createLeaves(first: number): Leaves {
  const tiles = new Map<number, Uint8Array>();
  let next = first;
  return {
    push(leaf) {
      const number = Math.floor(next / TILE_WIDTH);
      let tile = tiles.get(number);
      if (!tile) tiles.set(number, (tile = new Uint8Array(TILE_WIDTH * LEAF_BYTES)));
      tile.set(leaf, (next % TILE_WIDTH) * LEAF_BYTES);
      next += 1;
    },
    of(number) {
      const tile = tiles.get(number);
      assert(tile, `the leaves of tile ${number} are not forgotten yet`);
      return tile;
    },
    written(size) {
      const open = Math.floor(size / TILE_WIDTH);
      for (const number of tiles.keys()) if (number < open) tiles.delete(number);
    },
  };
}
