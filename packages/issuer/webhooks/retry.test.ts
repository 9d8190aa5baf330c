import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RETRY_WAITS, decideOutcome } from './retry.ts';
import type { Attempt, Outcome } from './retry.ts';

describe('decideOutcome()', () => {
  const rows: readonly (readonly [Attempt, number, Outcome])[] = [
    [{ status: 200 }, 1, { kind: 'delivered' }],
    [{ status: 204 }, 10, { kind: 'delivered' }],
    [{ status: 410 }, 1, { kind: 'disable' }],
    [{ status: 302 }, 1, { kind: 'retry', afterMs: 5_000 }],
    [{ status: 404 }, 2, { kind: 'retry', afterMs: 300_000 }],
    [{ status: 500 }, 9, { kind: 'retry', afterMs: 86_400_000 }],
    [{ error: 'ECONNREFUSED' }, 1, { kind: 'retry', afterMs: 5_000 }],
    [{ status: 500 }, 10, { kind: 'dead' }],
    [{ status: 102 }, 10, { kind: 'dead' }],
  ];
  for (const [attempt, number, outcome] of rows) {
    test(`attempt ${number} with ${JSON.stringify(attempt)}: ${JSON.stringify(outcome)}`, () => {
      assert.deepEqual(decideOutcome(attempt, number, 0), outcome);
    });
  }

  test('waits up to a tenth longer', () => {
    assert.deepEqual(decideOutcome({}, 1, 1), { kind: 'retry', afterMs: 5_500 });
  });

  test('gives an endpoint three days', () => {
    const hours = RETRY_WAITS.reduce((sum, wait) => sum + wait, 0) / 3_600_000;
    assert.ok(hours > 72 && hours < 80, `${hours} h`);
  });
});
