import { sha256, verifyEd25519 } from '#primitives';
import { concatBytes, equalBytes, fromBase64, textBytes, toBase64 } from './bytes.ts';
import { accept, reject } from './result.ts';
import type { Result } from './result.ts';

// Signed notes (c2sp.org/signed-note): text, an empty line, lines of signatures.

/** What a key signs, which is part of its id: the note itself, or a cosignature with a time. */
export const NOTE_KEY_TYPES = { note: 1, cosignature: 4 } as const;
export type NoteKeyType = keyof typeof NOTE_KEY_TYPES;

/** A key that notes are signed with: Ed25519, 32 bytes, under a name without spaces and `+`. */
export type NoteKey = {
  readonly name: string;
  readonly type: NoteKeyType;
  readonly publicKey: Uint8Array;
};

/** One line of signature. `keyId` has 4 bytes; what `bytes` are depends on the type of the key. */
export type NoteSignature = {
  readonly name: string;
  readonly keyId: Uint8Array;
  readonly bytes: Uint8Array;
};

/** `text` ends with a line break; nothing of it has been checked. */
export type SignedNote = { readonly text: string; readonly signatures: readonly NoteSignature[] };

const MOST_SIGNATURES = 16;
const MOST_NOTE_CHARACTERS = 16_384;
const KEY_ID_BYTES = 4;
const keyName = /^[^\s+]+$/u;

/** SHA-256(name ‖ line break ‖ type ‖ key), its first 4 bytes. */
export const noteKeyId = ({ name, type, publicKey }: NoteKey): Uint8Array =>
  sha256(concatBytes(textBytes(`${name}\n`), Uint8Array.of(NOTE_KEY_TYPES[type]), publicKey)).slice(
    0,
    KEY_ID_BYTES,
  );

/** The line of a signature, with its line break. */
export const formatSignature = ({ name, keyId, bytes }: NoteSignature): string =>
  `— ${name} ${toBase64(concatBytes(keyId, bytes))}\n`;

export const formatNote = ({ text, signatures }: SignedNote): string =>
  `${text}\n${signatures.map(formatSignature).join('')}`;

function parseSignature(line: string): NoteSignature | undefined {
  const [, name, encoded] = /^— (\S+) (\S+)$/u.exec(line) ?? [];
  const bytes = encoded === undefined ? undefined : fromBase64(encoded);
  if (name === undefined || !keyName.test(name) || !bytes || bytes.length <= KEY_ID_BYTES) {
    return undefined;
  }
  return { name, keyId: bytes.slice(0, KEY_ID_BYTES), bytes: bytes.slice(KEY_ID_BYTES) };
}

/** Takes a note apart. Rejects: too-large, malformed-text, signature-missing. */
export function parseNote(note: string): Result<SignedNote> {
  if (note.length > MOST_NOTE_CHARACTERS) return reject('too-large', 'a note');
  if ([...note].some((character) => character < ' ' && character !== '\n')) {
    return reject('malformed-text', 'a control character');
  }
  const end = note.lastIndexOf('\n\n');
  if (end < 0 || !note.endsWith('\n')) return reject('malformed-text', 'not a signed note');
  const lines = note
    .slice(end + 2)
    .split('\n')
    .slice(0, -1);
  if (lines.length === 0) return reject('signature-missing');
  if (lines.length > MOST_SIGNATURES) return reject('too-large', 'signatures of a note');
  const signatures: NoteSignature[] = [];
  for (const line of lines) {
    const signature = parseSignature(line);
    if (!signature) return reject('malformed-text', 'a line that is no signature');
    signatures.push(signature);
  }
  return accept({ text: note.slice(0, end + 1), signatures });
}

/** The signatures of a note that claim to be by this key. */
export function signaturesBy(note: SignedNote, key: NoteKey): readonly NoteSignature[] {
  const keyId = noteKeyId(key);
  return note.signatures.filter((one) => one.name === key.name && equalBytes(one.keyId, keyId));
}

/**
 * The text of a note that this key (of type `note`) has signed. Rejects as parseNote does;
 * key-unknown where no line is of the key, signature-invalid where one is false.
 */
export function openNote(note: string, key: NoteKey): Result<SignedNote> {
  const parsed = parseNote(note);
  if (!parsed.ok) return parsed;
  const signatures = signaturesBy(parsed.value, key);
  if (signatures.length === 0) return reject('key-unknown', `no signature by ${key.name}`);
  const signed = textBytes(parsed.value.text);
  return signatures.every(({ bytes }) => verifyEd25519(key.publicKey, signed, bytes))
    ? accept(parsed.value)
    : reject('signature-invalid', `the signature by ${key.name}`);
}

/** A key as people hand it on: `name+1a2b3c4d+base64` (c2sp.org/signed-note, verifier keys). */
export function formatNoteKey(key: NoteKey): string {
  const id = [...noteKeyId(key)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  const typed = concatBytes(Uint8Array.of(NOTE_KEY_TYPES[key.type]), key.publicKey);
  return `${key.name}+${id}+${toBase64(typed)}`;
}

/** Reads what formatNoteKey writes. Rejects key-invalid. */
export function parseNoteKey(text: string): Result<NoteKey> {
  const [, name, , encoded] = /^([^\s+]+)\+([0-9a-f]{8})\+(\S+)$/u.exec(text) ?? [];
  const typed = encoded === undefined ? undefined : fromBase64(encoded);
  const type = (Object.keys(NOTE_KEY_TYPES) as NoteKeyType[]).find(
    (one) => NOTE_KEY_TYPES[one] === typed?.[0],
  );
  if (name === undefined || !typed || type === undefined || typed.length !== 33) {
    return reject('key-invalid', 'a key of notes is name+id+key, Ed25519');
  }
  const key: NoteKey = { name, type, publicKey: typed.slice(1) };
  return formatNoteKey(key) === text ? accept(key) : reject('key-invalid', 'its id does not fit');
}
