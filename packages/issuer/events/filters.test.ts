import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { entryIndex, readStreamQuery } from './filters.ts';

const session = 'ses_01HF7YAT00V5CVQD5WYNFAMH4R';

describe('readStreamQuery()', () => {
  const good: readonly (readonly [object, string | undefined, object])[] = [
    [{}, undefined, { filter: {} }],
    [{ after: '0' }, undefined, { after: 0, filter: {} }],
    [{ after: '7' }, '9', { after: 9, filter: {} }],
    [{ type: 'refund', session }, '1', { after: 1, filter: { type: 'refund', session } }],
  ];
  for (const [query, lastId, value] of good) {
    test(`reads ${JSON.stringify(query)} with Last-Event-ID ${lastId}`, () => {
      const read = readStreamQuery(query as Record<string, unknown>, lastId);
      assert.deepEqual(read, { ok: true, value });
    });
  }

  const bad: readonly (readonly [object, string | undefined, string])[] = [
    [{ limit: '1' }, undefined, 'parameter-unknown'],
    [{ after: '01' }, undefined, 'parameter-invalid'],
    [{ after: '1'.repeat(16) }, undefined, 'parameter-invalid'],
    [{ type: 'refund.posted.x' }, undefined, 'parameter-invalid'],
    [{ type: ['a', 'b'] }, undefined, 'parameter-invalid'],
    [{ wallet: 'wal_' }, undefined, 'parameter-invalid'],
    [{}, '', 'parameter-invalid'],
    [{}, '1e3', 'parameter-invalid'],
  ];
  for (const [query, lastId, code] of bad) {
    test(`refuses ${JSON.stringify(query)} with Last-Event-ID ${lastId}: ${code}`, () => {
      const read = readStreamQuery(query as Record<string, unknown>, lastId);
      assert.equal(read.ok ? undefined : read.rejection.code, code);
    });
  }
});

test('entryIndex() reads digits only', () => {
  assert.deepEqual(entryIndex('12'), { ok: true, value: 12 });
  for (const text of ['', ' 1', '1.0', 1, '１']) assert.equal(entryIndex(text).ok, false);
});
