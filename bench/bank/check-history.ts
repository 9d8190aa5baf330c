import { createBankBooks, creditedIn, movedBy } from './books.ts';
import type { BankBooks } from './books.ts';
import { digestOf, movementLine } from './history.ts';
import type { Call, History, LogEntry, Read, Shown, Write } from './history.ts';

/**
 * What is checked.
 * - `index`: entries are numbered 1, 2, 3, … and each names the hash of the one before.
 * - `outcome`: each id stands in the log once, and whoever asked for it was told so; what was
 *   rejected is not there; and nothing is there that nobody asked for.
 * - `order`: where one call ended before another began, the log has them in that order, and a read
 *   shows all that was acknowledged before it began.
 * - `read`: what a read has shown is what follows from the entries up to the index that it names.
 * - `money`: all accounts sum to 0 after every entry, nothing is overdrawn, each call moved its
 *   amount, and what was refused could not have been done.
 */
export type BankCheck = 'index' | 'outcome' | 'order' | 'read' | 'money';
export type Flaw = { readonly check: BankCheck; readonly what: string };

export type Findings = {
  /** The first of them; `found` counts all. */
  readonly flaws: readonly Flaw[];
  readonly found: number;
  readonly entries: number;
  /** Calls by what became of them: `pay posted`, `pay rejected mapping-changed`, `read wallet`. */
  readonly reached: Readonly<Record<string, number>>;
};

const MOST_KEPT = 20;

/**
 * Checks that the calls could have been made one after the other in the order of the log, which
 * keeps the order in which they really were made: strict serializability, with the log as witness.
 */
export async function checkHistory(
  { setUp, calls }: History,
  log: AsyncIterable<LogEntry> | Iterable<LogEntry>,
): Promise<Findings> {
  const flaws: Flaw[] = [];
  let found = 0;
  const blame = (check: BankCheck, what: string): void => {
    found += 1;
    if (flaws.length < MOST_KEPT) flaws.push({ check, what });
  };
  const writes = writesById(calls, blame);
  const reads = calls.filter((call) => call.kind === 'read').sort((a, b) => a.asOf - b.asOf);
  const books = createBankBooks();
  const past = createPast();
  const places = new Map<string, number>();
  let [index, hash, nextRead] = [0, '', 0];
  const readUpTo = (end: number): void => {
    for (; (reads[nextRead]?.asOf ?? Infinity) <= end; nextRead++) {
      const read = reads[nextRead] as Read;
      const wrong = differs(read.shown, read.asOf, books, past);
      if (wrong !== undefined) blame('read', `${read.shown.of} as of ${read.asOf}: ${wrong}`);
    }
  };
  for await (const entry of log) {
    index += 1;
    if (entry.index !== index) blame('index', `entry ${index} has the index ${entry.index}`);
    const isLinked = index === 1 || entry.previous_hash === hash;
    if (!isLinked) blame('index', `entry ${index} does not follow the one before it`);
    hash = entry.hash;
    const against = books.take(entry);
    if (against !== undefined) blame('money', `entry ${index}, ${entry.code}: ${against}`);
    past.take(entry);
    if (places.has(entry.id)) blame('outcome', `${entry.id} stands in the log again at ${index}`);
    places.set(entry.id, index);
    if (index > setUp) checkWrite(entry, writes.get(entry.id), blame);
    readUpTo(index);
  }
  const ahead = reads.length - nextRead;
  if (ahead > 0) blame('read', `${ahead} reads are as of an index that the log does not have`);
  checkThere(writes, places, blame);
  checkOrder(calls, places, blame);
  checkPins(calls, past, places, blame);
  return { flaws, found, entries: index, reached: countReached(calls) };
}

type Blame = (check: BankCheck, what: string) => void;

/** Who asked for each id and was not rejected; all that were told of it were told the same. */
function writesById(calls: readonly Call[], blame: Blame): ReadonlyMap<string, Write> {
  const writes = new Map<string, Write>();
  for (const call of calls) {
    if (call.kind !== 'write' || call.told.word === 'rejected') continue;
    if (writes.has(call.id)) blame('outcome', `two calls were told that ${call.id} is theirs`);
    writes.set(call.id, call);
  }
  for (const call of calls) {
    if (call.kind !== 'again') continue;
    const told = JSON.stringify(writes.get(call.id)?.told);
    if (JSON.stringify(call.told) !== told) blame('outcome', `another answer for ${call.id}`);
  }
  return writes;
}

/** What an entry says is what its caller was told, and moves what the caller wanted moved. */
function checkWrite(entry: LogEntry, write: Write | undefined, blame: Blame): void {
  const { id, index, status, steps } = entry;
  if (!write) return blame('outcome', `nobody was told of ${id} at ${index}`);
  const { told, credit, amount } = write;
  if (told.word === 'rejected') return;
  if (told.word !== status) blame('outcome', `${id} is ${status}, its caller heard ${told.word}`);
  const isPlace = told.index === undefined || told.index === index;
  if (!isPlace) blame('outcome', `${id} is at ${index}, its caller heard ${told.index}`);
  const isSame = told.entryHash === undefined || told.entryHash === entry.hash;
  if (!isSame) blame('outcome', `${id} has another hash than in its receipt`);
  if (credit === undefined || amount === undefined) return;
  const moved = creditedIn(steps, credit);
  if (moved !== amount) blame('money', `${id} moves ${moved} to ${credit} in place of ${amount}`);
}

function checkThere(
  writes: ReadonlyMap<string, Write>,
  places: ReadonlyMap<string, number>,
  blame: Blame,
): void {
  for (const [id, { name }] of writes) {
    if (!places.has(id)) blame('outcome', `the ${name} ${id} was acknowledged and is not there`);
  }
}

/** The place of a call in the order of the log; undefined for what is not in it. */
function placeOf(call: Call, places: ReadonlyMap<string, number>): number | undefined {
  if (call.kind === 'read') return call.asOf;
  if (call.kind === 'again' || call.told.word === 'rejected') return undefined;
  return places.get(call.id);
}

/**
 * For each call, in the order of their beginnings, `visit` gets the largest place of all that had
 * ended before. What began at the very moment at which another ended counts as beside it.
 */
function sweep(
  calls: readonly Call[],
  places: ReadonlyMap<string, number>,
  visit: (call: Call, floor: number) => void,
): void {
  const begins = [...calls].sort((a, b) => a.began - b.began);
  const ends = [...calls].sort((a, b) => a.ended - b.ended);
  let [floor, at] = [0, 0];
  for (const call of begins) {
    for (; (ends[at]?.ended ?? Infinity) < call.began; at++) {
      floor = Math.max(floor, placeOf(ends[at] as Call, places) ?? 0);
    }
    visit(call, floor);
  }
}

function checkOrder(
  calls: readonly Call[],
  places: ReadonlyMap<string, number>,
  blame: Blame,
): void {
  sweep(calls, places, (call, floor) => {
    const place = placeOf(call, places);
    if (place === undefined || place > floor) return;
    if (call.kind === 'read' && place === floor) return;
    const what = call.kind === 'read' ? `a read of a ${call.shown.of}` : (call as Write).id;
    blame('order', `${what} is at ${place}, and began when ${floor} had been acknowledged`);
  });
}

/** `mapping-changed` is said of a payment only while another version is in force, or comes. */
function checkPins(
  calls: readonly Call[],
  past: Past,
  places: ReadonlyMap<string, number>,
  blame: Blame,
): void {
  sweep(calls, places, (call, floor) => {
    if (call.kind !== 'write' || call.told.word !== 'rejected' || !call.pinned) return;
    const { terminal, version } = call.pinned;
    const isCause = call.told.code === 'mapping-changed';
    const wasInForce = past.versionAt(terminal, floor) === version;
    const isLasting = past.versionAt(terminal, Infinity) === version;
    if (isCause && wasInForce && isLasting) {
      blame('outcome', `${call.id} was rejected, though version ${version} was in force`);
    }
  });
}

/** What lists of movements and questions about an earlier index are answered from. */
function createPast() {
  const lines = new Map<string, { readonly index: number; readonly line: string }[]>();
  const versions = new Map<string, { readonly index: number; readonly version: number }[]>();
  const add = <T>(map: Map<string, T[]>, key: string, one: T): void => {
    const list = map.get(key);
    if (list) list.push(one);
    else map.set(key, [one]);
  };
  return {
    take(entry: LogEntry): void {
      const { index, code, id } = entry;
      if (code === 'pay' || code === 'settle' || code === 'refund') {
        const line = movementLine({ ...entry, amount: `${movedBy(entry)}` });
        add(lines, code, { index, line });
      }
      const [, terminal = '', version] = id.split('/');
      if (code === 'mapping') add(versions, terminal, { index, version: Number(version) });
    },
    /** Lines of a code after an index, all of those taken so far. */
    linesAfter(code: string, after: number) {
      const all = lines.get(code) ?? [];
      let [low, high] = [0, all.length];
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((all[middle]?.index ?? 0) <= after) low = middle + 1;
        else high = middle;
      }
      return all.slice(low);
    },
    versionAt: (terminal: string, index: number): number =>
      versions.get(terminal)?.findLast((one) => one.index <= index)?.version ?? 0,
  };
}
type Past = ReturnType<typeof createPast>;

/** How what was shown differs from what follows from the log so far. */
function differs(
  shown: Shown,
  asOf: number,
  books: BankBooks,
  { linesAfter }: Past,
): string | undefined {
  if (shown.of === 'wallet') {
    const { balance, held } = books.account(shown.account) ?? {};
    const isSame = balance === shown.balance && held === shown.held;
    return isSame ? undefined : `${shown.balance}/${shown.held}, not ${balance}/${held}`;
  }
  if (shown.of === 'mapping') {
    const versions = books.versionsOf(shown.terminal);
    return versions === shown.versions ? undefined : `${shown.versions}, not ${versions}`;
  }
  if (shown.of === 'summary') {
    const wrong = Object.entries(books.totals())
      .map(([name, sum]) => [name, sum, shown[name as keyof typeof shown]] as const)
      .filter(([, sum, said]) => sum !== said)
      .map(([name, sum, said]) => `${name} ${said}, not ${sum}`);
    return wrong.length === 0 ? undefined : wrong.join(', ');
  }
  const { codes, after, limit, count, digest, isLast } = shown;
  const all = codes.flatMap((code) => linesAfter(code, after)).sort((a, b) => a.index - b.index);
  const page = all.slice(0, limit);
  const range = `after ${after}, as of ${asOf}`;
  if (page.length !== count) return `${count} lines ${range}, not ${page.length}`;
  if (digestOf(...page.map(({ line }) => line)) !== digest) return `other lines ${range}`;
  const isEnd = all.length <= limit;
  return isLast === isEnd ? undefined : `${isLast ? 'an' : 'no'} end of the list ${range}`;
}

function countReached(calls: readonly Call[]): Record<string, number> {
  const reached: Record<string, number> = {};
  for (const call of calls) {
    const word =
      call.kind === 'read'
        ? `read ${call.shown.of}`
        : call.kind === 'again'
          ? 'sent again'
          : `${call.name} ${call.told.word === 'rejected' ? call.told.code : call.told.word}`;
    reached[word] = (reached[word] ?? 0) + 1;
  }
  return reached;
}
