import { verifyEd25519 } from '#primitives';
import { concatBytes, fromBase64, textBytes, toBase64 } from './bytes.ts';
import type { NetworkId } from './network.ts';
import { accept, reject } from './result.ts';
import type { Result } from './result.ts';
import { formatNote, noteKeyId, openNote, signaturesBy } from './signed-note.ts';
import type { NoteKey, NoteSignature, SignedNote } from './signed-note.ts';
import { TREE_HASH_BYTES } from './tree.ts';
import type { TreeHead } from './tree.ts';

/** What the head of a log's tree is called when it is signed: c2sp.org/tlog-checkpoint. */
export type Checkpoint = TreeHead & {
  /** Names the log. */
  readonly origin: string;
};

/** The name of a network's log, which is also the name of the key that signs its checkpoints. */
export const originOf = (network: NetworkId): string => `coinbox/${network}`;

/** The key of a network's log. `publicKey`: Ed25519, 32 bytes. */
export const logKeyOf = (network: NetworkId, publicKey: Uint8Array): NoteKey => ({
  name: originOf(network),
  type: 'note',
  publicKey,
});

/** Three lines: origin, size, root in base64. This is what is signed. */
export const checkpointText = ({ origin, size, root }: Checkpoint): string =>
  `${origin}\n${size}\n${toBase64(root)}\n`;

/** Something that signs with an Ed25519 key and does not show it. */
type SignsNotes = { sign(message: Uint8Array): Uint8Array };

/** The signature of a checkpoint by the log itself: 64 bytes over its text. */
export const signCheckpoint = (checkpoint: Checkpoint, signer: SignsNotes): Uint8Array =>
  Uint8Array.from(signer.sign(textBytes(checkpointText(checkpoint))));

/** A checkpoint with the log's own signature, as a note. */
export const checkpointNote = (
  checkpoint: Checkpoint,
  key: NoteKey,
  signature: Uint8Array,
): string =>
  formatNote({
    text: checkpointText(checkpoint),
    signatures: [{ name: key.name, keyId: noteKeyId(key), bytes: signature }],
  });

/**
 * What the text of a note says as a checkpoint. Lines after the third are extensions, which say
 * nothing here. Rejects malformed-text.
 */
export function parseCheckpoint(text: string): Result<Checkpoint> {
  const lines = text.split('\n');
  const [origin = '', size = '', encoded = ''] = lines;
  const root = fromBase64(encoded);
  const isWhole =
    lines.length >= 4 && lines.at(-1) === '' && lines.slice(0, -1).every((line) => line !== '');
  if (!isWhole || !/^(?:0|[1-9][0-9]{0,15})$/.test(size) || root?.length !== TREE_HASH_BYTES) {
    return reject('malformed-text', 'not a checkpoint');
  }
  return Number.isSafeInteger(Number(size))
    ? accept({ origin, size: Number(size), root })
    : reject('malformed-text', 'the size of a checkpoint');
}

/** A checkpoint whose signature has been checked, and the note that it came in. */
export type SignedCheckpoint = { readonly checkpoint: Checkpoint; readonly note: SignedNote };

/**
 * The checkpoint of the log with this key. Rejects: too-large, malformed-text, signature-missing,
 * key-unknown (another log, or another key of it), signature-invalid.
 */
export function openCheckpoint(note: string, key: NoteKey): Result<SignedCheckpoint> {
  const opened = openNote(note, key);
  if (!opened.ok) return opened;
  const checkpoint = parseCheckpoint(opened.value.text);
  if (!checkpoint.ok) return checkpoint;
  if (checkpoint.value.origin !== key.name) return reject('key-unknown', 'another log');
  return accept({ checkpoint: checkpoint.value, note: opened.value });
}

const TIME_BYTES = 8;
const SIGNATURE_BYTES = 64;

/** What a cosigner signs: c2sp.org/tlog-cosignature v1. `time`: whole seconds since 1970. */
const cosignedBytes = (text: string, time: number): Uint8Array =>
  textBytes(`cosignature/v1\ntime ${time}\n${text}`);

/**
 * The signature of a cosigner under a note: 8 bytes of time, then 64 of Ed25519. `time`: whole
 * seconds since 1970. It says that at this time this was the largest tree that the cosigner had
 * seen of the log, and that all it ever saw of it were beginnings of it.
 */
export function cosign(
  { text }: SignedNote,
  time: number,
  key: NoteKey,
  signer: SignsNotes,
): NoteSignature {
  const stamped = new Uint8Array(TIME_BYTES);
  new DataView(stamped.buffer).setBigUint64(0, BigInt(time));
  const bytes = concatBytes(stamped, Uint8Array.from(signer.sign(cosignedBytes(text, time))));
  return { name: key.name, keyId: noteKeyId(key), bytes };
}

/**
 * When the cosigner with this key has signed the note, whole seconds since 1970; the latest of
 * several. Rejects: key-unknown where it has not, signature-invalid.
 */
export function openCosignature(note: SignedNote, key: NoteKey): Result<number> {
  const signatures = signaturesBy(note, key);
  if (signatures.length === 0) return reject('key-unknown', `no signature by ${key.name}`);
  let latest = 0;
  for (const { bytes } of signatures) {
    if (bytes.length !== TIME_BYTES + SIGNATURE_BYTES) return reject('signature-invalid');
    const stamped = new DataView(bytes.buffer, bytes.byteOffset, TIME_BYTES);
    const time = Number(stamped.getBigUint64(0));
    const signed = cosignedBytes(note.text, time);
    const isValid =
      Number.isSafeInteger(time) &&
      verifyEd25519(key.publicKey, signed, bytes.subarray(TIME_BYTES));
    if (!isValid) return reject('signature-invalid', `the cosignature by ${key.name}`);
    latest = Math.max(latest, time);
  }
  return accept(latest);
}
