import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { isRejectionCode } from '@coinbox/protocol';

const root = join(import.meta.dirname, '..');
const page = readFileSync(join(import.meta.dirname, 'bad-inputs.md'), 'utf8');

type Named = { readonly file: string; readonly title: string };
type Row = {
  readonly number: number;
  readonly answer: string;
  readonly tests: readonly Named[];
  /** What stands in the place of a test. */
  readonly reason: string;
};

/** The rows of all tables of a page. */
const rowsOf = (text: string): readonly Row[] =>
  [...text.matchAll(/^\| (\d+) \| [^|]+ \| ([^|]+) \| ([^|]+) \|$/gm)].map(
    ([, number, answer = '', cell = '']) => ({
      number: Number(number),
      answer,
      tests: [...cell.matchAll(/`([^`]+)` “([^”]+)”/g)].map(([, file = '', title = '']) => ({
        file,
        title,
      })),
      reason: cell.replace(/`[^`]+` “[^”]+”|<br>/g, '').trim(),
    }),
  );

/** Tables of inputs that a test file runs, and that file. */
const tableOf: Readonly<Record<string, string>> = {
  'packages/issuer/testing/bad-messages.ts': 'packages/issuer/api/door.test.ts',
};

/** What is wrong with a reference to a test; undefined where nothing is. */
function faultOf({ file, title }: Named): string | undefined {
  const runner = tableOf[file] ?? file;
  if (!runner.endsWith('.test.ts')) return `${file} is no test`;
  if (!existsSync(join(root, file))) return `${file} is not there`;
  const source = readFileSync(join(root, file), 'utf8');
  const isThere = ["'", '`', '"'].some((quote) => source.includes(quote + title + quote));
  return isThere ? undefined : `${file} has no “${title}”`;
}

const rows = rowsOf(page);

describe('spec/bad-inputs.md', () => {
  it('has the rows 1 to 81, in their order', () => {
    assert.deepEqual(
      rows.map(({ number }) => number),
      Array.from({ length: 81 }, (_, place) => place + 1),
    );
  });

  it('names only codes that there are', () => {
    const named = rows.flatMap(({ answer }) => [...answer.matchAll(/`([a-z-]+)`/g)]);
    assert.ok(named.length > 75);
    assert.deepEqual(
      named.map(([, code]) => code).filter((code) => !isRejectionCode(code)),
      [],
    );
  });

  it('names a test for each row, or says why there is none', () => {
    const bare = rows.filter(
      ({ tests, reason }) => (tests.length === 0) !== /^\w.+\.$/.test(reason),
    );
    assert.deepEqual(bare, []);
    const without = rows.filter(({ tests }) => tests.length === 0).map(({ number }) => number);
    assert.deepEqual(without, [75, 76]);
  });

  it('names only tests that there are', () => {
    const faults = rows.flatMap(({ tests }) => tests.map(faultOf)).filter(Boolean);
    assert.deepEqual(faults, []);
  });

  it('names a file that speaks of the code', () => {
    const silent = rows.flatMap(({ number, answer, tests }) => {
      const text = tests.map(({ file }) => readFileSync(join(root, file), 'utf8')).join('');
      const codes = [...answer.matchAll(/`([a-z-]+)`/g)].map(([, code = '']) => code);
      const untold = tests.length > 0 ? codes.filter((code) => !text.includes(code)) : [];
      return untold.map((code) => `row ${number}: ${code}`);
    });
    assert.deepEqual(silent, []);
  });
});

describe('faultOf()', () => {
  it('finds a file that is not there, is no test, and a title that it has not', () => {
    const file = 'spec/bad-inputs.test.ts';
    assert.equal(faultOf({ file, title: 'names only tests that there are' }), undefined);
    assert.match(faultOf({ file, title: 'x'.repeat(9) }) ?? '', /has no/);
    assert.match(faultOf({ file: 'spec/none.test.ts', title: 'x' }) ?? '', /not there/);
    assert.match(faultOf({ file: 'spec/field-tables.ts', title: 'x' }) ?? '', /is no test/);
  });
});
