// pure
import { assert } from '@coinbox/protocol';
import type { DiskEvent } from './system-calls.ts';

/** The smallest piece that a disk writes whole. */
export const SECTOR_BYTES = 512;

/** What a folder holds after a power cut: files by name. */
export type CrashState = {
  /** Two states of the same name and key have the same files. */
  readonly key: string;
  /** What became of the writes that were not synced yet. */
  readonly how: 'lost' | 'kept' | 'partial' | 'torn' | 'reordered';
  readonly files: () => ReadonlyMap<string, Uint8Array>;
};

/**
 * The disk under a process, as far as the process can know it. What was synced stays. Of what was
 * not, a power cut leaves any part: of writes any 512-byte pieces in any order, of names those up
 * to any point. A file that was synced has its name only when its folder was synced too (fsync(2)).
 */
export interface CrashDisk {
  take(event: DiskEvent): void;
  /** The folder if nothing is lost. */
  whole(): ReadonlyMap<string, Uint8Array>;
  /** Folders that a power cut now may leave behind. `random`: numbers in [0, 1). */
  states(random: () => number, reordered: number): readonly CrashState[];
}

type Write = {
  readonly order: number;
  readonly at: number;
  readonly bytes: Uint8Array;
  /** The file is cut or filled to this length after the bytes are written. */
  readonly size?: number;
};
/** A file apart from its name: names come, go and change. */
type Content = { durable: Uint8Array; pending: Write[] };
type Naming = { readonly order: number; readonly apply: (names: Map<string, Content>) => void };
/** Which part of the pending writes is on the disk. */
type Choice = {
  readonly how: CrashState['how'];
  /** Names changed before this point are on the disk. */
  readonly namesBefore: number;
  readonly pieces: (write: Write) => readonly (readonly [from: number, to: number])[];
  readonly key: string;
};

export function createCrashDisk(initial: ReadonlyMap<string, Uint8Array>): CrashDisk {
  const durableNames = new Map<string, Content>();
  const names = new Map<string, Content>();
  let namings: Naming[] = [];
  let order = 0;
  let epoch = 0;
  for (const [file, bytes] of initial) {
    const content = { durable: bytes, pending: [] };
    durableNames.set(file, content);
    names.set(file, content);
  }
  const contentOf = (file: string): Content => {
    const content = names.get(file);
    assert(content, `${file} was opened`);
    return content;
  };
  const rename = (apply: Naming['apply']): void => {
    apply(names);
    namings.push({ order: ++order, apply });
  };
  const write = (file: string, one: Omit<Write, 'order'>): void => {
    contentOf(file).pending.push({ order: ++order, ...one });
  };
  const pending = (): readonly Write[] =>
    [...new Set([...durableNames.values(), ...names.values()])]
      .flatMap((content) => content.pending)
      .sort((a, b) => a.order - b.order);
  const filesOf = (choice: Choice): ReadonlyMap<string, Uint8Array> => {
    const left = new Map(durableNames);
    for (const naming of namings) if (naming.order < choice.namesBefore) naming.apply(left);
    return new Map([...left].map(([file, content]) => [file, applyWrites(content, choice.pieces)]));
  };
  const state = (choice: Choice): CrashState => ({
    key: `${epoch} ${choice.key}`,
    how: choice.how,
    files: () => filesOf(choice),
  });
  return {
    take(event) {
      if (event.kind === 'sent') return;
      if (event.kind === 'folder-synced') {
        for (const { apply } of namings.splice(0)) apply(durableNames);
        epoch++;
      } else if (event.kind === 'created') {
        const content: Content = { durable: new Uint8Array(), pending: [] };
        if (!names.has(event.file)) rename((map) => void map.set(event.file, content));
      } else if (event.kind === 'unlinked') rename((map) => void map.delete(event.file));
      else if (event.kind === 'renamed') {
        const content = contentOf(event.file);
        rename((map) => void map.set(event.to, content).delete(event.file));
      } else if (event.kind === 'synced') {
        const content = contentOf(event.file);
        content.durable = applyWrites(content, everyPiece);
        content.pending = [];
        epoch++;
      } else if (event.kind === 'truncated') {
        write(event.file, { at: 0, bytes: new Uint8Array(), size: event.size });
      } else if (event.kind === 'written') {
        write(event.file, { at: event.at, bytes: event.bytes });
      }
    },
    whole: () => filesOf(keptBefore(order + 1)),
    states: (random, reordered) => choices(pending(), order, random, reordered).map(state),
  };
}

const everyPiece: Choice['pieces'] = ({ bytes }) => [[0, bytes.length]];
const keptBefore = (end: number): Choice => ({
  how: 'kept',
  namesBefore: end,
  pieces: (write) => (write.order < end ? everyPiece(write) : []),
  key: `up to ${end}`,
});

function choices(
  pending: readonly Write[],
  order: number,
  random: () => number,
  reordered: number,
): readonly Choice[] {
  const end = order + 1;
  const below = (most: number): number => Math.floor(random() * most);
  if (pending.length === 0) return [keptBefore(end), { ...keptBefore(0), how: 'lost' }];
  const last = pending[below(pending.length)] as Write;
  const sectors = below(sectorsOf(last).length + 1);
  const cut = below(last.bytes.length + 1);
  const upTo = (bytes: number, how: 'partial' | 'torn'): Choice => ({
    how,
    namesBefore: last.order,
    pieces: (write) => {
      if (write.order !== last.order) return write.order < last.order ? everyPiece(write) : [];
      return [[0, Math.min(bytes, write.bytes.length)]];
    },
    key: `${last.order} up to ${bytes}`,
  });
  return [
    keptBefore(end),
    { ...keptBefore(0), how: 'lost' },
    upTo(sectors === 0 ? 0 : (sectorsOf(last)[sectors - 1]?.[1] ?? 0), 'partial'),
    upTo(cut, 'torn'),
    ...Array.from({ length: reordered }, () => anyPieces(pending, end, random)),
  ];
}

/** Any set of pieces of any of the writes. */
function anyPieces(pending: readonly Write[], end: number, random: () => number): Choice {
  const likely = random();
  const chosen = new Map(
    pending.map((write) => [write.order, sectorsOf(write).filter(() => random() < likely)]),
  );
  const text = [...chosen].map(([order, pieces]) => `${order}:${pieces.map(String).join('+')}`);
  const namesBefore = random() < 0.5 ? end : (pending[0]?.order ?? 0);
  return {
    how: 'reordered',
    namesBefore,
    pieces: ({ order }) => chosen.get(order) ?? [],
    key: `${namesBefore} ${text.join(' ')}`,
  };
}

/** The pieces of a write that a disk writes whole: cut where the sectors of the file begin. */
function sectorsOf({ at, bytes }: Write): readonly (readonly [number, number])[] {
  const pieces: (readonly [number, number])[] = [];
  for (let from = 0; from < bytes.length;) {
    const to = Math.min(bytes.length, from + SECTOR_BYTES - ((at + from) % SECTOR_BYTES));
    pieces.push([from, to]);
    from = to;
  }
  // A change of the length alone is one piece, of no bytes.
  return bytes.length === 0 ? [[0, 0]] : pieces;
}

function applyWrites({ durable, pending }: Content, piecesOf: Choice['pieces']): Uint8Array {
  const chosen = pending
    .map((write) => ({ write, pieces: piecesOf(write) }))
    .filter(({ pieces }) => pieces.length > 0);
  if (chosen.length === 0) return durable;
  const ends = chosen.map(({ write, pieces }) => write.at + (pieces.at(-1)?.[1] ?? 0));
  const file = new Uint8Array(Math.max(durable.length, ...ends));
  file.set(durable);
  let size = durable.length;
  for (const { write, pieces } of chosen) {
    if (write.size !== undefined) {
      // What is cut off is gone, also where the file grows again.
      file.fill(0, Math.min(size, write.size));
      size = write.size;
    }
    for (const [from, to] of pieces) {
      if (from === to) continue;
      file.set(write.bytes.subarray(from, to), write.at + from);
      size = Math.max(size, write.at + to);
    }
  }
  return size <= file.length ? file.subarray(0, size) : grown(file, size);
}

function grown(file: Uint8Array, size: number): Uint8Array {
  const larger = new Uint8Array(size);
  larger.set(file);
  return larger;
}
