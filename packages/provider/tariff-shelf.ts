import { existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Fault, sha256, textBytes, toHex } from '@coinbox/protocol';
import type { Asset } from '@coinbox/protocol';
import { writeFileDurably } from '@coinbox/storage';
import { canonicalTariff, parseTariff } from '@coinbox/tariff';
import type { Tariff } from '@coinbox/tariff';

/** The tariffs of a provider by the hash that offers, METERs and bills name. */
export interface TariffShelf {
  tariffOf(hash: Uint8Array): Tariff | undefined;
  readonly size: number;
}

const FOLDER = 'tariffs';

/** SHA-256 of the canonical text of a tariff (spec/30-tariff.md). */
export const tariffHashOf = (tariff: Tariff): Uint8Array =>
  sha256(textBytes(canonicalTariff(tariff)));

/** Reads tariff documents. Fault config-invalid where one cannot be used in this asset. */
export function createTariffShelf(documents: readonly string[], asset: Asset): TariffShelf {
  const shelf = new Map<string, Tariff>();
  for (const document of documents) {
    const tariff = parseTariff(document);
    if (!tariff.ok) {
      const { code, detail = '' } = tariff.rejection;
      throw new Fault('config-invalid', `a tariff cannot be used: ${code} ${detail}`);
    }
    if (tariff.value.asset !== asset) {
      throw new Fault('config-invalid', `a tariff is in ${tariff.value.asset}, not in ${asset}`);
    }
    shelf.set(toHex(tariffHashOf(tariff.value)), tariff.value);
  }
  return { tariffOf: (hash) => shelf.get(toHex(hash)), size: shelf.size };
}

/** The tariff documents of a provider's folder: every `tariffs/*.json`. */
export function readTariffs(folder: string): string[] {
  const shelf = join(folder, FOLDER);
  if (!existsSync(shelf)) return [];
  return readdirSync(shelf)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => readFileSync(join(shelf, name), 'utf8'));
}

/**
 * Puts a tariff document into a provider's folder; a running provider takes it at its next start.
 */
export function addTariff(folder: string, document: string): void {
  const tariff = parseTariff(document);
  if (!tariff.ok) throw new Fault('config-invalid', `tariff: ${tariff.rejection.code}`);
  mkdirSync(join(folder, FOLDER), { recursive: true, mode: 0o700 });
  const name = `${toHex(tariffHashOf(tariff.value)).slice(0, 16)}.json`;
  writeFileDurably(join(folder, FOLDER, name), document);
}
