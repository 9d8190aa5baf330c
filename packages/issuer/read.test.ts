import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  amount,
  bytes,
  indexText,
  needed,
  object,
  oneOf,
  optional,
  publicKey,
  whole,
} from './read.ts';
import type { Reader } from './read.ts';

const codeOf = (read: Reader<unknown>, value: unknown): string | undefined => {
  const result = read(value);
  return result.ok ? undefined : result.rejection.code;
};

const both = object({ amount: needed(amount), count: optional(whole) });

describe('object()', () => {
  const rows: readonly (readonly [unknown, string | undefined])[] = [
    [{ amount: '1' }, undefined],
    [{ amount: '1', count: 0 }, undefined],
    [{}, 'malformed-missing-field'],
    [{ amount: '1', more: 1 }, 'malformed-unknown-field'],
    [{ amount: '1', toString: 1 }, 'malformed-unknown-field'],
    [{ amount: 1 }, 'amount-syntax'],
    [{ amount: '1', count: '0' }, 'malformed-type'],
    [[], 'malformed-type'],
    [null, 'malformed-type'],
    [undefined, 'malformed-type'],
    ['{}', 'malformed-type'],
  ];
  for (const [value, code] of rows) {
    test(`says ${code ?? 'nothing'} to ${JSON.stringify(value)}`, () => {
      assert.equal(codeOf(both, value), code);
    });
  }

  test('names the field that is wrong', () => {
    const read = both({ amount: 'x' });
    assert.match((!read.ok && read.rejection.detail) || '', /^\/amount/);
  });
});

describe('the readers of single values', () => {
  test('take whole numbers up to 2^53−1', () => {
    for (const good of [0, 1, 2 ** 53 - 1]) assert.equal(codeOf(whole, good), undefined);
    for (const bad of [-1, 1.5, 2 ** 53]) assert.equal(codeOf(whole, bad), 'malformed-value');
  });

  test('take the index of an entry out of a query', () => {
    for (const [good, index] of [
      ['0', 0],
      ['10', 10],
      ['999999999999999', 999_999_999_999_999],
    ] as const) {
      assert.deepEqual(indexText(good), { ok: true, value: index });
    }
    const bad = ['', '-1', '+1', '01', '1.5', '1e3', ' 1', '１', 'abc', '1000000000000000', 7];
    for (const value of bad) assert.equal(codeOf(indexText, value), 'malformed-value', `${value}`);
  });

  test('take base64url in its one form', () => {
    assert.equal(codeOf(bytes, 'AQI'), undefined);
    for (const bad of ['AQI=', 'AQJ', 'A+/_', 'A', ' AQI']) {
      assert.equal(codeOf(bytes, bad), 'malformed-value', bad);
    }
    assert.equal(codeOf(bytes, 1), 'malformed-type');
  });

  test('take one of a list of words', () => {
    assert.equal(codeOf(oneOf('a', 'b'), 'b'), undefined);
    assert.equal(codeOf(oneOf('a', 'b'), 'c'), 'parameter-invalid');
    assert.equal(codeOf(oneOf('a', 'b'), 1), 'malformed-type');
  });

  test('take a key with its algorithm', () => {
    assert.equal(codeOf(publicKey, { algorithm: 'EdDSA', bytes: 'AQI' }), undefined);
    assert.equal(codeOf(publicKey, { algorithm: 'RS256', bytes: 'AQI' }), 'parameter-invalid');
  });
});
