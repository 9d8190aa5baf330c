import { complaint, lineAt } from './source.ts';
import type { Source } from './source.ts';

/** Words with too many meanings to name a thing. */
const banned = new Set(['manager', 'helper', 'util', 'data', 'info', 'process', 'handle']);

/** The words of a camelCase, PascalCase, UPPER_CASE or kebab-case name, in lower case. */
export const wordsIn = (name: string): readonly string[] =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1-$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/);

/** The banned word in a name, its plural too. */
const bannedIn = (name: string): string | undefined =>
  wordsIn(name).find((word) => banned.has(word) || banned.has(word.replace(/s$/, '')));

/** Code, styles and pages; documents at the root have names of their own tradition. */
const namedByUs = /\.(?:tsx?|m?js|css|html|json)$/;
const kebabCase = /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z0-9]+(?:-[a-z0-9]+)*)*$/;

/** Names of files: kebab-case, and none of the banned words. */
export function checkFileNames(paths: readonly string[]): readonly string[] {
  return paths
    .filter((path) => namedByUs.test(path))
    .flatMap((path) => {
      const name = path.split('/').at(-1) as string;
      if (name.startsWith('.')) return [];
      const word = bannedIn(name);
      if (word) return [complaint({ path }, 1, `has the word '${word}' in its name`)];
      return kebabCase.test(name) ? [] : [complaint({ path }, 1, 'is not named in kebab-case')];
    });
}

const declared = new RegExp(
  String.raw`\bexport\s+(?:(?:declare|default|abstract|async)\s+)*` +
    String.raw`(?:const|let|function\*?|class|type|interface)\s+(\w+)`,
  'g',
);
const listed = /\bexport\s+(?:type\s+)?\{([^}]*)\}/g;

/** Every name that a file exports, with the offset it stands at. */
export function exportedNames(source: Source): readonly { name: string; line: number }[] {
  const names = [...source.code.matchAll(declared)].map((found) => ({
    name: found[1] as string,
    line: lineAt(source.text, found.index),
  }));
  const lists = [...source.code.matchAll(listed)].flatMap((found) =>
    (found[1] as string)
      .split(',')
      .map((part) => part.trim().split(/\s+/).at(-1) as string)
      .filter((name) => name !== '')
      .map((name) => ({ name, line: lineAt(source.text, found.index) })),
  );
  return [...names, ...lists];
}

/** Exported names: none of the banned words. */
export const checkExportedNames = (source: Source): readonly string[] =>
  exportedNames(source).flatMap(({ name, line }) => {
    const word = bannedIn(name);
    return word ? [complaint(source, line, `exports '${name}', with the word '${word}'`)] : [];
  });
