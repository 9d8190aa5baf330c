import { posix } from 'node:path';
import { complaint, isTest, lineAt } from './source.ts';
import type { Source } from './source.ts';

/**
 * Which packages of ours a package may import. A folder that is not here may import any but cli.
 */
export const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  protocol: [],
  tariff: [],
  storage: ['protocol'],
  ledger: ['protocol', 'storage'],
  link: ['protocol'],
  log: ['protocol'],
  evidence: ['protocol'],
  issuer: ['protocol', 'tariff', 'ledger', 'storage', 'log'],
  terminal: ['protocol', 'tariff', 'storage', 'link'],
  provider: ['protocol', 'tariff', 'storage', 'link'],
  payer: ['protocol', 'storage'],
  console: ['protocol', 'payer', 'tariff'],
  verifier: [],
};

/**
 * What the verifier is tested with: a history that a real issuer has made. The verifier itself
 * shares no code with anybody.
 */
const isVerifiersTest = (path: string): boolean =>
  path.startsWith('packages/verifier/') && (isTest(path) || path.includes('/testing/'));

/** What a package.json says that matters here, by the name of the folder below packages/. */
export type Packages = ReadonlyMap<
  string,
  { readonly exports: Readonly<Record<string, unknown>>; readonly imports?: unknown }
>;

export type Import = { readonly specifier: string; readonly line: number };

const importForms =
  /(?:\b(?:import|export)\b[^;'"()]*?\bfrom\s*|\bimport\s*|\bimport\s*\(\s*)(['"])/g;

/** Every static, dynamic and type import of a file, and every re-export. */
export const importsOf = (source: Source): readonly Import[] =>
  [...source.code.matchAll(importForms)].map((found) => {
    const from = found.index + found[0].length;
    const to = source.text.indexOf(found[1] as string, from);
    return { specifier: source.text.slice(from, to), line: lineAt(source.text, from) };
  });

/** The package a file belongs to, or the folder at the root. */
const ownerOf = (path: string): string => {
  const [first, second] = path.split('/');
  return first === 'packages' ? (second as string) : `/${first}`;
};

/** Imports across packages: only the allowed ones, and only through what a package exports. */
export function checkImports(sources: readonly Source[], packages: Packages): readonly string[] {
  return sources.flatMap((source) =>
    importsOf(source).flatMap(({ specifier, line }) => {
      const wrong = specifier.startsWith('.')
        ? wrongWithRelative(source.path, specifier)
        : wrongWithPackage(source.path, specifier, packages);
      return wrong === undefined ? [] : [complaint(source, line, wrong)];
    }),
  );
}

function wrongWithRelative(path: string, specifier: string): string | undefined {
  if (!/\.(?:tsx?|json|css)$/.test(specifier)) {
    return `imports '${specifier}' without the ending of the file`;
  }
  const target = posix.join(posix.dirname(path), specifier);
  return ownerOf(target) === ownerOf(path)
    ? undefined
    : `imports '${specifier}' of another package by its path`;
}

function wrongWithPackage(path: string, specifier: string, packages: Packages): string | undefined {
  const match = /^@coinbox\/([\w-]+)(\/.*)?$/.exec(specifier);
  if (!match) return undefined;
  const [name, subpath] = [match[1] as string, match[2]];
  const owner = ownerOf(path);
  if (owner === name) return `imports its own package by name: '${specifier}'`;
  if (name === 'cli') return 'imports cli, which nobody may';
  const allowed = isVerifiersTest(path) ? undefined : ALLOWED[owner];
  if (allowed && !allowed.includes(name)) return `is in ${owner}, which may not import ${name}`;
  if (!packages.get(name)?.exports[`.${subpath ?? ''}`]) {
    return `imports '${specifier}', which the package does not export`;
  }
  if (subpath === '/testing' && owner in ALLOWED && !isTest(path) && !isVerifiersTest(path))
    return `imports '${specifier}' outside of a test`;
  return undefined;
}

/** Cycles of files, type imports included: each once, as the files in order of their names. */
export function findCycles(sources: readonly Source[], packages: Packages): readonly string[] {
  const paths = new Set(sources.map(({ path }) => path));
  const next = new Map(
    sources.map((source) => [
      source.path,
      importsOf(source)
        .flatMap(({ specifier }) => targetsOf(source.path, specifier, packages))
        .filter((target) => paths.has(target)),
    ]),
  );
  return connected(next)
    .filter(([first, ...more]) => more.length > 0 || next.get(first)?.includes(first))
    .map((members) => `${members[0]}:1 is in an import cycle: ${members.join(' ')}`)
    .sort();
}

/** The files an import may stand for. A private name (`#…`) has one for each condition. */
function targetsOf(path: string, specifier: string, packages: Packages): readonly string[] {
  if (specifier.startsWith('.')) return [posix.join(posix.dirname(path), specifier)];
  const [owner, named] = specifier.startsWith('#')
    ? [ownerOf(path), (packages.get(ownerOf(path))?.imports as Named | undefined)?.[specifier]]
    : namedExport(specifier, packages);
  return filesIn(named).map((file) => posix.join('packages', owner, file));
}

type Named = Readonly<Record<string, unknown>>;

function namedExport(specifier: string, packages: Packages): readonly [string, unknown] {
  const match = /^@coinbox\/([\w-]+)(\/.*)?$/.exec(specifier);
  const name = match?.[1] ?? '';
  return [name, packages.get(name)?.exports[`.${match?.[2] ?? ''}`]];
}

function filesIn(target: unknown): readonly string[] {
  if (typeof target === 'string') return [target];
  return typeof target === 'object' && target !== null
    ? Object.values(target).flatMap(filesIn)
    : [];
}

/** Tarjan's strongly connected components, each sorted. */
function connected(
  next: ReadonlyMap<string, readonly string[]>,
): readonly (readonly [string, ...string[]])[] {
  const found: [string, ...string[]][] = [];
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const stack: string[] = [];
  const visit = (node: string): void => {
    order.set(node, order.size);
    lowest.set(node, order.get(node) as number);
    stack.push(node);
    for (const target of next.get(node) ?? []) {
      if (!order.has(target)) visit(target);
      if (stack.includes(target)) {
        lowest.set(node, Math.min(lowest.get(node) as number, lowest.get(target) as number));
      }
    }
    if (lowest.get(node) !== order.get(node)) return;
    found.push(stack.splice(stack.indexOf(node)).sort() as [string, ...string[]]);
  };
  for (const node of next.keys()) if (!order.has(node)) visit(node);
  return found;
}
