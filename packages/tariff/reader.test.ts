import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Json } from './json.ts';
import { rationalText } from './rational.ts';
import type { Fields, Notes } from './reader.ts';
import { present, readDecimal, readList, readMinor, readText, readWhole } from './reader.ts';
import { readWord, refuseUnknown } from './reader.ts';

function fieldsOf(values: { [name: string]: Json }): Fields & { notes: Notes } {
  return { path: 'place', values, notes: {} };
}

describe('reader', () => {
  test('an absent field is undefined, and no fault', () => {
    const fields = fieldsOf({});
    assert.equal(readText(fields, 'a', 9), undefined);
    assert.equal(readDecimal(fields, 'a'), undefined);
    assert.equal(readMinor(fields, 'a', 2), undefined);
    assert.equal(readWhole(fields, 'a', 0n), undefined);
    assert.equal(readWord(fields, 'a', ['x']), undefined);
    assert.deepEqual(readList(fields, 'a', 9), []);
    assert.equal(fields.notes.rejection, undefined);
  });

  test('a field that only the prototype has is absent', () => {
    assert.equal(readText(fieldsOf({}), 'toString', 9), undefined);
  });

  test('values are read in their form', () => {
    const fields = fieldsOf({ a: '1.50', b: '15', c: 'x', d: [{}, {}] });
    assert.equal(rationalText(readDecimal(fields, 'a')!), '1.5');
    assert.equal(readMinor(fields, 'a', 2), 150n);
    assert.equal(readWhole(fields, 'b', 1n), 15n);
    assert.equal(readWord(fields, 'c', ['x', 'y']), 'x');
    assert.equal(readList(fields, 'd', 2)[1]?.path, 'place.d[1]');
    assert.equal(fields.notes.rejection, undefined);
  });

  test('the first fault stands', () => {
    const fields = fieldsOf({ a: 'x', b: '-1' });
    readDecimal(fields, 'b');
    readDecimal(fields, 'a');
    refuseUnknown(fields, ['a'], 'tariff-field-unknown');
    assert.deepEqual(fields.notes.rejection, {
      code: 'tariff-number-negative',
      detail: 'place.b',
    });
  });

  test('present() leaves undefined out', () => {
    assert.deepEqual(present({ a: 1, b: undefined, c: 0 }), { a: 1, c: 0 });
  });
});
