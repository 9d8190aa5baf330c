import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hrefTo, readRoute } from './route.ts';

const read = (fragment: string) => {
  const { page, about, words } = readRoute(fragment);
  return [page, about, Object.fromEntries(words)];
};

test('a route is read as it was written', () => {
  const rows: [string, string, Record<string, string>][] = [
    ['payments', '', {}],
    ['terminal', 'wal_1', {}],
    ['payments', '', { status: 'refused', cursor: 'a=b&c' }],
  ];
  for (const [page, about, words] of rows) {
    assert.deepEqual(read(hrefTo(page, about, words)), [page, about, words]);
  }
});

test('without a page one is at the overview, and empty filters are no filters', () => {
  assert.deepEqual(read(''), ['overview', '', {}]);
  assert.deepEqual(read('#/'), ['overview', '', {}]);
  assert.equal(hrefTo('payments', '', { status: '' }), '#/payments');
});
