import { createWriteStream, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import { ledgerFolder, logFolder, openFolder, readConfig, readSecret } from '@coinbox/issuer';
import type { IssuerConfig } from '@coinbox/issuer';
import { LEDGER_FILE, MAX_PAGE, entryBytes, openLedgerReader } from '@coinbox/ledger';
import type { Entry, Head, LedgerReader } from '@coinbox/ledger';
import { CHECKPOINT_FILE, createSalts } from '@coinbox/log';
import { assert } from '@coinbox/protocol';
import type { Instant } from '@coinbox/protocol';
import { tell } from '../output.ts';

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
const lineOf = (value: unknown): string => `${JSON.stringify(value)}\n`;

/** What an export needs of a ledger, wherever that is. */
type Source = {
  head(): Head | Promise<Head>;
  entries: (query: {
    after: number;
    limit: number;
  }) => { readonly items: readonly Entry[] } | Promise<{ readonly items: readonly Entry[] }>;
  close(): void | Promise<void>;
};

/** A ledger in a file is read beside the issuer that writes to it. */
async function openSource(folder: string, { database }: IssuerConfig): Promise<Source> {
  if (database === undefined) {
    const reader: LedgerReader = openLedgerReader(join(ledgerFolder(folder), LEDGER_FILE));
    return reader;
  }
  const { ledger, sharedLocks, records } = await openFolder(folder, {
    now: () => Date.now() as Instant,
  });
  const close = async (): Promise<void> => {
    await ledger.close();
    await sharedLocks?.close();
    records.close();
  };
  return { head: () => ledger.head(), entries: (query) => ledger.entries(query), close };
}

/** The newest checkpoint that was published; null before the first. */
function readCheckpoint(folder: string): string | null {
  const file = join(logFolder(folder), CHECKPOINT_FILE);
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}

/**
 * The export of an issuer's ledger as it was when this was called (spec/17-export.md), line by
 * line. Throws Fault: not-initialised, config-invalid, and as the ledger does.
 */
export async function* exportLines(folder: string): AsyncGenerator<string> {
  const config = readConfig(folder);
  const saltOf = createSalts(readSecret(folder));
  // Read before the ledger: nothing is in the log that is not in the ledger already.
  const checkpoint = readCheckpoint(folder);
  const source = await openSource(folder, config);
  try {
    const { index: through, hash } = await source.head();
    const { network, asset, root, certificates } = config;
    yield lineOf({
      format: 'coinbox-export/1',
      network,
      asset,
      root: { algorithm: root.algorithm, bytes: base64url(root.bytes) },
      certificates: certificates.map(base64url),
      through,
      checkpoint,
    });
    for (let after = 0; after < through;) {
      const limit = Math.min(MAX_PAGE, through - after);
      const { items } = await source.entries({ after, limit });
      assert(items.length === limit, `the log has the entries up to ${through}`);
      for (const entry of items) {
        const { index } = entry;
        const salt = base64url(saltOf(index));
        yield lineOf({ index, entry: base64url(entryBytes(entry)), salt });
      }
      after += limit;
    }
    yield lineOf({ end: through, head: base64url(hash) });
  } finally {
    await source.close();
  }
}

type ExportFlags = { out?: string };

/** `coinbox export`. */
export function addExportCommand(program: Command): void {
  program
    .command('export')
    .description('write all that a stranger needs to check an issuer, for coinbox verify')
    .argument('<folder>', "the issuer's folder; the issuer may be running")
    .addHelpText('before', 'Examples:\n  coinbox export ./issuer --out ./issuer.ndjson\n')
    .option('--out <file>', 'write to this file; default: standard output')
    .action(async (folder: string, { out }: ExportFlags) => {
      const to: Writable = out === undefined ? process.stdout : createWriteStream(out);
      await pipeline(exportLines(folder), to, { end: out !== undefined });
      const { algorithm, bytes } = readConfig(folder).root;
      tell(`root key (${algorithm}): ${base64url(bytes)}`);
      if (out !== undefined)
        tell(`check it with: coinbox verify ${out} --root ${base64url(bytes)}`);
    });
}
