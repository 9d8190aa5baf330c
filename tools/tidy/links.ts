import { posix } from 'node:path';

/** A Markdown page: its path from the root, and its text. */
export type Page = { readonly path: string; readonly text: string };

const inline = /!?\[(?:[^\]\\]|\\.)*\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g;
const reference = /^ {0,3}\[[^\]]+\]:\s*<?(\S+?)>?(?:\s+"[^"]*")?\s*$/gm;
const html = /\b(?:src|href)="([^"]+)"/g;

/** The text with fenced and inline code blanked: links in it are text. */
const withoutCode = (text: string): string =>
  text
    .replace(/^( {0,3})(```+|~~~+)[\s\S]*?^\1\2[^\n]*$/gm, (code) => code.replace(/[^\n]/g, ' '))
    .replace(/`[^`\n]*`/g, (code) => ' '.repeat(code.length));

/** Every link of a page, with its line. */
export function linksIn(text: string): readonly { target: string; line: number }[] {
  const plain = withoutCode(text);
  return [inline, reference, html]
    .flatMap((pattern) => [...plain.matchAll(pattern)])
    .map((found) => ({
      target: found[1] as string,
      line: plain.slice(0, found.index).split('\n').length,
    }))
    .sort((a, b) => a.line - b.line);
}

/** GitHub's name for a heading: lower case, spaces to hyphens, punctuation dropped. */
const anchorOf = (heading: string): string =>
  heading
    .replace(/[`*]|\[([^\]]*)\]\([^)]*\)/g, '$1')
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-');

/** The anchors of a page; a heading that comes again gets -1, -2, … */
export function anchorsIn(text: string): ReadonlySet<string> {
  const fenceless = text.replace(/^( {0,3})(```+|~~~+)[\s\S]*?^\1\2[^\n]*$/gm, '');
  const anchors = new Set<string>();
  for (const [, heading] of fenceless.matchAll(/^#{1,6}\s+(.*?)\s*#*$/gm)) {
    const name = anchorOf(heading as string);
    let unique = name;
    for (let i = 1; anchors.has(unique); i++) unique = `${name}-${i}`;
    anchors.add(unique);
  }
  for (const [, id] of text.matchAll(/<a (?:id|name)="([^"]+)"/g)) anchors.add(id as string);
  return anchors;
}

/** Every link to a file of the repository, and to a heading of a page of it, resolves. */
export function checkLinks(pages: readonly Page[], paths: readonly string[]): readonly string[] {
  const there = new Set([...paths, ...paths.flatMap(foldersOf)]);
  const anchors = new Map(pages.map(({ path, text }) => [path, anchorsIn(text)]));
  return pages.flatMap(({ path, text }) =>
    linksIn(text).flatMap(({ target, line }) => {
      if (/^[a-z][a-z0-9+.-]*:|^\/\//i.test(target)) return [];
      const [file, anchor] = decodeURI(target).split('#') as [string, string?];
      const full = file === '' ? path : posix.join(posix.dirname(path), file).replace(/\/$/, '');
      if (!there.has(full)) return [`${path}:${line} links to ${target}, which is not there`];
      const known = anchor === undefined ? undefined : anchors.get(full);
      return known && !known.has(anchor as string)
        ? [`${path}:${line} links to ${target}, a heading that is not there`]
        : [];
    }),
  );
}

const foldersOf = (path: string): readonly string[] =>
  path.split('/').map((_, i, parts) => parts.slice(0, i).join('/') || '.');
