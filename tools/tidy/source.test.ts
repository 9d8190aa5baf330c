import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { complaint, isTest, lineAt, listFiles, readSources, sourceOf } from './source.ts';

describe('listFiles() and readSources()', () => {
  it('find the files of the repository, and none of what was installed', () => {
    const root = mkdtempSync(join(tmpdir(), 'coinbox-tidy-'));
    for (const folder of ['b/c', 'node_modules/d', '.git']) {
      mkdirSync(join(root, folder), { recursive: true });
    }
    const files = ['a.ts', 'b/c/e.md', 'b/f.test.ts', 'node_modules/d/g.ts', '.git/h.ts'];
    for (const path of files) writeFileSync(join(root, path), `'${path}'`);
    const paths = listFiles(root);
    const sources = readSources(root, paths);
    rmSync(root, { recursive: true });
    assert.deepEqual(paths, ['a.ts', 'b/c/e.md', 'b/f.test.ts']);
    assert.deepEqual(sources, [
      sourceOf('a.ts', "'a.ts'"),
      sourceOf('b/f.test.ts', "'b/f.test.ts'"),
    ]);
  });
});

describe('isTest()', () => {
  it('is true for tests and for what only tests use', () => {
    assert.equal(isTest('packages/a/b.test.ts'), true);
    assert.equal(isTest('packages/a/testing/b.ts'), true);
    assert.equal(isTest('packages/a/conformance/b.ts'), true);
    assert.equal(isTest('packages/a/testing.ts'), true);
    assert.equal(isTest('packages/a/test.ts'), false);
  });
});

describe('complaint() and lineAt()', () => {
  it('name file and line', () => {
    assert.equal(lineAt('a\nb\nc', 0), 1);
    assert.equal(lineAt('a\nb\nc', 4), 3);
    assert.equal(complaint({ path: 'a.ts' }, 3, 'is wrong'), 'a.ts:3 is wrong');
  });
});
