import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { numberText, readJsonText, toJson } from './json.ts';

describe('json', () => {
  test('readJsonText() keeps every digit of a number', () => {
    assert.deepEqual(readJsonText('{"a":0.123456789012345678,"b":[1.50,-0,2e2]}'), {
      a: '0.123456789012345678',
      b: ['1.5', '0', '200'],
    });
  });

  test('readJsonText() gives nothing for what is not JSON', () => {
    for (const text of ['', '{', '{"a":}', 'NaN', "{'a':1}"]) {
      assert.equal(readJsonText(text), undefined, text);
    }
  });

  test('toJson() leaves out fields that are null or undefined, and keeps such items', () => {
    assert.deepEqual(toJson({ a: null, b: undefined, c: [null, 1n, true] }), {
      c: [null, '1', true],
    });
  });

  test('toJson() gives nothing for what JSON cannot express', () => {
    const cycle: { self?: object } = {};
    cycle.self = cycle;
    for (const value of [Number.NaN, Infinity, () => 1, Symbol('x'), undefined, cycle]) {
      assert.equal(toJson(value), undefined);
    }
  });

  test('toJson() stops at fifty thousand values', () => {
    assert.equal(toJson(Array.from({ length: 60_000 }, () => 1)), undefined);
  });

  test('numberText() keeps a number it cannot read as it is', () => {
    assert.equal(numberText('1e300'), '1e300');
  });
});
