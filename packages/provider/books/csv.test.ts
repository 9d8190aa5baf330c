import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { csvLine, readCsv } from './csv.ts';

describe('csvLine()', () => {
  const rows: readonly (readonly [string[], string])[] = [
    [['a', 'b'], 'a,b\r\n'],
    [[''], '\r\n'],
    [['a,b', 'say "hi"', 'two\nlines'], '"a,b","say ""hi""","two\nlines"\r\n'],
    [['=1+1'], "'=1+1\r\n"],
    [['+86'], "'+86\r\n"],
    [['-5.00'], "'-5.00\r\n"],
    [['@sum'], "'@sum\r\n"],
    [['\tx'], "'\tx\r\n"],
    [['\rx'], '"\'\rx"\r\n'],
    [['=HYPERLINK("x","y")'], '"\'=HYPERLINK(""x"",""y"")"\r\n'],
    [['1=1', 'a-b', '5+5'], '1=1,a-b,5+5\r\n'],
  ];
  for (const [cells, line] of rows) {
    test(`writes ${JSON.stringify(cells)}`, () => assert.equal(csvLine(cells), line));
  }
});

describe('readCsv()', () => {
  test('reads what csvLine() has written', () => {
    const cell = fc.string().filter((text) => !/^[=+\-@\t\r]/.test(text));
    const line = fc.array(cell, { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(fc.array(line, { maxLength: 5 }), (lines) => {
        // A last line of one empty cell cannot be told from no line (RFC 4180 §2).
        const read = readCsv(lines.map(csvLine).join(''));
        assert.deepEqual(read, { ok: true, value: lines });
      }),
    );
  });

  test('takes line feeds alone, and a last line without a line break', () => {
    assert.deepEqual(readCsv('a,b\nc,"d\ne"'), {
      ok: true,
      value: [
        ['a', 'b'],
        ['c', 'd\ne'],
      ],
    });
  });

  for (const text of ['a"b', '"a', '"a"b,c', ','.repeat(300)]) {
    test(`refuses ${JSON.stringify(text.slice(0, 20))}`, () => {
      const read = readCsv(text);
      assert.equal(read.ok ? 'read' : read.rejection.code, 'import-invalid');
    });
  }
});
