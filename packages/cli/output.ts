/** Lines for a person go to stderr, results to stdout: so a pipe carries nothing but the result. */
export const tell = (line: string): void => void process.stderr.write(`${line}\n`);

export const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** One JSON value on one line. A bigint becomes a decimal string. */
export const printJson = (value: unknown): void =>
  print(
    JSON.stringify(value, (_key, part: unknown) => (typeof part === 'bigint' ? `${part}` : part)),
  );

/** Columns of text, the last ones to the right where `right` says so. */
export function formatTable(
  rows: readonly (readonly string[])[],
  right: ReadonlySet<number> = new Set(),
): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => displayWidth(row[column] ?? ''))),
  );
  return rows
    .map((row) =>
      row
        .map((text, column) => {
          const space = ' '.repeat((widths[column] as number) - displayWidth(text));
          return right.has(column) ? space + text : text + space;
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Chinese characters take two columns of a terminal. */
const displayWidth = (text: string): number =>
  [...text].reduce((width, letter) => width + (/[\u1100-\uffef]/u.test(letter) ? 2 : 1), 0);

/** A line of progress, drawn over itself on a terminal; elsewhere a line now and then. */
export interface Progress {
  show(done: number, of: number, note?: string): void;
  end(): void;
}

/** Into a file or a log: a line now and then. */
const LINE_EVERY_MS = 10_000;
const DRAW_EVERY_MS = 100;
const BAR_WIDTH = 24;

export function createProgress(label: string, quiet: boolean): Progress {
  if (quiet) return { show: () => undefined, end: () => undefined };
  const isTerminal = process.stderr.isTTY;
  const every = isTerminal ? DRAW_EVERY_MS : LINE_EVERY_MS;
  const began = performance.now();
  let drawn = 0;
  return {
    show(done, of, note = '') {
      const now = performance.now();
      if (now - Math.max(drawn, began) < every && done < of) return;
      drawn = now;
      const seconds = (now - began) / 1000;
      const rate = done / Math.max(seconds, 0.001);
      const left = rate > 0 ? Math.ceil((of - done) / rate) : 0;
      const full = Math.round((BAR_WIDTH * done) / Math.max(of, 1));
      const bar = '█'.repeat(full) + '░'.repeat(BAR_WIDTH - full);
      const rest = `${done}/${of}  ${rate.toFixed(0)}/s  ${left} s left  ${note}`.trimEnd();
      if (!isTerminal) return tell(`${label} ${rest}`);
      process.stderr.write(`\r\u001b[2K${label} ${bar} ${rest}`);
    },
    end: () => void (isTerminal && process.stderr.write('\r\u001b[2K')),
  };
}

/** Resolves when the user or the system wants the program to end. */
export const untilStopped = (): Promise<'SIGINT' | 'SIGTERM'> =>
  new Promise((resolve) => {
    process.once('SIGINT', () => resolve('SIGINT'));
    process.once('SIGTERM', () => resolve('SIGTERM'));
  });
