import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openEnvelope, sha256, toHex } from '@coinbox/protocol';
import { openDatabaseReader } from '@coinbox/storage';
import type { TerminalEvent } from '../../events.ts';
import { JOURNAL_FILE } from '../../journal-schema.ts';
import { openJournal } from '../../journal.ts';
import { createCrashDisk } from './crash-disk.ts';
import type { CrashState } from './crash-disk.ts';
import type { DiskEvent } from './system-calls.ts';

type Files = ReadonlyMap<string, Uint8Array>;

/** One journal that the agent has had, and the last folder in which it was seen whole. */
export type JournalMoment = {
  /** Events in the journal. */
  readonly count: number;
  /** What had left the process when this journal was new, and before the next one was. */
  readonly sentAtFirst: number;
  sentAtLast: number;
  readonly files: Files;
};

export type PowerLossReport = {
  /** Different states that were opened, by what became of the writes that were not synced. */
  readonly states: Readonly<Record<CrashState['how'], number>>;
  /** Different journals, in order. */
  readonly moments: readonly JournalMoment[];
  /** Bytes that left the process, in order. */
  readonly sent: readonly Uint8Array[];
  /** Every event of the journal at its end. */
  readonly events: readonly TerminalEvent[];
  /** What is wrong with a state: lost, or not a journal that the agent has had. */
  readonly problems: readonly string[];
};

export type PowerLossOrder = {
  readonly recording: readonly DiskEvent[];
  /** The folder when the recording began. */
  readonly initial: Files;
  /** Where states are opened: a folder in memory, made and removed here. */
  readonly scratch: string;
  /** Numbers in [0, 1). */
  readonly random: () => number;
  /** States with pieces in any order, for each system call. */
  readonly reordered: number;
  /** Only each so many-th state is opened. */
  readonly each: number;
};

const MOST_PROBLEMS = 20;

/**
 * Cuts the power after every recorded system call and opens what may be left with the terminal's
 * own code. A state is right when it is a journal that the agent has had, to the byte of each row,
 * with every event in it of which something had left the process before.
 */
export function checkPowerLoss(order: PowerLossOrder): PowerLossReport {
  const { recording, initial, scratch, random } = order;
  const { moments, legal, events } = readMoments(order);
  const sent = recording.flatMap((one) => (one.kind === 'sent' ? [one.bytes] : []));
  const wanted = requirements(sent, events);
  const states = { lost: 0, kept: 0, partial: 0, torn: 0, reordered: 0 };
  const problems: string[] = [];
  const seen = new Set<string>();
  const disk = createCrashDisk(initial);
  let left = 0;
  let n = 0;
  for (const [place, event] of recording.entries()) {
    disk.take(event);
    if (event.kind === 'sent') left++;
    for (const state of disk.states(random, order.reordered)) {
      const key = `${left} ${state.key}`;
      if (seen.has(key)) continue;
      seen.add(key);
      if (n++ % order.each !== 0) continue;
      states[state.how]++;
      const where = `call ${place} (${event.kind}), ${state.how}`;
      const found = openState(scratch, state.files());
      const count = 'dump' in found ? legal.get(found.dump) : undefined;
      if (!('dump' in found)) problems.push(`${where}: ${found.problem}`);
      else if (count === undefined) problems.push(`${where}: no journal that the agent has had`);
      else if (count < (wanted[left] ?? 0)) {
        problems.push(`${where}: lost: ${count} events, ${wanted[left]} were told of`);
      }
      if (problems.length >= MOST_PROBLEMS) return { states, moments, sent, events, problems };
    }
  }
  return { states, moments, sent, events, problems };
}

/** Goes through the recording without a power cut and notes each journal that there was. */
function readMoments({ recording, initial, scratch }: PowerLossOrder) {
  const disk = createCrashDisk(initial);
  const legal = new Map<string, number>();
  const moments: JournalMoment[] = [];
  let left = 0;
  let events: readonly TerminalEvent[] = [];
  const look = (): void => {
    const files = disk.whole();
    const found = openState(scratch, files, true);
    if (!('dump' in found)) throw new Error(`the undisturbed journal: ${found.problem}`);
    events = found.events;
    const newest = moments.at(-1);
    if (newest && legal.has(found.dump)) newest.sentAtLast = left;
    else {
      legal.set(found.dump, events.length);
      moments.push({ count: events.length, sentAtFirst: left, sentAtLast: left, files });
    }
  };
  look();
  for (const event of recording) {
    // A commit is whole before it is synced: its last write makes it so.
    if (event.kind === 'synced' || event.kind === 'sent') look();
    disk.take(event);
    if (event.kind === 'sent') left++;
  }
  look();
  return { moments, legal, events };
}

/**
 * How many events have to be there when so many pieces of bytes have left the process: those of
 * which a message, or its hash, stands in what was sent.
 */
function requirements(
  sent: readonly Uint8Array[],
  events: readonly TerminalEvent[],
): readonly number[] {
  const marks = events.flatMap(({ messages }, n) =>
    messages.flatMap((bytes) => {
      const opened = openEnvelope(bytes);
      const hash = opened.ok ? [sha256(opened.value.payload)] : [];
      return [bytes, ...hash].map((mark) => ({ n: n + 1, mark: Buffer.from(mark) }));
    }),
  );
  let most = 0;
  const wanted = [0];
  for (const bytes of sent) {
    const text = Buffer.from(bytes);
    for (const { n, mark } of marks) if (n > most && text.includes(mark)) most = n;
    wanted.push(most);
  }
  return wanted;
}

type Opened =
  | { readonly dump: string; readonly events: readonly TerminalEvent[] }
  | { readonly problem: string };

const TABLES = ['journal', 'message', 'outbox', 'session'] as const;

/** Opens a folder with the terminal's code. `dump`: a hash over every row of the journal. */
function openState(scratch: string, files: Files, withEvents = false): Opened {
  writeFolder(scratch, files);
  try {
    const journal = openJournal(scratch);
    try {
      const events = withEvents ? [...journal.replay()] : [];
      return { dump: readDump(scratch), events };
    } finally {
      journal.close();
    }
  } catch (cause) {
    return { problem: String(cause) };
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

function readDump(folder: string): string {
  const database = openDatabaseReader(join(folder, JOURNAL_FILE));
  try {
    const [sound] = Object.values(database.prepare('PRAGMA integrity_check').get() ?? {});
    if (sound !== 'ok') throw new Error(`the file is damaged: ${String(sound)}`);
    const rows = TABLES.map((table) => database.prepare(`SELECT * FROM ${table}`).all());
    const asHex = (_: string, value: unknown): unknown =>
      value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value;
    return toHex(sha256(Buffer.from(JSON.stringify(rows, asHex))));
  } finally {
    database.close();
  }
}

/** Puts files into a fresh folder. */
export function writeFolder(folder: string, files: Files): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const [name, bytes] of files) {
    mkdirSync(dirname(join(folder, name)), { recursive: true, mode: 0o700 });
    writeFileSync(join(folder, name), bytes, { mode: 0o600 });
  }
}
