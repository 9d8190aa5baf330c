import { complaint, isTest, lineAt } from './source.ts';
import type { Source } from './source.ts';

/** The row of a table of rejections, as far as its texts go. */
export type Texts = { readonly en: string; readonly zh: string };

/** Codes that no source uses yet, each with what it is kept for. */
export type Reserved = Readonly<Record<string, string>>;

/** Every code of the table stands as a literal in some source, or is reserved with a reason. */
export function checkCodesUsed(
  codes: readonly string[],
  sources: readonly Source[],
  reserved: Reserved,
  listPath: string,
): readonly string[] {
  const readers = sources.filter(
    ({ path }) =>
      path.startsWith('packages/') &&
      !path.startsWith('packages/protocol/rejections') &&
      !isTest(path),
  );
  const used = new Set(
    readers.flatMap(({ text }) =>
      [...text.matchAll(/'([a-z]+(?:-[a-z]+)*)'/g)].map(([, code]) => code),
    ),
  );
  const known = new Set(codes);
  const unused = codes
    .filter((code) => !used.has(code) && !Object.hasOwn(reserved, code))
    .map((code) => `${listPath}:1 lacks '${code}', which no source uses`);
  const stale = Object.entries(reserved).flatMap(([code, why]) => {
    if (!known.has(code)) return [`${listPath}:1 reserves '${code}', which is no code`];
    if (used.has(code)) return [`${listPath}:1 reserves '${code}', which a source uses`];
    return why.trim() === '' ? [`${listPath}:1 gives no reason for '${code}'`] : [];
  });
  return [...unused, ...stale];
}

/** The codes that a generated page documents: the first cell of each row of its tables. */
export const documentedCodes = (page: string): readonly string[] =>
  [...page.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, code]) => code as string);

/** Both ways: each code of the table is on the page, each code of the page is in the table. */
export function checkDocumented(
  codes: readonly string[],
  page: string,
  path: string,
): readonly string[] {
  const documented = new Set(documentedCodes(page));
  return [
    ...codes.filter((code) => !documented.has(code)).map((code) => `${path}:1 lacks '${code}'`),
    ...[...documented]
      .filter((code) => !codes.includes(code))
      .map((code) => `${path}:1 has '${code}', which is no code`),
  ];
}

/** Every row has an English and a Chinese text, each in its own script. */
export const checkTexts = (
  rows: Readonly<Record<string, Texts>>,
  path: string,
): readonly string[] =>
  Object.entries(rows).flatMap(([code, { en, zh }]) => {
    if (!/[A-Za-z]/.test(en) || /\p{Script=Han}/u.test(en)) {
      return [`${path}:1 '${code}' has no English text`];
    }
    return /\p{Script=Han}/u.test(zh) ? [] : [`${path}:1 '${code}' has no Chinese text`];
  });

/** In a source, an `en:` with a text has a `zh:` with one in the same braces. */
export const checkPairs = (source: Source): readonly string[] =>
  [...source.code.matchAll(/\ben\s*:\s*['"`]/g)]
    .filter(({ index }) => !/\bzh\s*:\s*['"`]/.test(bracesAround(source.code, index)))
    .map(({ index }) => complaint(source, lineAt(source.text, index), 'has en without zh'));

/** What stands between the braces around an offset, without what stands in braces further in. */
function bracesAround(code: string, offset: number): string {
  let depth = 0;
  let before = '';
  for (let i = offset - 1; i >= 0 && depth >= 0; i--) {
    depth += code[i] === '}' ? 1 : code[i] === '{' ? -1 : 0;
    if (depth === 0) before = code[i] + before;
  }
  depth = 0;
  let after = '';
  for (let i = offset; i < code.length && depth >= 0; i++) {
    depth += code[i] === '{' ? 1 : code[i] === '}' ? -1 : 0;
    if (depth === 0) after += code[i];
  }
  return before + after;
}
