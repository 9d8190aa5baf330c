import { equalBytes, isConsistent } from '@coinbox/protocol';
import type { TreeHead } from '@coinbox/protocol';

/** What the tiles of a log say of its newest tree. */
export type MadeOfTiles = {
  readonly root: Uint8Array;
  /** The root of the tree of its first leaves, as many as were seen last. */
  readonly beginning: Uint8Array;
  /** That the newest tree begins with that: RFC 6962 §2.1.2. Empty where nothing was seen. */
  readonly path: readonly Uint8Array[];
};

/**
 * What a witness makes of a checkpoint whose signature is good. `grown` and `same` may be signed.
 * `unmade`: the tiles are not those of the checkpoint, which proves nothing against the log.
 * `smaller` and `split`: the log has signed two trees that cannot both be its own.
 */
export type CheckpointVerdict = 'same' | 'grown' | 'unmade' | 'smaller' | 'split';

/**
 * Judges a checkpoint by the one that was seen last (undefined: none), in this order: smaller,
 * split (another root of one size), same, unmade, split (not the same beginning), grown. `made` is
 * not looked at where the sizes decide.
 */
export function decideCheckpoint(
  last: TreeHead | undefined,
  next: TreeHead,
  made: MadeOfTiles | undefined,
): CheckpointVerdict {
  if (last && next.size < last.size) return 'smaller';
  if (last && next.size === last.size) return equalBytes(last.root, next.root) ? 'same' : 'split';
  if (!made || !equalBytes(made.root, next.root)) return 'unmade';
  if (!last) return 'grown';
  // Only tiles that lead from their own beginning to the signed root say anything of another one.
  const beginning = { size: last.size, root: made.beginning };
  if (!isConsistent(beginning, next, made.path)) return 'unmade';
  return equalBytes(made.beginning, last.root) ? 'grown' : 'split';
}
