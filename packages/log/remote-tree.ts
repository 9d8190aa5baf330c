import { EMPTY_ROOT } from '@coinbox/protocol';
import type { MadeOfTiles } from './decide-checkpoint.ts';
import { consistencyPath, rightEdge, tileOfNode, widthAt } from './paths.ts';
import type { ReadNode, TileId } from './paths.ts';
import { TILE_WIDTH, nodeIn, tileFrom } from './tile.ts';
import type { Tile } from './tile.ts';
import { tilePath } from './tile-path.ts';

/** Reads a file of a log by its path, `tile/0/000`; undefined where there is none. */
export type ReadLogFile = (path: string) => Promise<Uint8Array | undefined>;

const HASH_BYTES = 32;
const nameOf = ({ level, number }: TileId): string => `${level}/${number}`;

/**
 * What the tiles of a log say of its tree of `size` leaves, and how it follows from that of `from`
 * leaves (0: from nothing). Undefined where a tile is missing or has not its length. Nothing is
 * taken on trust: the answer is compared with what was signed.
 */
export async function readRemoteTree(
  read: ReadLogFile,
  from: number,
  size: number,
): Promise<MadeOfTiles | undefined> {
  if (size === 0) return { root: EMPTY_ROOT, beginning: EMPTY_ROOT, path: [] };
  // Which nodes are asked for does not depend on the hashes: a first run finds out the tiles.
  const wanted = new Map<string, TileId>();
  const nothing = new Uint8Array(HASH_BYTES);
  answer((height, place) => {
    const id = tileOfNode(height, place);
    wanted.set(nameOf(id), id);
    return nothing;
  });
  const tiles = new Map<string, Tile>();
  for (const [name, id] of wanted) {
    const tile = await readTile(read, id, size);
    if (!tile) return undefined;
    tiles.set(name, tile);
  }
  return answer((height, place) => {
    const at = tileOfNode(height, place);
    return nodeIn(tiles.get(nameOf(at)) as Tile, at.height, at.place);
  });

  function answer(node: ReadNode): MadeOfTiles {
    const rootAt = (count: number): Uint8Array =>
      count === 0 ? EMPTY_ROOT : Uint8Array.from(rightEdge(node, count).at(-1) as Uint8Array);
    const path = from === 0 ? [] : consistencyPath(node, from, size);
    return {
      root: rootAt(size),
      beginning: rootAt(from),
      path: path.map((hash) => Uint8Array.from(hash)),
    };
  }
}

/** A tile as it is in the tree of `size` leaves; out of the full one where its part is gone. */
async function readTile(read: ReadLogFile, id: TileId, size: number): Promise<Tile | undefined> {
  const width = widthAt(id, size);
  const part = await read(tilePath({ ...id, width }));
  const bytes =
    part ?? (width < TILE_WIDTH && (await read(tilePath({ ...id, width: TILE_WIDTH }))));
  return bytes ? tileFrom(bytes.subarray(0, width * HASH_BYTES), width) : undefined;
}
