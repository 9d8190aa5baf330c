import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCsv } from './csv.ts';

const rows: readonly [name: string, text: string, expected: unknown][] = [
  [
    'plain fields',
    'a,b\n1,2\n',
    [
      [1, 'a', 'b'],
      [2, '1', '2'],
    ],
  ],
  [
    'a last line without an end',
    'a,b\n1,2',
    [
      [1, 'a', 'b'],
      [2, '1', '2'],
    ],
  ],
  [
    'CRLF',
    'a,b\r\n1,2\r\n',
    [
      [1, 'a', 'b'],
      [2, '1', '2'],
    ],
  ],
  ['a byte order mark', '\ufeffa,b\n', [[1, 'a', 'b']]],
  ['quotes, doubled quotes and commas in a field', '"a,""b""",c\n', [[1, 'a,"b"', 'c']]],
  [
    'a line break in a field',
    '"a\nb",c\nd,e\n',
    [
      [1, 'a\nb', 'c'],
      [3, 'd', 'e'],
    ],
  ],
  [
    'empty lines',
    'a,b\n\n\n1,2\n',
    [
      [1, 'a', 'b'],
      [4, '1', '2'],
    ],
  ],
  ['empty fields', ',\n', [[1, '', '']]],
  ['nothing', '', []],
];

for (const [name, text, expected] of rows) {
  test(`readCsv() reads ${name}`, () => {
    assert.deepEqual(
      readCsv(text).map(({ line, fields }) => [line, ...fields]),
      expected,
    );
  });
}
