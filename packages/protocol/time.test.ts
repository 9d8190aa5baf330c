import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LATEST_INSTANT, formatInstant, isInstant, later } from './time.ts';
import type { Instant } from './time.ts';

describe('isInstant()', () => {
  it('takes whole milliseconds from 1970 to the end of 9999', () => {
    for (const at of [0, 1, 1_772_352_000_000, 253_402_300_799_999]) {
      assert.equal(isInstant(at), true);
    }
    for (const at of [-1, 1.5, Number.NaN, Infinity, 253_402_300_800_000, 1n, '1', null]) {
      assert.equal(isInstant(at), false);
    }
  });
});

describe('formatInstant() and later()', () => {
  it('write RFC 3339 in UTC', () => {
    assert.equal(formatInstant(1_772_352_000_000 as Instant), '2026-03-01T08:00:00.000Z');
    assert.equal(formatInstant(LATEST_INSTANT), '9999-12-31T23:59:59.999Z');
  });

  it('stop at the latest instant', () => {
    assert.equal(later(5 as Instant, 7), 12);
    assert.equal(later(LATEST_INSTANT, 1), LATEST_INSTANT);
  });
});
