import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkMirrors, hasLogic } from './mirrors.ts';
import type { Covered } from './mirrors.ts';
import { sourceOf } from './source.ts';

describe('hasLogic()', () => {
  const withLogic = [
    'export function a() {}',
    'export async function a() {}',
    'export class A {}',
    'export const a = () => 1;',
    'export const a = (b: C): D => b;',
    'export const a: E = async (b) => b;',
    'export const a: (b: C) => D = (b) => b;',
    'export const a = <T>(b: T) => b;',
  ];
  for (const text of withLogic) {
    it(`is true for: ${text}`, () => {
      assert.equal(hasLogic(sourceOf('a.ts', text)), true);
    });
  }

  const without = [
    'export const a = 1;\nconst b = () => 1;',
    'export const a = { b: 1 };',
    'export type A = () => void;',
    "export { a } from './a.ts';",
    'const a = () => 1;',
    '// export function a() {}',
  ];
  for (const text of without) {
    it(`is false for: ${JSON.stringify(text)}`, () => {
      assert.equal(hasLogic(sourceOf('a.ts', text)), false);
    });
  }
});

describe('checkMirrors()', () => {
  const logic = 'export function a() {}';
  const check = (files: string[], covered: Covered = {}) =>
    checkMirrors(
      files.map((path) => sourceOf(path, path.includes('plain') ? '' : logic)),
      files,
      covered,
      'list.json',
    );

  it('takes a file with a test beside it, one that is listed, and one without logic', () => {
    const files = ['p/a.ts', 'p/a.test.ts', 'p/b.ts', 'p/plain.ts'];
    assert.deepEqual(check(files, { 'p/b.ts': { by: 'p/a.test.ts', why: 'part of a' } }), []);
  });

  it('finds a file without a test', () => {
    assert.deepEqual(check(['p/a.ts']), ['p/a.ts:1 has no a.test.ts and is not in list.json']);
  });

  it('finds stale entries of the list', () => {
    const files = ['p/a.ts', 'p/a.test.ts', 'p/b.ts', 'p/c.ts'];
    const entry = { by: 'p/a.test.ts', why: 'x' };
    const found = check(files, {
      'p/a.ts': entry,
      'p/gone.ts': entry,
      'p/b.ts': { by: 'p/gone.test.ts', why: 'x' },
      'p/c.ts': { by: 'p/a.test.ts', why: '' },
    });
    assert.deepEqual(found, [
      'list.json:1 lists p/a.ts, which needs no entry',
      'list.json:1 lists p/gone.ts, which needs no entry',
      'list.json:1 names p/gone.test.ts, which is no test',
      'list.json:1 gives no reason for p/c.ts',
    ]);
  });
});
