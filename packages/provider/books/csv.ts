// pure
import { accept, reject } from '@coinbox/protocol';
import type { Result } from '@coinbox/protocol';

/** A cell that a spreadsheet would take for a formula begins with one of these. */
const formula = /^[=+\-@\t\r]/;

/**
 * One line of CSV (RFC 4180), with its line break. A cell that begins like a formula gets an
 * apostrophe before it, so that no spreadsheet runs what another party has written.
 */
export function csvLine(cells: readonly string[]): string {
  const quoted = cells.map((cell) => {
    const safe = formula.test(cell) ? `'${cell}` : cell;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  });
  return `${quoted.join(',')}\r\n`;
}

/** Cells of a line, and characters of a cell, that are read. */
const MOST_CELLS = 256;

/**
 * The lines of a CSV file (RFC 4180), each as its cells. A line break inside quotes belongs to its
 * cell. Rejects import-invalid.
 */
export function readCsv(text: string): Result<readonly (readonly string[])[]> {
  const lines: string[][] = [];
  const cell = /("(?:[^"]|"")*"|[^",\r\n]*)(,|\r\n|\n|$)/y;
  let line: string[] = [];
  for (let at = 0; at < text.length || line.length > 0;) {
    cell.lastIndex = at;
    const found = cell.exec(text);
    if (!found || line.length >= MOST_CELLS) {
      return reject('import-invalid', `line ${lines.length + 1} is not CSV`);
    }
    const [whole, content = '', end] = found;
    line.push(content.startsWith('"') ? content.slice(1, -1).replaceAll('""', '"') : content);
    at += whole.length;
    if (end === ',') continue;
    lines.push(line);
    line = [];
  }
  return accept(lines);
}
