import { EMPTY_ROOT, Fault, assert, equalBytes, leafHash, openCheckpoint } from '@coinbox/protocol';
import type { Checkpoint, NoteKey, TreeHead } from '@coinbox/protocol';
import { LEAF_BYTES, createLeaves } from './leaves.ts';
import { consistencyPath, inclusionPath, rightEdge } from './paths.ts';
import { createPublisher } from './publisher.ts';
import type { Publisher } from './publisher.ts';
import { restoreEdge } from './restore.ts';
import { TILE_HEIGHT, TILE_WIDTH, tileHash } from './tile.ts';
import { damaged, openTileFiles } from './tile-files.ts';
import type { TileFiles } from './tile-files.ts';
import { createTree } from './tree.ts';
import type { LoadTile, Tree } from './tree.ts';

/** The tree as it was when it had so many leaves. */
export type TreeAt = TreeHead & {
  /** From a leaf (counted from 0) to the root: RFC 6962 §2.1.1. */
  path(index: number): readonly Uint8Array[];
};

/**
 * A transparency log over commitments: the Merkle tree of all of them, and its files as
 * c2sp.org/tlog-tiles has them. It is worked out of something else that is durable, and can be
 * worked out again.
 */
export interface Log {
  /** Leaves in the tree. */
  readonly size: number;
  /** The commitment (32 bytes) of the next entry. */
  append(commitment: Uint8Array): void;
  /** 0 < size ≤ the size of the log. Throws Fault storage-failed where an old tile is damaged. */
  at(size: number): TreeAt;
  /** That the tree of `second` leaves begins with that of `first`: RFC 6962 §2.1.2. */
  consistency(first: number, second: number): readonly Uint8Array[];
  /**
   * Wants the tree of `size` leaves in the files, then the note with its checkpoint: soon, in the
   * background. To be called only when what the leaves stand for is durable. `note` is called when
   * it is written, if no later wish has come before.
   */
  publish(size: number, note: () => string): void;
  /** Resolves when what was wanted last is in the files, or could not be written. */
  settled(): Promise<void>;
}

/**
 * Commitments after the first `after`, in order, at least one if there are any and at most `limit`;
 * `end`: how many there are in all.
 */
export type ReadCommitments = (
  after: number,
  limit: number,
) => Promise<{ readonly commitments: readonly Uint8Array[]; readonly end: number }>;

export type LogConfig = {
  /**
   * Made if it is not there. The caller sees to it that no other log writes there. Without a folder
   * the whole tree stays in memory, and nothing is published.
   */
  readonly folder?: string;
  /** The key that signs the checkpoints of the log. */
  readonly key: NoteKey;
  readonly read: ReadCommitments;
  /** Least time between two writings, milliseconds. Default 500. */
  readonly everyMs?: number;
  /** Is told why files could not be written. */
  readonly failed?: (cause: unknown) => void;
};

const PAGE = 1000;
const DEFAULT_EVERY_MS = 500;
/** While a log is built up, its tiles are written whenever there are so many leaves more. */
const WRITE_EVERY = 64 * TILE_WIDTH;

/**
 * Opens a log and brings it up to what `read` has. It goes on from its last full tile; what it
 * reaches then must be what its last checkpoint says. If not, it is built from the first entry on.
 * Throws Fault ledger-corrupt where even then the entries are not those that were published, or are
 * fewer: they were changed, or restored from an old copy. Throws Fault storage-….
 */
export async function openLog(config: LogConfig): Promise<Log> {
  const files = config.folder === undefined ? undefined : openTileFiles(config.folder);
  if (!files) return (await build(config, undefined, 0)).log;
  const published = readPublished(files, config.key);
  const first = await build(config, files, published?.size ?? 0);
  checkLength(first.end, published);
  if (!published || isAsPublished(first.tree, published)) return first.log;
  const again = await build(config, files, 0);
  if (isAsPublished(again.tree, published)) return again.log;
  throw new Fault('ledger-corrupt', 'the entries are not those that were published in the log');
}

/** The last checkpoint in the files. One that is not signed by the key says nothing. */
function readPublished(files: TileFiles, key: NoteKey): Checkpoint | undefined {
  const note = files.readCheckpoint();
  const opened = note === undefined ? undefined : openCheckpoint(note, key);
  return opened?.ok ? opened.value.checkpoint : undefined;
}

function checkLength(end: number, published: Checkpoint | undefined): void {
  if (!published || end >= published.size) return;
  throw new Fault(
    'ledger-corrupt',
    `there are ${end} entries, ${published.size} were published: an old copy was restored`,
  );
}

const isAsPublished = (tree: Tree, { size, root }: TreeHead): boolean =>
  equalBytes(rootAt(tree, size), root);

const rootAt = (tree: Tree, size: number): Uint8Array =>
  size === 0 ? EMPTY_ROOT : (rightEdge(tree.read, size).at(-1) as Uint8Array);

type Built = { readonly tree: Tree; readonly end: number; readonly log: Log };

/** The tree from its files as far as they go, at most `most` leaves, and from `read`. */
async function build(
  config: LogConfig,
  files: TileFiles | undefined,
  most: number,
): Promise<Built> {
  const tree = files ? createTree(loadFrom(files), restoreEdge(files, most)) : createTree(noFile);
  const { size: written } = tree;
  const leaves = createLeaves(written);
  const { everyMs = DEFAULT_EVERY_MS, failed = () => undefined } = config;
  const publisher = files && createPublisher({ tree, leaves, files, written, everyMs, failed });
  const append = (commitment: Uint8Array): void => {
    assert(commitment.length === LEAF_BYTES, 'a commitment has 32 bytes');
    if (files) leaves.push(commitment);
    tree.push(leafHash(commitment));
  };
  let unwritten = 0;
  let end: number;
  do {
    const page = await config.read(tree.size, PAGE);
    end = page.end;
    page.commitments.forEach(append);
    unwritten += page.commitments.length;
    if (unwritten >= WRITE_EVERY) {
      await publisher?.writeFull();
      unwritten = 0;
    }
  } while (tree.size < end);
  return { tree, end, log: logOf(tree, append, publisher) };
}

const noFile: LoadTile = ({ level, number }) => {
  throw new Error(`bug: tile ${number} of level ${level} is in memory`);
};

/** A full tile of a file, checked against its place in the tree above it. */
const loadFrom =
  (files: TileFiles): LoadTile =>
  (id, tree) => {
    const tile = files.read(id.level, id.number);
    const expected = tree.read((id.level + 1) * TILE_HEIGHT, id.number);
    if (tile && equalBytes(tileHash(tile), expected)) return tile;
    throw damaged(`tile ${id.number} of level ${id.level}`);
  };

const logOf = (tree: Tree, append: Log['append'], publisher: Publisher | undefined): Log => ({
  get size() {
    return tree.size;
  },
  append,
  at(size) {
    assert(size >= 1 && size <= tree.size, `the log had ${size} leaves`);
    const edge = rightEdge(tree.read, size);
    return {
      size,
      root: Uint8Array.from(edge.at(-1) as Uint8Array),
      path(index) {
        assert(index >= 0 && index < size, `leaf ${index} of ${size}`);
        return inclusionPath(tree.read, edge, index, size);
      },
    };
  },
  consistency(first, second) {
    assert(first >= 1 && first <= second && second <= tree.size, `from ${first} to ${second}`);
    return consistencyPath(tree.read, first, second);
  },
  publish: (size, note) => publisher?.publish(size, note),
  settled: async () => publisher?.settled(),
});
