import { consistencyPath, createSalts, inclusionPath, rightEdge, tilePath } from '@coinbox/log';
import type { ReadNode, TileName } from '@coinbox/log';
import {
  bytesToSign,
  checkpointNote,
  checkpointText,
  commitmentOf,
  cosign,
  decodeProof,
  formatNote,
  formatNoteKey,
  leafHash,
  logKeyOf,
  nodeHash,
  openEnvelope,
  originOf,
  parseNote,
  rootOfProof,
  signCheckpoint,
  statementOf,
  toHex,
} from '@coinbox/protocol';
import type { NoteKey } from '@coinbox/protocol';
import {
  EXAMPLE_NETWORK,
  EXAMPLE_START,
  exampleBytes,
  exampleMessages,
  exampleSigner,
} from '@coinbox/protocol/testing';
import { bytesOf } from './case.ts';

const signer = exampleSigner('issuer', 'EdDSA-tree');
const key = logKeyOf(EXAMPLE_NETWORK, signer.publicKey.bytes);
const witness = exampleSigner('witness');
const witnessKey: NoteKey = {
  name: 'witness.example/w1',
  type: 'cosignature',
  publicKey: witness.publicKey.bytes,
};

/** The leaves that implementations of Certificate Transparency are tested with. */
const ctLeaves = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657'].concat(
  '606162636465666768696a6b6c6d6e6f',
);

const read: ReadNode = (height, place) =>
  height === 0
    ? leafHash(bytesOf(ctLeaves[place] as string))
    : nodeHash(read(height - 1, 2 * place), read(height - 1, 2 * place + 1));
const edgeAt = (size: number) => rightEdge(read, size);
const rootAt = (size: number): string => toHex(edgeAt(size).at(-1) as Uint8Array);

function treeVectors() {
  const sizes = ctLeaves.map((_, i) => i + 1);
  return {
    source: 'RFC 6962 §2.1; leaves and roots of the reference implementation of its authors',
    leaves: ctLeaves,
    roots: sizes.map(rootAt),
    inclusion: sizes.flatMap((size) =>
      sizes.slice(0, size).map((_, index) => ({
        index,
        size,
        path: inclusionPath(read, edgeAt(size), index, size).map(toHex),
      })),
    ),
    consistency: sizes.flatMap((second) =>
      sizes.slice(0, second).map((first) => ({
        first,
        second,
        path: consistencyPath(read, first, second).map(toHex),
      })),
    ),
  };
}

const tiles: readonly TileName[] = [
  { level: 0, number: 0, width: 256 },
  { level: 0, number: 1_234_067, width: 256 },
  { level: 0, number: 273, width: 112 },
  { level: 1, number: 1, width: 17 },
  { level: 'entries', number: 273, width: 112 },
];

function saltVectors() {
  const secret = exampleBytes('log secret');
  const saltOf = createSalts(secret);
  const indexes = [1, 2, 256, 2 ** 32, Number.MAX_SAFE_INTEGER];
  return {
    secret: toHex(secret),
    salts: indexes.map((index) => ({ index, salt: toHex(saltOf(index)) })),
  };
}

/** Every step from the RECEIPT of the example to the checkpoint that is signed. */
function receiptVectors() {
  const { receipt } = exampleMessages();
  const opened = openEnvelope(receipt.bytes);
  const proof = opened.ok ? decodeProof(opened.value.signature) : undefined;
  if (!opened.ok || !proof) throw new Error('the example opens');
  const { protectedHeader, payload } = opened.value;
  const toSign = bytesToSign(EXAMPLE_NETWORK, protectedHeader, payload);
  const statement = statementOf(toSign);
  const commitment = commitmentOf(proof.salt, statement);
  const root = rootOfProof(statement, proof);
  if (!root) throw new Error('the example has a root');
  return {
    message: toHex(receipt.bytes),
    toSign: toHex(toSign),
    statement: toHex(statement),
    salt: toHex(proof.salt),
    commitment: toHex(commitment),
    leaf: toHex(leafHash(commitment)),
    index: proof.index,
    size: proof.size,
    path: proof.path.map(toHex),
    root: toHex(root),
    checkpoint: checkpointText({ origin: originOf(EXAMPLE_NETWORK), size: proof.size, root }),
    signature: toHex(proof.signature),
  };
}

function noteVectors() {
  const checkpoint = {
    origin: originOf(EXAMPLE_NETWORK),
    size: 8,
    root: edgeAt(8)[3] as Uint8Array,
  };
  const note = checkpointNote(checkpoint, key, signCheckpoint(checkpoint, signer));
  const parsed = parseNote(note);
  if (!parsed.ok) throw new Error('the example is a note');
  const time = EXAMPLE_START / 1000;
  const line = cosign(parsed.value, time, witnessKey, witness);
  const signatures = [...parsed.value.signatures, line];
  return {
    key: formatNoteKey(key),
    witness: formatNoteKey(witnessKey),
    size: checkpoint.size,
    root: toHex(checkpoint.root),
    time,
    note,
    cosigned: formatNote({ ...parsed.value, signatures }),
  };
}

/** spec/vectors/transparency.json. */
export const transparencyVectors = () => ({
  about: 'The log of an issuer: spec/16-transparency.md. Bytes are hexadecimal.',
  network: EXAMPLE_NETWORK,
  publicKey: toHex(signer.publicKey.bytes),
  tree: treeVectors(),
  ...saltVectors(),
  tiles: tiles.map((name) => ({ ...name, path: tilePath(name) })),
  receipt: receiptVectors(),
  checkpoint: noteVectors(),
});
