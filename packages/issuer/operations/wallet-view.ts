import { assert, parseId, reject } from '@coinbox/protocol';
import type { Result, WalletId, WalletJson } from '@coinbox/protocol';
import { accountOf } from '../accounts.ts';
import type { Call, Context } from '../context.ts';
import { toBase64url } from '../read.ts';
import type { WalletRecord } from '../registry/nouns.ts';

/**
 * The wallet that the path names. Rejects: parameter-invalid, and `unknown` where there is none.
 */
export function findWallet(
  { registry }: Pick<Context, 'registry'>,
  { parameter }: Call,
  unknown: 'wallet-unknown' | 'terminal-unknown' = 'wallet-unknown',
): Result<WalletRecord> {
  const id = parseId('wallet', parameter);
  if (!id.ok) return id;
  const found = registry.wallet(id.value as WalletId);
  return found ? { ok: true, value: found } : reject(unknown);
}

/** A wallet with its balance. */
export async function walletJson(
  { ledger, asset }: Pick<Context, 'ledger' | 'asset'>,
  record: WalletRecord,
): Promise<WalletJson> {
  const account = await ledger.account(accountOf(record.role, record.wallet));
  assert(account, `the wallet ${record.wallet} has an account`);
  return {
    wallet: record.wallet,
    role: record.role,
    certificate: toBase64url(record.certificate.bytes),
    ...(record.terminal && { terminal: record.terminal }),
    frozen: account.frozen,
    revoked: record.revoked,
    asset,
    balance: account.balance.toString(),
    held: account.held.toString(),
    as_of_index: account.asOf,
  };
}
