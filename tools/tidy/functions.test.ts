import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { functionsIn } from './functions.ts';
import { maskSource } from './scan.ts';

/** The first and last line of every function of a source. */
const spans = (source: string): readonly string[] =>
  functionsIn(maskSource(source)).map(({ from, to }) => `${from}-${to}`);

const rows: readonly [string, string, readonly string[]][] = [
  ['a function', 'function a() {\n}\n', ['1-2']],
  ['a return type', 'function a(): Result<{ b: C }> {\n\n}\n', ['1-3']],
  ['a return type that is an object', 'function a(): { b: C } | undefined {\n\n}\n', ['1-3']],
  ['a predicate', 'function a(b: unknown): b is { c: D } {\n}\n', ['1-2']],
  ['an array type', 'function a(): readonly [A, B][] {\n}\n', ['1-2']],
  ['a returned function type', 'function a(): (b: C) => D {\n}\n', ['1-2']],
  ['parameters over lines', 'function a(\n  b: C,\n): D {\n}\n', ['1-4']],
  ['an overload', 'function a(b: C): D;\nfunction a() {\n}\n', ['2-3']],
  ['a method and a getter', 'class A {\n  b() {\n  }\n  get c(): D {\n  }\n}\n', ['2-3', '4-5']],
  ['an arrow with a body', 'const a = (): B => {\n};\n', ['1-2']],
  ['an arrow without a body', 'const a = () =>\n  b(\n    c,\n  );\n', ['1-4']],
  ['an arrow that gives an object', 'const a = () => ({\n  b,\n});\n', ['1-3']],
  ['functions within functions', 'function a() {\n  b(() => {\n  });\n}\n', ['1-4', '2-3']],
  ['control flow', 'if (a) {\n}\nfor (const b of c) {\n}\nwhile (d) {\n}\n', []],
  ['control flow after a block', 'try {\n} catch (a) {\n}\nswitch (b) {\n}\n', []],
  ['a conditional expression', 'const a = b ? c(d) : { e };\nconst f = 1;\n', []],
  ['braces in strings and regular expressions', "f('() => {');\nconst a = /\\(\\) {/;\n", []],
];

describe('functionsIn()', () => {
  for (const [title, source, expected] of rows) {
    it(`measures: ${title}`, () => {
      assert.deepEqual(spans(source), expected);
    });
  }

  it('counts the lines of the head and of the end', () => {
    const [measured] = functionsIn(`function a() {\n${'b;\n'.repeat(69)}}\n`);
    assert.equal(measured?.lines, 71);
  });

  it('marks the callback of a test at the outermost level, and no other', () => {
    const source = maskSource(
      [
        "describe('a', () => {",
        "  it('b', () => {",
        '  });',
        '});',
        "test.skip('c', async () => {",
        '});',
        'describe(',
        "  'a long title',",
        '  () => {',
        '  },',
        ');',
        'run(() => {});',
      ].join('\n'),
    );
    const marks = functionsIn(source).map(({ from, isOuterTest }) => [from, isOuterTest]);
    assert.deepEqual(marks, [
      [1, true],
      [2, false],
      [5, true],
      [9, true],
      [12, false],
    ]);
  });
});
