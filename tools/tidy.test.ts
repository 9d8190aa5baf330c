import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { REJECTIONS } from '@coinbox/protocol';
import { REJECTIONS as TARIFF_REJECTIONS } from '@coinbox/tariff';
import { rejectionsPage } from './docs/rejections-page.ts';
import { checkCodesUsed, checkDocumented, checkPairs, checkTexts } from './tidy/codes.ts';
import type { Reserved } from './tidy/codes.ts';
import { checkImports, findCycles } from './tidy/imports.ts';
import type { Packages } from './tidy/imports.ts';
import { checkLinks } from './tidy/links.ts';
import { checkMirrors } from './tidy/mirrors.ts';
import type { Covered } from './tidy/mirrors.ts';
import { checkExportedNames, checkFileNames } from './tidy/names.ts';
import { checkPure, checkSize, checkSyntax } from './tidy/rules.ts';
import { listFiles, readSources } from './tidy/source.ts';

// The rules of the repository, held to its files. That each rule can fail is shown beside the
// checkers, in tools/tidy/*.test.ts.

const root = join(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const paths = listFiles(root);
const sources = readSources(root, paths);

const packages: Packages = new Map(
  paths
    .filter((path) => /^packages\/[^/]+\/package\.json$/.test(path))
    .map((path) => {
      const { exports = {}, imports } = JSON.parse(read(path));
      return [path.split('/')[1] as string, { exports, imports }];
    }),
);

const COVERED = 'tools/tidy/covered-elsewhere.json';
const RESERVED = 'tools/tidy/reserved-codes.json';
const CODES_PAGE = 'docs/reference/rejections.md';

/** Fails with every complaint on a line of its own. */
function holds(complaints: readonly string[]): void {
  assert.ok(complaints.length === 0, `${complaints.length} found:\n${complaints.join('\n')}`);
}

describe('the repository', () => {
  it('is found: packages, sources and pages', () => {
    assert.ok(packages.size >= 10);
    assert.ok(sources.some(({ path }) => path === 'packages/protocol/index.ts'));
    assert.ok(paths.some((path) => path.endsWith('.md')));
  });

  it('lets packages import each other only as allowed and only by what they export', () => {
    holds(checkImports(sources, packages));
  });

  it('has no import cycle between files', () => {
    holds(findCycles(sources, packages));
  });

  it('keeps functions to 70 lines, files to 400, lines to 100 columns', () => {
    holds(sources.flatMap(checkSize));
  });

  it('has no clock, chance, timer or I/O in the pure core', () => {
    holds(sources.flatMap(checkPure));
  });

  it('tests every file with logic beside it, or says where', () => {
    const ours = sources.filter(({ path }) => /^(?:packages|tools)\//.test(path));
    holds(checkMirrors(ours, paths, JSON.parse(read(COVERED)) as Covered, COVERED));
  });

  it('names files and exports without words that mean anything', () => {
    holds([...checkFileNames(paths), ...sources.flatMap(checkExportedNames)]);
  });

  it('has no syntax that type stripping cannot take away, and no way round the types', () => {
    holds(sources.flatMap(checkSyntax));
  });

  it('uses every code of the rejection table, or says what it is kept for', () => {
    const reserved = JSON.parse(read(RESERVED)) as Reserved;
    holds(checkCodesUsed(Object.keys(REJECTIONS), sources, reserved, RESERVED));
  });

  it('documents every code of the rejection table, and no other', () => {
    const page = read(CODES_PAGE);
    holds(checkDocumented(Object.keys(REJECTIONS), page, CODES_PAGE));
    assert.equal(page, rejectionsPage(), `${CODES_PAGE} is old: run node tools/make-docs.ts`);
  });

  it('has a Chinese text for every English one', () => {
    holds([
      ...checkTexts(REJECTIONS, 'packages/protocol/rejections.ts'),
      ...checkTexts(TARIFF_REJECTIONS, 'packages/tariff/rejections.ts'),
      ...sources.flatMap(checkPairs),
    ]);
  });

  it('links only to pages, files and headings that are there', () => {
    const pages = paths.filter((path) => path.endsWith('.md'));
    holds(
      checkLinks(
        pages.map((path) => ({ path, text: read(path) })),
        paths,
      ),
    );
  });
});
