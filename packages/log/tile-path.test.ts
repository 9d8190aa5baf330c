import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { bundleOf, parseTilePath, tilePath } from './tile-path.ts';
import type { TileName } from './tile-path.ts';

const rows: readonly (readonly [string, TileName])[] = [
  ['tile/0/000', { level: 0, number: 0, width: 256 }],
  // The number that tlog-tiles has as its example.
  ['tile/0/x001/x234/067', { level: 0, number: 1_234_067, width: 256 }],
  ['tile/3/999', { level: 3, number: 999, width: 256 }],
  ['tile/3/x001/000', { level: 3, number: 1000, width: 256 }],
  ['tile/0/x273/000.p/112', { level: 0, number: 273_000, width: 112 }],
  ['tile/entries/001.p/1', { level: 'entries', number: 1, width: 1 }],
  ['tile/63/000.p/255', { level: 63, number: 0, width: 255 }],
];

describe('tilePath() and parseTilePath()', () => {
  for (const [path, name] of rows) {
    it(`know ${path}`, () => {
      assert.equal(tilePath(name), path);
      assert.deepEqual(parseTilePath(path), name);
    });
  }

  it('are each other', () => {
    const names = fc.record({
      level: fc.oneof(fc.nat({ max: 63 }), fc.constant('entries' as const)),
      number: fc.nat({ max: 10 ** 12 }),
      width: fc.integer({ min: 1, max: 256 }),
    });
    fc.assert(
      fc.property(names, (name) => {
        assert.deepEqual({ ...parseTilePath(tilePath(name)) }, { ...name });
      }),
    );
  });

  const wrong = [
    '',
    'checkpoint',
    'tile/0',
    'tile/0/0',
    'tile/0/0000',
    'tile/0/x000/001',
    'tile/0/001/x234',
    'tile/00/000',
    'tile/64/000',
    'tile/0/000.p/0',
    'tile/0/000.p/256',
    'tile/0/000.p/01',
    'tile/0/000.p/',
    'tile/0/000/',
    'tile/0/../000',
    '/tile/0/000',
    'tile/0/000.new',
    'tile/0/000\n',
  ];
  for (const path of wrong) {
    it(`are not ${JSON.stringify(path)}`, () => assert.equal(parseTilePath(path), undefined));
  }
});

describe('bundleOf()', () => {
  it('puts the length before each leaf', () => {
    const bundle = bundleOf(Uint8Array.of(1, 2, 3, 4, 5, 6), 3);
    assert.deepEqual(bundle, Uint8Array.of(0, 3, 1, 2, 3, 0, 3, 4, 5, 6));
  });
});
