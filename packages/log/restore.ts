import { TILE_WIDTH, emptyTile, pushHash, tileHash } from './tile.ts';
import type { TileFiles } from './tile-files.ts';
import type { Edge } from './tree.ts';

/**
 * Where a tree goes on that has at most `most` leaves in full tiles. Of each level, the tile at the
 * edge is made of the full tiles below it: what was written of it while it was not full is not
 * looked at. Where a tile is missing or has not its length, the tree ends before it.
 */
export function restoreEdge(files: Pick<TileFiles, 'read'>, most: number): Edge {
  let size = most - (most % TILE_WIDTH);
  for (;;) {
    const found = edgeOf(files, size);
    if (Array.isArray(found)) return found as Edge;
    size = found as number;
  }
}

/** The edge of the tree of `size` leaves, or the leaves before the first tile that is missing. */
function edgeOf({ read }: Pick<TileFiles, 'read'>, size: number): Edge | number {
  const edge: { number: number; tile: ReturnType<typeof emptyTile> }[] = [
    { number: size / TILE_WIDTH, tile: emptyTile() },
  ];
  for (let level = 1; TILE_WIDTH ** level <= size; level++) {
    const hashes = Math.floor(size / TILE_WIDTH ** level);
    const number = Math.floor(hashes / TILE_WIDTH);
    const tile = emptyTile();
    for (let below = number * TILE_WIDTH; below < hashes; below++) {
      const child = read(level - 1, below);
      if (!child) return below * TILE_WIDTH ** level;
      pushHash(tile, tileHash(child));
    }
    edge.push({ number, tile });
  }
  return edge;
}
