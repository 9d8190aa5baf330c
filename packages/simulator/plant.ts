import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Change, PlantedBug } from './planted-bug.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/** The text of a file with its changes made. Throws where one does not fit exactly once. */
export function changed(source: string, changes: readonly Change[]): string {
  return changes.reduce((text, { file, find, replace }) => {
    const places = text.split(find).length - 1;
    if (places !== 1) throw new Error(`${file} has ${places} times: ${find}`);
    return text.replace(find, () => replace);
  }, source);
}

/** Throws where a change of the bug does not fit the source as it is. */
export function checkFits({ changes }: PlantedBug): void {
  for (const file of new Set(changes.map((one) => one.file))) {
    changed(
      readFileSync(join(ROOT, file), 'utf8'),
      changes.filter((one) => one.file === file),
    );
  }
}

/**
 * Plants a bug in everything that this thread loads from now on: the source is changed in memory,
 * on its way to the loader. To be called before any of its files is loaded.
 */
export function plant(bug: PlantedBug): void {
  checkFits(bug);
  const byUrl = new Map<string, Change[]>();
  for (const one of bug.changes) {
    const url = pathToFileURL(join(ROOT, one.file)).href;
    byUrl.set(url, [...(byUrl.get(url) ?? []), one]);
  }
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      const changes = byUrl.get(url);
      if (!changes) return loaded;
      const { source } = loaded;
      const text =
        typeof source === 'string' ? source : Buffer.from(source as Uint8Array).toString();
      return { ...loaded, source: changed(text, changes) };
    },
  });
}
