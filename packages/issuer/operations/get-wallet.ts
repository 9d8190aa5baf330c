import { accept } from '@coinbox/protocol';
import type { Result, WalletJson } from '@coinbox/protocol';
import type { Call, Context } from '../context.ts';
import { noQuery } from '../page.ts';
import { findWallet, walletJson } from './wallet-view.ts';

/** One wallet with its balance. Rejects: parameter-unknown, parameter-invalid, wallet-unknown. */
export async function getWallet(context: Context, call: Call): Promise<Result<WalletJson>> {
  const query = noQuery(call.query);
  if (!query.ok) return query;
  const found = findWallet(context, call);
  return found.ok ? accept(await walletJson(context, found.value)) : found;
}
