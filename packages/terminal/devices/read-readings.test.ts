import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { readReadings } from './read-readings.ts';

const good = { at: 1_772_352_000_000, phase: 'active' };

describe('readReadings()', () => {
  it('reads counters as text and as whole numbers, and items', () => {
    const items = [{ sku: '可乐', count: 2 }];
    const json = [{ ...good, energyWh: '9223372036854775807', cycles: 3, items }, good];
    assert.deepEqual(readReadings(json), {
      ok: true,
      value: [
        { at: good.at, phase: 'active', energyWh: 9_223_372_036_854_775_807n, cycles: 3n, items },
        { at: good.at, phase: 'active' },
      ],
    });
  });

  const rows: readonly (readonly [title: string, json: unknown])[] = [
    ['something that is no list', { 0: good }],
    ['more readings than anybody tells at once', Array.from({ length: 1_001 }, () => good)],
    ['null', [null]],
    ['a list in the list', [[]]],
    ['a field that no reading has', [{ ...good, energyWH: '1' }]],
    ['a reading without a time', [{ phase: 'active' }]],
    ['a time as text', [{ ...good, at: '2026-03-01' }]],
    ['half a millisecond', [{ ...good, at: 0.5 }]],
    ['a phase that is none', [{ ...good, phase: 'toString' }]],
    ['a counter below nothing', [{ ...good, energyWh: -1 }]],
    ['a counter with a point', [{ ...good, energyWh: '1.5' }]],
    ['a counter that is no number', [{ ...good, energyWh: 'many' }]],
    ['a counter as null', [{ ...good, energyWh: null }]],
    ['a counter above 2^63−1', [{ ...good, energyWh: '9223372036854775808' }]],
    ['a number that has lost digits', [{ ...good, energyWh: 2 ** 53 }]],
    ['items that are no list', [{ ...good, items: {} }]],
    ['an item without an article', [{ ...good, items: [{ count: 1 }] }]],
    ['an item of no pieces', [{ ...good, items: [{ sku: 'a', count: 0 }] }]],
    ['an article that no message can carry', [{ ...good, items: [{ sku: 'e\u0301', count: 1 }] }]],
    ['an article of half a character', [{ ...good, items: [{ sku: '\ud800', count: 1 }] }]],
  ];
  for (const [title, json] of rows) {
    it(`refuses ${title}`, () => {
      const read = readReadings(json);
      assert.equal(!read.ok && read.rejection.code, 'malformed-value');
    });
  }

  it('never throws, whatever the JSON', () => {
    fc.assert(fc.property(fc.jsonValue(), (json) => void readReadings([json])));
  });
});
