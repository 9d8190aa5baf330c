import { accept } from '@coinbox/protocol';
import type { Page, Result, WalletJson } from '@coinbox/protocol';
import type { Call, Context } from '../context.ts';
import { pageOf, readPageQuery } from '../page.ts';
import { walletJson } from './wallet-view.ts';

/** Wallets in the order in which they were opened. Rejects: parameter-…, cursor-invalid. */
export async function listWallets(context: Context, call: Call): Promise<Result<Page<WalletJson>>> {
  const { registry, cursors } = context;
  const asked = readPageQuery('wallets', call.query, {}, cursors);
  if (!asked.ok) return asked;
  const { after, limit, scope } = asked.value;
  const asOf = registry.appliedIndex;
  const records = registry.wallets(after, limit);
  const items = await Promise.all(records.map((record) => walletJson(context, record)));
  const last = records.length === limit ? records.at(-1)?.index : undefined;
  return accept(pageOf(items, asOf, last, scope, cursors));
}
