import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { closerOf, maskSource, skipSpace } from './scan.ts';

/** Source, and the source as the rules see it. */
const rows: readonly [string, string, string][] = [
  ['a line comment', 'a; // b {\nc', 'a;       \nc'],
  ['a block comment over lines', 'a /* {\n} */ b', 'a     \n     b'],
  ['strings, with escapes', `f('a\\'{', "b}")`, `f('    ', "  ")`],
  ['a template with code in it', '`a${b({ c: `d${e}f` })}g`', '` ${b({ c: ` ${e} ` })} `'],
  ['a regular expression', 'x = /[/{]\\/"/g;', 'x = /       /g;'],
  ['division', 'a / b / c', 'a / b / c'],
  ['division after a bracket', '(a) / b[0] / 2', '(a) / b[0] / 2'],
  ['a regular expression after return', 'return /a{2}/;', 'return /    /;'],
  ['a quote in a comment', "// don't\n'x'", "        \n' '"],
  ['a lone quote, as in the text of a page', "don't\n'x'", "don't\n' '"],
  ['a first line for the shell', '#!/usr/bin/env node\na', '                   \na'],
];

describe('maskSource()', () => {
  for (const [title, source, masked] of rows) {
    it(`blanks what is not code: ${title}`, () => {
      assert.equal(maskSource(source), masked);
      assert.equal(maskSource(source).length, source.length);
    });
  }
});

describe('closerOf()', () => {
  it('finds the bracket that closes another', () => {
    assert.equal(closerOf('a(b[c{d}](e))f', 1), 12);
    assert.equal(closerOf('a(b', 1), 3);
  });
});

describe('skipSpace()', () => {
  it('goes to the next character that is not white space', () => {
    assert.equal(skipSpace('a \n b', 1), 4);
  });
});
