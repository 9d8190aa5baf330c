import { functionsIn } from './functions.ts';
import { importsOf } from './imports.ts';
import { complaint, isTest, lineAt } from './source.ts';
import type { Source } from './source.ts';

const MOST_FUNCTION_LINES = 70;
const MOST_FILE_LINES = 400;
const MOST_COLUMNS = 100;

/** Functions fit a screen, files are short, lines are at most 100 characters. */
export function checkSize(source: Source): readonly string[] {
  const lines = source.text.replace(/\n$/, '').split('\n');
  const found: string[] = [];
  if (lines.length > MOST_FILE_LINES) {
    found.push(complaint(source, lines.length, `is a file of ${lines.length} lines`));
  }
  lines.forEach((line, i) => {
    const columns = [...line].length;
    if (columns > MOST_COLUMNS) found.push(complaint(source, i + 1, `has ${columns} columns`));
  });
  for (const { from, lines: length, isOuterTest } of functionsIn(source.code)) {
    const isExempt = isTest(source.path) && (isOuterTest || isSuite(source, from));
    if (length > MOST_FUNCTION_LINES && !isExempt) {
      found.push(complaint(source, from, `begins a function of ${length} lines`));
    }
  }
  return found;
}

/**
 * A conformance suite is a function at the outermost level that holds tests, in a folder of such.
 */
const isSuite = (source: Source, line: number): boolean =>
  source.path.includes('/conformance/') &&
  /^export (?:async )?function /.test(source.text.split('\n')[line - 1] as string);

/** Files of the packages that are pure all through, but for the shells among them. */
const purePaths = [
  /^packages\/protocol\/(?!primitives-|client\.ts)/,
  /^packages\/tariff\//,
  /^packages\/ledger\/(?:decide|plan|overlay|fold|entry)\.ts$/,
  /(?:^|\/)(?:decide|step)[^/]*\.ts$/,
];

/**
 * Is this a file in which no clock, no chance and no I/O may be? `// pure` on line 1 says so too.
 */
export const isPure = ({ path, text }: Source): boolean =>
  !isTest(path) && (purePaths.some((pattern) => pattern.test(path)) || /^\/\/ pure\b/.test(text));

const impureCode: readonly (readonly [RegExp, string])[] = [
  [/\bDate\s*\.\s*now\b/g, 'Date.now'],
  [/\bnew\s+Date\s*(?:\(\s*\)|(?![\s(\w]))/g, 'new Date() without an argument'],
  [/\bMath\s*\.\s*random\b/g, 'Math.random'],
  [/\bset(?:Timeout|Interval|Immediate)\b/g, 'a timer'],
  [/(?<![.\w])process\s*\./g, 'process'],
  [/\bperformance\b/g, 'performance'],
  [/(?<![.\w])fetch\s*\(/g, 'fetch'],
  [/(?<![.\w])console\s*\./g, 'console'],
  [/\bcrypto\s*\.\s*(?:subtle|getRandomValues|randomUUID)\b/g, 'asynchronous or random crypto'],
];
const impureModule = /^(?:node:)?(?:fs|net|http|https|worker_threads|sqlite|timers)(?:\/|$)/;

/** No clock, chance, timer, I/O or log in the pure core. */
export function checkPure(source: Source): readonly string[] {
  if (!isPure(source)) return [];
  const uses = matches(source, impureCode).map(({ line, name }) =>
    complaint(source, line, `uses ${name} in the pure core`),
  );
  const imports = importsOf(source)
    .filter(({ specifier }) => impureModule.test(specifier))
    .map(({ specifier, line }) =>
      complaint(source, line, `imports '${specifier}' in the pure core`),
    );
  return [...uses, ...imports];
}

function matches(
  source: Source,
  patterns: readonly (readonly [RegExp, string])[],
): readonly { line: number; name: string }[] {
  return patterns.flatMap(([pattern, name]) =>
    [...source.code.matchAll(pattern)].map((found) => ({
      line: lineAt(source.text, found.index),
      name,
    })),
  );
}

const bannedSyntax: readonly (readonly [RegExp, string])[] = [
  [/(?<![.\w])(?:const\s+)?enum\s+\w+\s*\{/g, 'an enum'],
  [/(?<![.\w])(?:namespace|module)\s+[\w.]+\s*\{/g, 'a namespace'],
  [/@\s*\w/g, 'a decorator'],
  [/\bas\s+any\b/g, 'as any'],
];

/** Syntax that type stripping cannot take away, and ways round the type checker. */
export function checkSyntax(source: Source): readonly string[] {
  const found = matches(source, bannedSyntax).map(({ line, name }) =>
    complaint(source, line, `has ${name}`),
  );
  source.text.split('\n').forEach((line, i) => {
    // A comment that holds the word in quotes speaks about it; one that begins with it uses it.
    const used = /(?:\/\/|\/\*)\s*(@ts-(?:ignore|nocheck))\b/.exec(line)?.[1];
    if (used && !isTestText(source, i)) found.push(complaint(source, i + 1, `has ${used}`));
  });
  return found;
}

/** Is the comment on this line blanked as a string, because a test of a rule holds it? */
const isTestText = (source: Source, line: number): boolean =>
  /['"`]/.test(source.code.split('\n')[line] as string);
