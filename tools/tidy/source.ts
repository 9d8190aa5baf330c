import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { maskSource } from './scan.ts';

/** One file of the repository: `path` is relative to its root, with `/`. */
export type Source = {
  readonly path: string;
  readonly text: string;
  /** The text with everything blanked that is not code: same length, same lines. */
  readonly code: string;
};

/** Folders that no rule looks into. */
const passedOver = new Set(['node_modules', '.git', '.coinbox', 'dist']);

/** Every file below `root`, sorted, as paths relative to it. */
export function listFiles(root: string, below = ''): readonly string[] {
  const found: string[] = [];
  for (const entry of readdirSync(join(root, below), { withFileTypes: true })) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory() && !passedOver.has(entry.name)) found.push(...listFiles(root, path));
    if (entry.isFile()) found.push(path);
  }
  return found.sort();
}

export const sourceOf = (path: string, text: string): Source => ({
  path,
  text,
  code: maskSource(text),
});

/** Reads the TypeScript files among `paths`. */
export const readSources = (root: string, paths: readonly string[]): readonly Source[] =>
  paths
    .filter((path) => /\.tsx?$/.test(path))
    .map((path) => sourceOf(path, readFileSync(join(root, path), 'utf8')));

const testPath = /\.test\.tsx?$|(?:^|\/)(?:testing|conformance|fixtures)(?:\.ts$|\/)/;

/** A test, or what only tests use: twins of ports, suites run over each engine, fixtures. */
export const isTest = (path: string): boolean => testPath.test(path);

/** The line, from 1, of an offset. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line++;
  return line;
}

/** What a checker says about one place. */
export const complaint = (source: { path: string }, line: number, says: string): string =>
  `${source.path}:${line} ${says}`;
