import assert from 'node:assert/strict';
import { test } from 'node:test';
import { csvOf } from './csv.ts';

/** cell, as it stands in the file */
const cells: readonly [string, string][] = [
  ['plain', 'plain'],
  ['1.50', '1.50'],
  ['-1.50', '-1.50'],
  ['a,b', '"a,b"'],
  ['a"b', '"a""b"'],
  ['a\nb', '"a\nb"'],
  ['=1+1', "'=1+1"],
  ['+1', "'+1"],
  ['-a', "'-a"],
  ['@x', "'@x"],
  ['\tx', "'\tx"],
  ['=a,b', '"\'=a,b"'],
];

for (const [text, written] of cells) {
  test(`csvOf() writes ${JSON.stringify(text)} as ${JSON.stringify(written)}`, () => {
    assert.equal(csvOf([[text, 'x']]), `${written},x\r\n`);
  });
}
