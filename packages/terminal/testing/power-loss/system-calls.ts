// pure
import { concatBytes } from '@coinbox/protocol';

/**
 * What a process did to its folder and to the world, in the order in which the calls came back.
 * Files are named relative to the folder.
 */
export type DiskEvent =
  | { readonly kind: 'created' | 'unlinked' | 'synced'; readonly file: string }
  | { readonly kind: 'renamed'; readonly file: string; readonly to: string }
  | {
      readonly kind: 'written';
      readonly file: string;
      readonly at: number;
      readonly bytes: Uint8Array;
    }
  | { readonly kind: 'truncated'; readonly file: string; readonly size: number }
  | { readonly kind: 'folder-synced' }
  /** Bytes that left the process through a socket. */
  | { readonly kind: 'sent'; readonly bytes: Uint8Array };

/** The calls that `readSystemCalls` knows: what `strace -e trace=` has to record. */
export const RECORDED_CALLS = [
  'openat',
  'write',
  'pwrite64',
  'writev',
  'pwritev',
  'fsync',
  'fdatasync',
  'ftruncate',
  'rename',
  'unlink',
  'sendto',
  'sendmsg',
] as const;

/** Threads too, file names, everything in hexadecimal and whole; signals are not recorded. */
const OPTIONS = '-f -y -xx -s 1000000 --seccomp-bpf -e signal=none -e'.split(' ');

/** The options of strace(1) that give the text which `readSystemCalls` reads. */
export const straceOptions = (output: string): readonly string[] => [
  ...OPTIONS,
  `trace=${RECORDED_CALLS.join(',')}`,
  '-o',
  output,
];

/** SQLite's shared memory is gone with the process; the lock has no content. */
const VOLATILE = /(?:-shm|^lock)$/;

type Call = {
  readonly name: string;
  /** Of the file descriptor that comes first, if any. */
  readonly path: string;
  readonly strings: readonly Uint8Array[];
  readonly rest: string;
  readonly result: number;
};

/**
 * Reads what strace has written about a process that lives in `folder`. Calls of other threads that
 * were interrupted in the text are put together. Throws where a call on a file of the folder cannot
 * be told: a recording with holes proves nothing.
 */
export function readSystemCalls(text: string, folder: string): readonly DiskEvent[] {
  const events: DiskEvent[] = [];
  const known = new Set<string>();
  for (const line of wholeLines(text)) {
    const call = readCall(line);
    if (call && call.result >= 0) events.push(...eventsOf(call, folder, known));
  }
  return events;
}

/** Lines without their thread number; what was interrupted stands where it ended. */
function* wholeLines(text: string): Generator<string> {
  const begun = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, thread = '', said = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(said);
    if (said.endsWith('<unfinished ...>')) {
      begun.set(thread, said.slice(0, -'<unfinished ...>'.length));
    } else if (resumed) {
      yield (begun.get(thread) ?? '') + resumed[1];
      begun.delete(thread);
    } else if (said) yield said;
  }
}

function readCall(line: string): Call | undefined {
  const head = /^(\w+)\((.*)\) += (-?\d+|\?)/.exec(line);
  if (!head) return undefined;
  const [, name = '', inside = '', result = ''] = head;
  const path = /^(?:AT_FDCWD|\d+)<([^>]*)>/.exec(inside)?.[1] ?? '';
  const strings = [...inside.matchAll(/"((?:\\x[0-9a-f]{2})*)"/g)].map(([, text = '']) =>
    bytesOf(text),
  );
  const rest = inside.replaceAll(/"[^"]*"/g, '""');
  return { name, path: textOf(path), strings, rest, result: result === '?' ? -1 : Number(result) };
}

const bytesOf = (escaped: string): Uint8Array =>
  Uint8Array.from(Buffer.from(escaped.replaceAll('\\x', ''), 'hex'));

/** A path as strace writes it: escaped, or plain where it is a socket. */
const textOf = (path: string): string =>
  path.startsWith('\\x') ? Buffer.from(bytesOf(path)).toString() : path;

const numbersOf = (rest: string): readonly number[] =>
  rest
    .split(', ')
    .filter((part) => /^\d+$/.test(part))
    .map(Number);

const isSocket = (path: string): boolean => /^(?:socket|TCP|TCPv6|UNIX)\b/.test(path);

function eventsOf(call: Call, folder: string, known: Set<string>): readonly DiskEvent[] {
  const inFolder = (path: string): string | undefined =>
    path.startsWith(`${folder}/`) && !VOLATILE.test(path.slice(folder.length + 1))
      ? path.slice(folder.length + 1)
      : undefined;
  const named = call.strings.map((bytes) => inFolder(Buffer.from(bytes).toString()));
  if (call.name === 'openat') {
    const [file] = named;
    if (file === undefined || !call.rest.includes('O_CREAT')) return [];
    const isNew = !known.has(file);
    known.add(file);
    const truncated: DiskEvent[] = call.rest.includes('O_TRUNC')
      ? [{ kind: 'truncated', file, size: 0 }]
      : [];
    return isNew ? [{ kind: 'created', file }, ...truncated] : truncated;
  }
  if (call.name === 'unlink' && named[0] !== undefined) {
    known.delete(named[0]);
    return [{ kind: 'unlinked', file: named[0] }];
  }
  if (call.name === 'rename' && named[0] !== undefined && named[1] !== undefined) {
    known.delete(named[0]);
    known.add(named[1]);
    return [{ kind: 'renamed', file: named[0], to: named[1] }];
  }
  return eventsOfDescriptor(call, folder, inFolder(call.path));
}

/** What was done through a file descriptor. */
function eventsOfDescriptor(
  { name, path, strings, rest, result }: Call,
  folder: string,
  file: string | undefined,
): readonly DiskEvent[] {
  const bytes = concatBytes(...strings);
  if (isSocket(path) && /^(?:write|writev|sendto|sendmsg)$/.test(name)) {
    return [{ kind: 'sent', bytes: bytes.subarray(0, result) }];
  }
  const isSync = name === 'fsync' || name === 'fdatasync';
  if (isSync && path === folder) return [{ kind: 'folder-synced' }];
  if (file === undefined) return [];
  if (isSync) return [{ kind: 'synced', file }];
  const last = numbersOf(rest).at(-1);
  if (name === 'ftruncate' && last !== undefined) return [{ kind: 'truncated', file, size: last }];
  if ((name === 'pwrite64' || name === 'pwritev') && last !== undefined) {
    return [{ kind: 'written', file, at: last, bytes: bytes.subarray(0, result) }];
  }
  throw new Error(`the recording has a ${name} on ${file} whose place is not known`);
}
