import { Fault } from '@coinbox/protocol';
import type { Clock } from '@coinbox/protocol';
import { resolve } from 'node:path';
import { createGroupCommit } from '../../group-commit.ts';
import type { Ledger } from '../../ledger.ts';
import { unpackResults } from './packed-results.ts';
import type { PackedResults } from './packed-results.ts';
import { startWorker } from './worker-link.ts';

/**
 * `folder` is made if need be and belongs to one ledger at a time. `maxBytes`: the size that the
 * ledger file may reach; what would pass it fails as a full disk does.
 */
export type SqliteLedgerConfig = {
  readonly folder: string;
  readonly clock: Clock;
  readonly maxBytes?: number;
};

/**
 * Opens the ledger in `folder`: SQLite in a thread of its own, one durable transaction for all that
 * was posted while the one before ran. A start after a crash is a start like any other. Throws
 * Fault already-running, startup-unsafe, ledger-corrupt, storage-full, storage-failed.
 */
export async function createSqliteLedger(config: SqliteLedgerConfig): Promise<Ledger> {
  const { clock, maxBytes } = config;
  const folder = resolve(config.folder);
  const link = await startWorker(maxBytes === undefined ? { folder } : { folder, maxBytes });
  const commits = createGroupCommit(async (groups) => {
    const at = clock.now();
    return unpackResults(await link.ask<PackedResults>('post', { at, groups }), at);
  });
  let closing: Promise<void> | undefined;

  const ask = async <T>(method: string, ...args: unknown[]): Promise<T> => {
    if (closing) throw new Fault('closed', 'the ledger was closed');
    return link.ask<T>(method, ...args);
  };
  const close = async (): Promise<void> => {
    await commits.settled();
    await link.ask('close');
    await link.ended;
  };

  return {
    async post(groups) {
      if (closing) throw new Fault('closed', 'the ledger was closed');
      return commits.post(groups);
    },
    outcome: (id) => ask('outcome', id),
    entry: (index) => ask('entry', index),
    entryOf: (id) => ask('entryOf', id),
    account: (id) => ask('account', id),
    hold: (id) => ask('hold', id),
    claim: (key) => ask('claim', key),
    series: (name) => ask('series', name),
    accounts: (query) => ask('accounts', query),
    entries: (query) => ask('entries', query),
    sumOf: (prefix, asset) => ask('sumOf', prefix, asset),
    head: () => ask('head'),
    close: () => (closing ??= close()),
  };
}
