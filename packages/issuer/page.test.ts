import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { softwareSigner } from '@coinbox/protocol';
import { createCursors } from './cursor.ts';
import { noQuery, pageOf, readPageQuery } from './page.ts';
import { oneOf } from './read.ts';

const cursors = createCursors(softwareSigner('EdDSA', new Uint8Array(32).fill(7)));
const filters = { status: oneOf('posted', 'refused') };
const read = (query: Record<string, unknown>) => readPageQuery('list', query, filters, cursors);

describe('readPageQuery()', () => {
  test('begins at the start with 100 items where nothing is asked for', () => {
    const asked = read({});
    assert.deepEqual(asked.ok && asked.value, { after: 0, limit: 100, filter: {}, scope: 'list' });
  });

  const rows: readonly (readonly [Record<string, unknown>, string])[] = [
    [{ more: '1' }, 'parameter-unknown'],
    [{ toString: '1' }, 'parameter-unknown'],
    [{ limit: ['1', '2'] }, 'parameter-invalid'],
    [{ limit: '0' }, 'parameter-invalid'],
    [{ limit: '501' }, 'parameter-invalid'],
    [{ limit: '1e1' }, 'parameter-invalid'],
    [{ status: 'parked' }, 'parameter-invalid'],
    [{ cursor: 'x' }, 'cursor-invalid'],
    [{ cursor: cursors.seal('list', 5), status: 'posted' }, 'cursor-invalid'],
  ];
  for (const [query, code] of rows) {
    test(`rejects ${JSON.stringify(query).slice(0, 50)}: ${code}`, () => {
      const asked = read(query);
      assert.equal(!asked.ok && asked.rejection.code, code);
    });
  }

  test('goes on where the page before has ended', () => {
    const first = read({ status: 'posted', limit: '2' });
    assert.ok(first.ok);
    const page = pageOf(['a', 'b'], 9, 5, first.value.scope, cursors);
    assert.deepEqual([page.items, page.as_of_index], [['a', 'b'], 9]);
    const second = read({ cursor: page.next, status: 'posted' });
    assert.equal(second.ok && second.value.after, 5);
  });

  test('has no cursor on the last page', () => {
    assert.equal('next' in pageOf([], 9, undefined, 'list', cursors), false);
  });
});

describe('noQuery()', () => {
  test('takes nothing', () => {
    assert.equal(noQuery({}).ok, true);
    const asked = noQuery({ a: '1' });
    assert.equal(!asked.ok && asked.rejection.code, 'parameter-unknown');
  });
});
