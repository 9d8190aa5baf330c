import { isTest } from './source.ts';
import type { Source } from './source.ts';

/** Where a file without a test of its own is tested, and why there. */
export type Covered = Readonly<Record<string, { readonly by: string; readonly why: string }>>;

const exportsFunction = [
  /^export\s+(?:default\s+)?(?:async\s+)?function\b/m,
  /^export\s+(?:default\s+)?(?:abstract\s+)?class\b/m,
  /^export\s+const\s+\w+[^;]*?[^=<>!]=\s*(?:async\s*)?(?:<[^>(]*>\s*)?\([^;]*=>/m,
];

/** Does the file export a function, a class, or a constant that is an arrow function? */
export const hasLogic = (source: Source): boolean =>
  exportsFunction.some((pattern) => pattern.test(source.code));

/** Every file with logic has a test beside it, or is listed; and the list says nothing untrue. */
export function checkMirrors(
  sources: readonly Source[],
  paths: readonly string[],
  covered: Covered,
  listPath: string,
): readonly string[] {
  const there = new Set(paths);
  const testOf = (path: string): string => path.replace(/\.(tsx?)$/, '.test.$1');
  const wanting = new Map(
    sources
      .filter((source) => !isTest(source.path) && !source.path.endsWith('.d.ts'))
      .filter((source) => hasLogic(source) && !there.has(testOf(source.path)))
      .map((source) => [source.path, source]),
  );
  const missing = [...wanting.keys()]
    .filter((path) => !Object.hasOwn(covered, path))
    .map((path) => `${path}:1 has no ${testOf(path).split('/').at(-1)} and is not in ${listPath}`);
  const stale = Object.entries(covered).flatMap(([path, { by, why }]) => {
    if (!wanting.has(path)) return [`${listPath}:1 lists ${path}, which needs no entry`];
    if (!there.has(by) || !isTest(by)) return [`${listPath}:1 names ${by}, which is no test`];
    return why.trim() === '' ? [`${listPath}:1 gives no reason for ${path}`] : [];
  });
  return [...missing, ...stale];
}
