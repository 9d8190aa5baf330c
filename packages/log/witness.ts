import { cosign, formatNote, openCheckpoint, toBase64 } from '@coinbox/protocol';
import type { Checkpoint, NoteKey, Signer } from '@coinbox/protocol';
import { decideCheckpoint } from './decide-checkpoint.ts';
import type { CheckpointVerdict } from './decide-checkpoint.ts';
import { readRemoteTree } from './remote-tree.ts';
import type { ReadLogFile } from './remote-tree.ts';
import { CHECKPOINT_FILE } from './tile-files.ts';

/** Two notes that one log has signed and that cannot be of one log. */
export type Evidence = {
  readonly what: CheckpointVerdict & ('smaller' | 'split');
  /** The note that was seen before, and the one that came after it. */
  readonly first: string;
  readonly second: string;
  /**
   * Where the second tree is larger: the root of its beginning, which is not that of the first, and
   * the path that shows it (RFC 9162 §2.1.4.2). In base64.
   */
  readonly beginning?: string;
  readonly path?: readonly string[];
};

/** What one look at a log has come to. */
export type Look =
  | { readonly kind: 'signed'; readonly checkpoint: Checkpoint; readonly note: string }
  | { readonly kind: 'evidence'; readonly evidence: Evidence }
  /** Nothing was signed, and nothing is proven: it may be well the next time. */
  | { readonly kind: 'nothing'; readonly why: string };

export type WitnessParts = {
  /** The key of the log. */
  readonly log: NoteKey;
  /** The key of the witness, of type `cosignature`. */
  readonly key: NoteKey;
  readonly signer: Pick<Signer, 'sign'>;
  readonly read: ReadLogFile;
  /** The note of the log that was signed last; undefined before the first. */
  readonly last: () => string | undefined;
  /** Makes a note the last. It is on the disk when this returns. */
  readonly keep: (note: string) => void;
  /** Whole seconds since 1970. */
  readonly now: () => number;
};

/**
 * Looks at the log once: spec/16-transparency.md, "Witness". **Commit point:** the checkpoint is
 * kept before it is signed, so that after a crash nothing is signed that does not follow it. What
 * `read` throws is thrown on.
 */
export async function lookAtLog(parts: WitnessParts): Promise<Look> {
  const { log, key, signer, read, last, keep, now } = parts;
  const bytes = await read(CHECKPOINT_FILE);
  if (!bytes) return { kind: 'nothing', why: 'the log has no checkpoint yet' };
  const note = Buffer.from(bytes).toString('utf8');
  const opened = openCheckpoint(note, log);
  if (!opened.ok) return { kind: 'nothing', why: `its checkpoint: ${opened.rejection.code}` };
  const { checkpoint } = opened.value;
  const before = lastSeen(last(), log);
  const isLarger = checkpoint.size > (before?.checkpoint.size ?? -1);
  const made = isLarger
    ? await readRemoteTree(read, before?.checkpoint.size ?? 0, checkpoint.size)
    : undefined;
  const verdict = decideCheckpoint(before?.checkpoint, checkpoint, made);
  if (verdict === 'unmade') return { kind: 'nothing', why: 'its tiles do not make its root' };
  if (before && (verdict === 'smaller' || verdict === 'split')) {
    const path = made && { beginning: toBase64(made.beginning), path: made.path.map(toBase64) };
    return {
      kind: 'evidence',
      evidence: { what: verdict, first: before.note, second: note, ...path },
    };
  }
  keep(note);
  const line = cosign(opened.value.note, now(), key, signer);
  const signatures = [...opened.value.note.signatures, line];
  return { kind: 'signed', checkpoint, note: formatNote({ ...opened.value.note, signatures }) };
}

type Seen = { readonly note: string; readonly checkpoint: Checkpoint };

/** What was kept was checked before it was kept. */
function lastSeen(note: string | undefined, log: NoteKey): Seen | undefined {
  if (note === undefined) return undefined;
  const opened = openCheckpoint(note, log);
  if (!opened.ok) throw new Error(`bug: the note that was kept is ${opened.rejection.code}`);
  return { note, checkpoint: opened.value.checkpoint };
}
