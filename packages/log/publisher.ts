import { assert } from '@coinbox/protocol';
import { widthAt } from './paths.ts';
import { LEAF_BYTES } from './leaves.ts';
import type { Leaves } from './leaves.ts';
import { TILE_WIDTH, bottomOf } from './tile.ts';
import type { TileFiles } from './tile-files.ts';
import { bundleOf } from './tile-path.ts';
import type { TileName } from './tile-path.ts';
import type { Tree } from './tree.ts';

/** Writes the tree to files, in the background. */
export interface Publisher {
  /**
   * Wants the tiles of the first `size` leaves in files, and then this note. Where another wish
   * comes before this one is begun, only the later is fulfilled, and asked for its note.
   */
  publish(size: number, note: () => string): void;
  /** Writes the full tiles of the tree, without a note. Not while something is published. */
  writeFull(): Promise<void>;
  /** Resolves when what was wanted last is written, or could not be. */
  settled(): Promise<void>;
}

export type PublisherParts = {
  readonly tree: Tree;
  readonly leaves: Leaves;
  readonly files: TileFiles;
  /** Leaves whose tiles are in the files already. */
  readonly written: number;
  /** Least time from one beginning to the next, milliseconds. */
  readonly everyMs: number;
  /** Is told why the files are behind; the next wish tries again. */
  readonly failed: (cause: unknown) => void;
};

type Wanted = { readonly size: number; readonly note: () => string };
type Written = TileName & { readonly bytes: Uint8Array };

export function createPublisher(parts: PublisherParts): Publisher {
  const { tree, leaves, files, everyMs, failed } = parts;
  let { written } = parts;
  let wanted: Wanted | undefined;
  let running: Promise<void> | undefined;
  /** Ends the pause before the next writing. */
  let hurry: (() => void) | undefined;
  let isHurried = false;

  const write = (names: readonly HashTile[]): Promise<void> =>
    files.write(names.flatMap((name) => contentOf(name, tree, leaves)));

  async function writeFull(size: number): Promise<void> {
    const names = newlyFull(written, size);
    await write(names);
    // What was part of a tile is in the full one now; a crash before this leaves it lying there.
    for (const { level, number } of names) {
      await files.dropPartial({ level, number });
      if (level === 0) await files.dropPartial({ level: 'entries', number });
    }
    written = size;
    tree.written(size);
    leaves.written(size);
  }

  const pause = (): Promise<void> =>
    new Promise((resolve) => {
      if (isHurried) return resolve();
      const timer = setTimeout(resolve, everyMs);
      hurry = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  async function run(): Promise<void> {
    // Begins after the turn in which it was wanted: an answer goes before its tiles.
    await new Promise((resolve) => setImmediate(resolve));
    while (wanted) {
      const { size, note } = wanted;
      wanted = undefined;
      try {
        await writeFull(size);
        await write(partial(size));
        await files.writeCheckpoint(note());
      } catch (cause) {
        failed(cause);
      }
      await pause();
    }
    running = undefined;
    isHurried = false;
  }

  return {
    publish(size, note) {
      wanted = { size, note };
      running ??= run();
    },
    async writeFull() {
      assert(!running, 'nothing is being published');
      await writeFull(tree.size);
    },
    async settled() {
      isHurried = running !== undefined;
      hurry?.();
      await running;
    },
  };
}

type HashTile = TileName & { readonly level: number };

/** The tiles that are full in the tree of `size` leaves and were not in that of `before`. */
function newlyFull(before: number, size: number): readonly HashTile[] {
  const names: HashTile[] = [];
  for (let level = 0; TILE_WIDTH ** (level + 1) <= size; level++) {
    const across = TILE_WIDTH ** (level + 1);
    for (let number = Math.floor(before / across); number < Math.floor(size / across); number++) {
      names.push({ level, number, width: TILE_WIDTH });
    }
  }
  return names;
}

/** The tiles that are there in part in the tree of `size` leaves, one a level at most. */
function partial(size: number): readonly HashTile[] {
  const names: HashTile[] = [];
  for (let level = 0; TILE_WIDTH ** level <= size; level++) {
    const number = Math.floor(size / TILE_WIDTH ** (level + 1));
    const width = widthAt({ level, number }, size);
    if (width > 0) names.push({ level, number, width });
  }
  return names;
}

/** A tile, and at the bottom of the tree its entry bundle too. */
function contentOf(
  { level, number, width }: HashTile,
  tree: Tree,
  leaves: Leaves,
): readonly Written[] {
  const tile = { level, number, width, bytes: bottomOf(tree.tile({ level, number }), width) };
  if (level > 0) return [tile];
  const own = leaves.of(number).subarray(0, width * LEAF_BYTES);
  return [tile, { level: 'entries', number, width, bytes: bundleOf(own, LEAF_BYTES) }];
}
