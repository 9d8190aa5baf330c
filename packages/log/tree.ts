import { assert } from '@coinbox/protocol';
import { tileOfNode } from './paths.ts';
import type { ReadNode, TileId } from './paths.ts';
import { TILE_WIDTH, emptyTile, nodeIn, pushHash, tileHash } from './tile.ts';
import type { Tile } from './tile.ts';

/** A Merkle tree that grows at its right edge. Full tiles are elsewhere once they are written. */
export interface Tree {
  /** Leaves. */
  readonly size: number;
  /** Adds the hash of the next leaf. */
  push(leaf: Uint8Array): void;
  readonly read: ReadNode;
  /** A tile that the tree has, whole or in part. */
  tile(id: TileId): Tile;
  /** Tells that the full tiles of the first `size` leaves are written: they may be forgotten. */
  written(size: number): void;
}

/** Reads a full tile that is written. Throws Fault where it is not as it was written. */
export type LoadTile = (id: TileId, tree: Tree) => Tile;

/** Where a tree goes on: its last tiles, from level 0 up, each not yet full. */
export type Edge = readonly { readonly number: number; readonly tile: Tile }[];

/** Tiles kept in memory beside those of the edge: 16 KiB each. */
const MOST_KEPT = 128;

const nameOf = ({ level, number }: TileId): string => `${level}/${number}`;

/** The tree that goes on from `edge`; without one it is empty. */
export function createTree(load: LoadTile, edge: Edge = []): Tree {
  const open = edge.map(({ number, tile }) => ({ number, tile }));
  /** Full tiles that are in no file yet. */
  const unwritten = new Map<string, TileId & { readonly tile: Tile }>();
  /** Full tiles of files, the one that was asked for last at the end. */
  const kept = new Map<string, Tile>();
  const lowest = open[0];
  let size = lowest ? lowest.number * TILE_WIDTH + lowest.tile.width : 0;

  function keep(name: string, tile: Tile): void {
    kept.delete(name);
    kept.set(name, tile);
    const [oldest] = kept.keys();
    if (oldest !== undefined && kept.size > MOST_KEPT) kept.delete(oldest);
  }

  function put(level: number, hash: Uint8Array): void {
    const last = (open[level] ??= { number: 0, tile: emptyTile() });
    pushHash(last.tile, hash);
    if (last.tile.width < TILE_WIDTH) return;
    const { number, tile } = last;
    unwritten.set(nameOf({ level, number }), { level, number, tile });
    open[level] = { number: number + 1, tile: emptyTile() };
    put(level + 1, tileHash(tile));
  }

  const tree: Tree = {
    get size() {
      return size;
    },
    push(leaf) {
      put(0, leaf);
      size += 1;
    },
    read(height, place) {
      const at = tileOfNode(height, place);
      return nodeIn(tree.tile(at), at.height, at.place);
    },
    tile(id) {
      const last = open[id.level];
      if (last?.number === id.number) return last.tile;
      assert(last && id.number < last.number, `the tree has a tile ${nameOf(id)}`);
      const name = nameOf(id);
      const known = unwritten.get(name)?.tile ?? kept.get(name) ?? load(id, tree);
      if (!unwritten.has(name)) keep(name, known);
      return known;
    },
    written(upTo) {
      for (const [name, { level, number, tile }] of unwritten) {
        if ((number + 1) * TILE_WIDTH ** (level + 1) > upTo) continue;
        unwritten.delete(name);
        keep(name, tile);
      }
    },
  };
  return tree;
}
