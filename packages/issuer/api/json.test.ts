import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { MAX_JSON_DEPTH, parseJson } from './json.ts';

const parse = (text: string) => parseJson(Buffer.from(text));

/** Objects come without a prototype: brought back to plain ones for the comparison. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

const wrong: readonly (readonly [string, string])[] = [
  ['a key twice', '{"a":1,"b":2,"a":3}'],
  ['a key twice, once escaped', '{"a":1,"\\u0061":2}'],
  ['__proto__', '{"__proto__":1}'],
  ['1e400', '[1e400]'],
  ['−1e400', '-1e400'],
  ['a lone surrogate', '"\\ud800"'],
  ['a control character', '"\u0001"'],
  ['an unknown escape', '"\\x41"'],
  ['a leading zero', '01'],
  ['a plus', '+1'],
  ['NaN', 'NaN'],
  ['a trailing comma in an array', '[1,]'],
  ['a trailing comma in an object', '{"a":1,}'],
  ['single quotes', "{'a':1}"],
  ['a key that is no string', '{1:2}'],
  ['a comment', '{}//'],
  ['two values', '{} {}'],
  ['only white space', ' \n'],
  ['a byte order mark', '\ufeff{}'],
  ['a no-break space', '\u00a0{}'],
  ['33 levels', '['.repeat(33) + ']'.repeat(33)],
  ['1,000 levels', '{"a":'.repeat(1_000) + '1' + '}'.repeat(1_000)],
  ['an open string', '"abc'],
  ['an open object', '{"a"'],
];

describe('parseJson()', () => {
  for (const [name, text] of wrong) {
    test(`rejects ${name}`, () => {
      const parsed = parse(text);
      assert.equal(!parsed.ok && parsed.rejection.code, 'malformed-json');
    });
  }

  test('rejects nothing at all as malformed-empty', () => {
    const parsed = parse('');
    assert.equal(!parsed.ok && parsed.rejection.code, 'malformed-empty');
  });

  test('rejects bytes that are not UTF-8', () => {
    const parsed = parseJson(Buffer.from([0x22, 0xff, 0x22]));
    assert.equal(!parsed.ok && parsed.rejection.code, 'malformed-json');
  });

  test('takes 32 levels', () => {
    assert.equal(parse('['.repeat(MAX_JSON_DEPTH) + ']'.repeat(MAX_JSON_DEPTH)).ok, true);
  });

  test('reads what JSON.stringify writes, as JSON.parse does', () => {
    const values = fc.jsonValue({ maxDepth: 5 }).filter((value) => {
      const text = JSON.stringify(value);
      return !text.includes('__proto__') && text.isWellFormed();
    });
    fc.assert(
      fc.property(values, fc.constantFrom(0, 1), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        const parsed = parse(text);
        assert.ok(parsed.ok, text);
        assert.deepEqual(plain(parsed.value), JSON.parse(text));
      }),
      { numRuns: 500 },
    );
  });

  test('takes nothing that JSON.parse refuses, and reads it alike', () => {
    const pieces = ['{', '}', '[', ']', ',', ':', '"a"', '"b"', '1', '-', '.5', 'e3', 'true', ' '];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 8 }), (some) => {
        const text = some.join('');
        const parsed = parse(text);
        if (parsed.ok) assert.deepEqual(plain(parsed.value), JSON.parse(text));
      }),
      { numRuns: 3_000 },
    );
  });
});
