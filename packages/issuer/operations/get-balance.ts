import type { AccountId, AsOf, Standing } from '@coinbox/ledger';
import { accept, reject } from '@coinbox/protocol';
import type { AccountBalanceJson, BalanceJson, Result } from '@coinbox/protocol';
import { accountOf } from '../accounts.ts';
import type { Call, Context } from '../context.ts';
import { readQuery } from '../page.ts';
import { accountId, indexText } from '../read.ts';
import { findWallet } from './wallet-view.ts';

const parameters = { as_of_index: indexText } as const;

/**
 * What was in a wallet after the entry `as_of_index`; without one, as of now. Rejects: parameter-…,
 * wallet-unknown (also where it was opened later), index-not-reached.
 */
export async function getBalance(context: Context, call: Call): Promise<Result<BalanceJson>> {
  const query = readQuery(call.query, parameters);
  if (!query.ok) return query;
  const found = findWallet(context, call);
  if (!found.ok) return found;
  const { wallet, role } = found.value;
  const asked = query.value.as_of_index;
  const read = await standingAt(context, accountOf(role, wallet), asked, 'wallet-unknown');
  if (!read.ok) return read;
  return accept({ wallet, asset: context.asset, ...asOfJson(read.value) });
}

/**
 * What was on an account of the ledger, which is of no wallet or one of several. Rejects:
 * parameter-…, account-unknown (also where it was opened later), index-not-reached.
 */
export async function getAccountBalance(
  context: Context,
  call: Call,
): Promise<Result<AccountBalanceJson>> {
  const query = readQuery(call.query, parameters);
  if (!query.ok) return query;
  const account = accountId(call.parameter);
  if (!account.ok) return account;
  const asked = query.value.as_of_index;
  const read = await standingAt(context, account.value, asked, 'account-unknown');
  if (!read.ok) return read;
  return accept({ account: account.value, asset: context.asset, ...asOfJson(read.value) });
}

/** Minor units as digits. */
export const standingJson = ({ balance, held }: Standing) => ({
  balance: balance.toString(),
  held: held.toString(),
});

const asOfJson = (standing: Standing & AsOf) => ({
  ...standingJson(standing),
  as_of_index: standing.asOf,
});

/**
 * What was on an account after the entry `asked`, or at the end of the log where none is asked for.
 * Rejects: index-not-reached, and `unknown` where there was no such account then.
 */
export async function standingAt(
  { ledger }: Pick<Context, 'ledger'>,
  account: AccountId,
  asked: number | undefined,
  unknown: 'wallet-unknown' | 'account-unknown',
): Promise<Result<Standing & AsOf>> {
  const { index: end } = await ledger.head();
  const index = asked ?? end;
  if (index > end) return reject('index-not-reached', `the ledger is at ${end}`);
  const standing = await ledger.standing(account, index);
  return standing ? accept(standing) : reject(unknown, `not open at ${index}`);
}
