import { existsSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeMemo } from '@coinbox/issuer';
import type { Memo } from '@coinbox/issuer';
import { decodeCbor } from '@coinbox/protocol';
import type { Instant } from '@coinbox/protocol';
import type { EnrolmentConfig } from '@coinbox/storage';
import { exportLines } from '../commands/export.ts';
import { FileError } from '../exit-codes.ts';
import { headOf, itemsOf } from './cbor-items.ts';

/** What a source says that the issuer is. */
export type Trusted = Pick<EnrolmentConfig, 'network' | 'asset' | 'root' | 'certificates'> & {
  readonly source: string;
};

/** What of an entry of an issuer's ledger is read here. */
export type IssuerEntry = {
  readonly id: string;
  readonly code: string;
  readonly status: 'posted' | 'refused';
  readonly memo: Memo;
  readonly at: Instant;
};

/** Is it the folder of an issuer, or a file? */
export const isIssuerLog = (source: string): boolean =>
  !statSync(source).isDirectory() || existsSync(join(source, 'issuer.json'));

/**
 * The entries of an issuer's folder, or of a file that `coinbox export` has written
 * (spec/17-export.md), one after the other. Nothing is checked here: that is for `coinbox verify`.
 * Throws FileError, Fault.
 */
export async function* issuerEntries(
  source: string,
  header?: (trusted: Trusted) => void,
): AsyncGenerator<IssuerEntry> {
  let at = 0;
  for await (const line of linesOf(source)) {
    at += 1;
    try {
      const value = JSON.parse(line) as { format?: string; entry?: string };
      if (at === 1 && value.format !== 'coinbox-export/1') throw new Error('no header');
      if (at === 1) header?.({ ...(value as unknown as Trusted), source });
      if (value.entry !== undefined) yield entryOf(value.entry);
    } catch (cause) {
      throw new FileError(`line ${at} of the export cannot be read: ${(cause as Error).message}`);
    }
  }
}

async function* linesOf(source: string): AsyncGenerator<string> {
  if (statSync(source).isDirectory()) return yield* exportLines(source);
  const handle = await open(source);
  yield* handle.readLines();
}

/** Places in the bytes of an entry (spec/20-ledger.md, "Entry"). */
const PLACES = { id: 2, code: 3, status: 4, memo: 9, at: 10 } as const;

function entryOf(text: string): IssuerEntry {
  const parts = itemsOf(Uint8Array.from(Buffer.from(text, 'base64url')));
  const plain = (place: number): unknown => {
    const value = decodeCbor(parts[place] ?? new Uint8Array());
    return value.ok ? value.value : undefined;
  };
  const [id, code, status, at] = [PLACES.id, PLACES.code, PLACES.status, PLACES.at].map(plain);
  const memo = parts[PLACES.memo];
  const isEntry = typeof id === 'string' && typeof code === 'string' && memo !== undefined;
  if (!isEntry) throw new Error('not an entry');
  return {
    id,
    code,
    status: status === 'posted' ? 'posted' : 'refused',
    memo: decodeMemo(memo.subarray(headOf(memo, 0).next)),
    at: Number(at) as Instant,
  };
}
