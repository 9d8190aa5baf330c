import { sha256, verifyEd25519 } from '#primitives';
import { textBytes } from './bytes.ts';
import { decodeCbor, encodeCbor } from './cbor.ts';
import type { CborValue } from './cbor.ts';
import { checkpointText, originOf } from './checkpoint.ts';
import type { NetworkId } from './network.ts';
import { MOST_PATH_HASHES, TREE_HASH_BYTES, commitmentOf, leafHash, rootOfPath } from './tree.ts';

// A signature of the algorithm EdDSA-tree (spec/16-transparency.md): what was signed is a leaf of
// a log, and what the key has signed is a checkpoint of the log. One signature serves many leaves.

/** What stands where another algorithm has its 64 bytes. */
export type TreeProof = {
  /** 16 bytes, known to nobody who has not the message. */
  readonly salt: Uint8Array;
  /** Place of the leaf, from 0. */
  readonly index: number;
  /** Leaves in the tree of the checkpoint. */
  readonly size: number;
  readonly path: readonly Uint8Array[];
  /** The log's signature under the checkpoint, 64 bytes. */
  readonly signature: Uint8Array;
};

const FORMAT = 1;
export const SALT_BYTES = 16;
const SIGNATURE_BYTES = 64;

/** A proof with the longest path and the largest numbers. */
export const MOST_PROOF_BYTES =
  2 + (1 + SALT_BYTES) + 9 + 9 + 2 + MOST_PATH_HASHES * (2 + TREE_HASH_BYTES) + 2 + SIGNATURE_BYTES;

/** An array of six in deterministic CBOR: 1, salt, index, size, path, signature. */
export const encodeProof = ({ salt, index, size, path, signature }: TreeProof): Uint8Array =>
  encodeCbor([FORMAT, salt, index, size, path, signature]);

const isCount = (value: CborValue | undefined): value is number =>
  typeof value === 'number' && value >= 0;

const isBytes = (value: CborValue | undefined, length: number): value is Uint8Array =>
  value instanceof Uint8Array && value.length === length;

const isPath = (value: CborValue | undefined): value is readonly Uint8Array[] =>
  Array.isArray(value) &&
  value.length <= MOST_PATH_HASHES &&
  value.every((hash) => isBytes(hash as CborValue, TREE_HASH_BYTES));

/** A proof of its bytes; undefined where they are not its one form. */
export function decodeProof(bytes: Uint8Array): TreeProof | undefined {
  const decoded = bytes.length > MOST_PROOF_BYTES ? undefined : decodeCbor(bytes);
  if (!decoded?.ok || !Array.isArray(decoded.value) || decoded.value.length !== 6) return undefined;
  const [format, salt, index, size, path, signature] = decoded.value as readonly CborValue[];
  const isProof =
    format === FORMAT &&
    isBytes(salt, SALT_BYTES) &&
    isCount(index) &&
    isCount(size) &&
    isPath(path) &&
    isBytes(signature, SIGNATURE_BYTES);
  return isProof ? { salt, index, size, path, signature } : undefined;
}

/** What is committed to: the hash of the bytes that another algorithm would sign. */
export const statementOf = (toSign: Uint8Array): Uint8Array => sha256(toSign);

/** The root of the tree in which the proof puts the statement; undefined where it cannot. */
export const rootOfProof = (statement: Uint8Array, proof: TreeProof): Uint8Array | undefined =>
  rootOfPath(leafHash(commitmentOf(proof.salt, statement)), proof.index, proof.size, proof.path);

/** Does the proof put these bytes into the log of the network, whose key this is (32 bytes)? */
export function verifyProof(
  network: NetworkId,
  publicKey: Uint8Array,
  toSign: Uint8Array,
  bytes: Uint8Array,
): boolean {
  const proof = decodeProof(bytes);
  const root = proof && rootOfProof(statementOf(toSign), proof);
  if (!root) return false;
  const text = checkpointText({ origin: originOf(network), size: proof.size, root });
  return verifyEd25519(publicKey, textBytes(text), proof.signature);
}
