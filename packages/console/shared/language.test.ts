import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fill, formatDecimal, formatTime, localeOf } from './language.ts';

test('fill() puts values where their names stand, and leaves what has none', () => {
  assert.equal(fill('{n} of {all}: {n}', { n: 3, all: '7' }), '3 of 7: 3');
  assert.equal(fill('{n} of {all}', { n: 3 }), '3 of {all}');
});

/** decimal, English, Chinese */
const decimals: readonly [string, string, string][] = [
  ['1234.50', '1,234.50', '1,234.50'],
  ['-0.05', '-0.05', '-0.05'],
  ['1200', '1,200', '1,200'],
  ['92233720368547758.07', '92,233,720,368,547,758.07', '92,233,720,368,547,758.07'],
];

for (const [decimal, english, chinese] of decimals) {
  test(`formatDecimal() shows ${decimal} to the last digit`, () => {
    assert.equal(formatDecimal(decimal, 'en'), english);
    assert.equal(formatDecimal(decimal, 'zh'), chinese);
  });
}

test('formatTime() and localeOf() follow the language', () => {
  assert.equal(localeOf('zh'), 'zh-Hans');
  assert.match(formatTime('2026-11-23T08:00:00Z', 'en'), /26/);
});
