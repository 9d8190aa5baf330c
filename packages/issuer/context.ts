import type { Entry, Ledger, TransferGroup } from '@coinbox/ledger';
import { accept, assert, reject } from '@coinbox/protocol';
import type {
  Asset,
  Certificate,
  Clock,
  NetworkId,
  PublicKey,
  Result,
  Signer,
} from '@coinbox/protocol';
import type { Cursors } from './cursor.ts';
import type { Locks } from './locks.ts';
import type { Query } from './page.ts';
import type { ReceiptLog } from './receipt-log.ts';
import type { Registry } from './registry/registry.ts';
import type { Opener } from './verification/present.ts';

/** What an operation works with. */
export type Context = {
  readonly network: NetworkId;
  readonly asset: Asset;
  readonly root: PublicKey;
  readonly clock: Clock;
  readonly ledger: Ledger;
  readonly registry: Registry;
  readonly locks: Locks;
  /** Resolves when the registry has seen all that other issuers had posted at the call. */
  readonly follow: () => Promise<void>;
  readonly cursors: Cursors;
  /** Opens a message that came inside another. Rejects as openMessage does. */
  readonly open: Opener;
  /** The authority's certificate, then the one of the key that signs receipts. */
  readonly certificates: readonly Certificate[];
  readonly authority: Signer;
  readonly receipts: ReceiptLog;
  /** Resolves when registry and log have seen all that was in the ledger at the call. */
  readonly read: () => Promise<void>;
};

/** A request to the JSON API, without its transport. */
export type Call = {
  /** The part of the path that names one thing. */
  readonly parameter?: string;
  readonly query: Query;
  readonly body?: unknown;
  /** The operator that asks; empty where no token is needed. */
  readonly person: string;
};

/** An entry as the answer to a request. `replayed`: it was there before. */
export type Posted = { readonly entry: Entry; readonly replayed: boolean };

/**
 * Posts one group and reads its entry. **Commit point:** when `ledger.post` resolves, the group is
 * durable, and nothing that comes after it can change what became of it. Rejects as the ledger
 * does; a recorded refusal is an accepted entry.
 */
export async function post(
  { ledger, receipts, read }: Pick<Context, 'ledger' | 'receipts' | 'read'>,
  group: TransferGroup,
): Promise<Result<Posted>> {
  const [outcome] = await ledger.post([group]);
  assert(outcome, 'a ledger answers every group');
  if (!outcome.ok) return outcome;
  const { index, replayed } = outcome.value;
  // One reading serves all that were posted in one commit.
  if (receipts.appliedIndex < index) await read();
  const entry = receipts.recent(index) ?? (await ledger.entry(index));
  assert(entry, `the log has the entry ${index} that it has acknowledged`);
  return accept({ entry, replayed });
}

/**
 * Posts groups as one batch, as few commits as there can be, and reads their entries. Each is
 * decided in its place, as `post` does.
 */
export async function postAll(
  { ledger, receipts, read }: Pick<Context, 'ledger' | 'receipts' | 'read'>,
  groups: readonly TransferGroup[],
): Promise<readonly Result<Posted>[]> {
  if (groups.length === 0) return [];
  const outcomes = await ledger.post(groups);
  const newest = outcomes.reduce(
    (most, one) => (one.ok ? Math.max(most, one.value.index) : most),
    0,
  );
  if (receipts.appliedIndex < newest) await read();
  return Promise.all(
    outcomes.map(async (outcome): Promise<Result<Posted>> => {
      if (!outcome.ok) return outcome;
      const { index, replayed } = outcome.value;
      const entry = receipts.recent(index) ?? (await ledger.entry(index));
      assert(entry, `the log has the entry ${index} that it has acknowledged`);
      return accept({ entry, replayed });
    }),
  );
}

/** The asset of a network is the only one so far. Rejects currency-mismatch. */
export const checkAsset = (own: Asset, named: Asset): Result<Asset> =>
  own === named ? accept(named) : reject('currency-mismatch', `this network has ${own}`);
