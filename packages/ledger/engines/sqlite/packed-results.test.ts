import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accept, reject } from '@coinbox/protocol';
import type { Instant } from '@coinbox/protocol';
import type { Results } from '../../group-commit.ts';
import { packResults, unpackResults } from './packed-results.ts';

const now = 1_767_225_600_000 as Instant;
const before = (now - 1) as Instant;

test('results come out of their packing as they went in', () => {
  const results: Results = [
    accept({ index: 7, at: now, status: 'posted', replayed: false }),
    accept({ index: 3, at: before, status: 'posted', replayed: true }),
    accept({ index: 8, at: now, status: 'refused', code: 'claim-taken', replayed: false }),
    accept({ index: 2, at: before, status: 'refused', code: 'hold-exceeded', replayed: true }),
    reject('account-unknown', 'x'),
  ];
  const packed = packResults(results);
  assert.deepEqual(packed, [7, ...results.slice(1)]);
  assert.deepEqual(unpackResults(packed, now), results);
});
