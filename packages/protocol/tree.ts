import { sha256 } from '#primitives';
import { concatBytes, equalBytes } from './bytes.ts';

// The Merkle tree of RFC 6962 §2.1 over SHA-256, as one who checks it needs it: no tree is kept
// here. Indexes and sizes are whole numbers below 2^53, indexes count from 0.

/** Length of a hash of the tree, bytes. */
export const TREE_HASH_BYTES = 32;

/** More hashes cannot be needed to reach the root of any tree (RFC 9162 §4.11). */
export const MOST_PATH_HASHES = 64;

/** A tree of `size` leaves, by its root: 32 bytes. */
export type TreeHead = { readonly size: number; readonly root: Uint8Array };

/** MTH({}): the root of a tree without leaves. */
export const EMPTY_ROOT: Uint8Array = sha256(new Uint8Array(0));

/** The hash of a leaf: SHA-256(0x00 ‖ entry). */
export const leafHash = (entry: Uint8Array): Uint8Array =>
  sha256(concatBytes(Uint8Array.of(0), entry));

/** The hash of an inner node: SHA-256(0x01 ‖ left ‖ right). */
export const nodeHash = (left: Uint8Array, right: Uint8Array): Uint8Array =>
  sha256(concatBytes(Uint8Array.of(1), left, right));

/**
 * What stands in the tree for a statement (32 bytes, a hash): SHA-256(salt ‖ statement). Who does
 * not know the 16 bytes of salt cannot try out what the statement is.
 */
export const commitmentOf = (salt: Uint8Array, statement: Uint8Array): Uint8Array =>
  sha256(concatBytes(salt, statement));

const half = (n: number): number => Math.floor(n / 2);
const isOdd = (n: number): boolean => n % 2 === 1;

/**
 * The root of the tree of `size` leaves in which `leaf` (its hash) has the place `index` and this
 * path: RFC 9162 §2.1.3.2. Undefined where the path has not the length that place and size give it.
 */
export function rootOfPath(
  leaf: Uint8Array,
  index: number,
  size: number,
  path: readonly Uint8Array[],
): Uint8Array | undefined {
  if (index >= size) return undefined;
  let [node, last] = [index, size - 1];
  let hash = leaf;
  for (const sibling of path) {
    if (last === 0) return undefined;
    if (isOdd(node) || node === last) {
      hash = nodeHash(sibling, hash);
      while (!isOdd(node) && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      hash = nodeHash(hash, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 ? hash : undefined;
}

/**
 * Does the path show that the second tree begins with the first? RFC 9162 §2.1.4.2. Trees of one
 * size must have one root and an empty path; every tree begins with the empty one.
 */
export function isConsistent(
  first: TreeHead,
  second: TreeHead,
  path: readonly Uint8Array[],
): boolean {
  if (first.size > second.size) return false;
  if (first.size === second.size) return path.length === 0 && equalBytes(first.root, second.root);
  if (first.size === 0) return path.length === 0 && equalBytes(first.root, EMPTY_ROOT);
  let [node, last] = [first.size - 1, second.size - 1];
  while (isOdd(node)) [node, last] = [half(node), half(last)];
  // A first tree that is a whole subtree of the second is where the path begins; it is left out.
  const hashes = node === 0 ? [first.root, ...path] : path;
  const [start] = hashes;
  if (!start || path.length === 0) return false;
  let [firstHash, secondHash] = [start, start];
  for (const hash of hashes.slice(1)) {
    if (last === 0) return false;
    if (isOdd(node) || node === last) {
      firstHash = nodeHash(hash, firstHash);
      secondHash = nodeHash(hash, secondHash);
      while (!isOdd(node) && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      secondHash = nodeHash(secondHash, hash);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && equalBytes(firstHash, first.root) && equalBytes(secondHash, second.root);
}
