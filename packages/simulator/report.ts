// pure
import type { PlantedBug } from './planted-bug.ts';

/** What many seeds have come to. */
export type Sum = {
  readonly seeds: number;
  readonly events: number;
  readonly simulatedMs: number;
  readonly tookMs: number;
};

const grouped = (count: number): string => count.toLocaleString('en-US');

const DAY_MS = 86_400_000;

/** One line for people: seeds, events, simulated time, speed. */
export function sumLine({ seeds, events, simulatedMs, tookMs }: Sum): string {
  const days = (simulatedMs / DAY_MS).toFixed(1);
  const seconds = tookMs / 1000;
  const speed = Math.round(seeds / Math.max(seconds, 0.001));
  return (
    `${grouped(seeds)} seeds, ${grouped(events)} events, ${days} simulated days ` +
    `in ${seconds.toFixed(1)} s: ${grouped(speed)} seeds/s`
  );
}

/** What was reached how often, a line each, in order of the names. */
export function tallyLines(counts: ReadonlyMap<string, number>): readonly string[] {
  const width = Math.max(0, ...[...counts.values()].map((count) => grouped(count).length));
  return [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([situation, count]) => `${grouped(count).padStart(width)}  ${situation}`);
}

/** A planted bug and what became of it. */
export type BugFound = {
  readonly bug: PlantedBug;
  /** The seed that found it and what it says; undefined where none has. */
  readonly seed?: number;
  readonly failure?: string;
};

/** The first line of a failure, without numbers and names that mean nothing here. */
export const shortFailure = (failure: string): string =>
  (failure.split('\n')[0] ?? '')
    .split(/[;|]/)[0]!
    .replace(/\b[a-z]{3}_[0-9A-Z]{26}\b/g, '…')
    .replace(/[A-Za-z0-9_/-]{40,}/g, '…')
    .slice(0, 110);

/** The table of planted bugs, in Markdown. */
export function bugTable(found: readonly BugFound[]): string {
  const rows = found.map(({ bug, seed, failure }) => {
    const name = bug.isMutation ? `**${bug.name}**` : bug.name;
    const first = seed === undefined ? 'not found' : `${seed}`;
    return `| ${name} | ${bug.what} | ${first} | ${shortFailure(failure ?? '')} |`;
  });
  return ['| Bug | What is broken | First seed | Found by |', '|---|---|---|---|', ...rows].join(
    '\n',
  );
}

const START = '<!-- simulator: bugs -->';
const END = '<!-- end -->';

/** The page with its table of planted bugs replaced. Throws where it has no place for one. */
export function withTable(page: string, table: string): string {
  const from = page.indexOf(START);
  const to = page.indexOf(END, from);
  if (from < 0 || to < 0) throw new Error(`the page has no ${START} … ${END}`);
  return `${page.slice(0, from + START.length)}\n\n${table}\n\n${page.slice(to)}`;
}
