import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

type Locked = {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly link?: boolean;
  readonly resolved?: string;
};

/**
 * The packages of others that a package of ours needs, and those that they need, as npm has locked
 * them; what is optional is not counted.
 */
export function packagesOf(name: string): readonly string[] {
  const file = fileURLToPath(new URL('../../package-lock.json', import.meta.url));
  const { packages } = JSON.parse(readFileSync(file, 'utf8')) as {
    packages: Readonly<Record<string, Locked>>;
  };
  const found = new Set<string>();
  const seen = new Set<string>();
  const visit = (path: string): void => {
    const { link, resolved, dependencies = {} } = packages[path] ?? {};
    if (link) return visit(resolved ?? '');
    if (seen.has(path)) return;
    seen.add(path);
    if (path.includes('node_modules/')) found.add(path);
    for (const needed of Object.keys(dependencies)) visit(placeOf(packages, path, needed));
  };
  visit(`packages/${name}`);
  return [...found].sort();
}

/** Where Node finds a package from another: in the nearest node_modules above. */
function placeOf(packages: Readonly<Record<string, Locked>>, from: string, name: string): string {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/')))) {
    const place = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
    if (Object.hasOwn(packages, place) || folder === '') return place;
  }
}
