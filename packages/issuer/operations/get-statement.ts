import type { AccountId, Statement } from '@coinbox/ledger';
import { accept, formatInstant, reject } from '@coinbox/protocol';
import type {
  AccountStatementJson,
  Result,
  StatementBodyJson,
  StatementJson,
  StatementLineJson,
} from '@coinbox/protocol';
import { accountOf } from '../accounts.ts';
import type { Call, Context } from '../context.ts';
import { pageOf, readPageQuery } from '../page.ts';
import { accountId, indexText } from '../read.ts';
import { standingAt, standingJson } from './get-balance.ts';
import { findWallet } from './wallet-view.ts';

const filters = { after_index: indexText, as_of_index: indexText } as const;

/**
 * The entries that changed a wallet, those after `after_index` and not after `as_of_index`
 * (default: all), oldest first, with what was in the wallet before, between and after them.
 * Rejects: parameter-…, cursor-invalid, wallet-unknown (also where it was opened after
 * `as_of_index`), index-not-reached.
 */
export async function getStatement(context: Context, call: Call): Promise<Result<StatementJson>> {
  const found = findWallet(context, call);
  if (!found.ok) return found;
  const { wallet, role } = found.value;
  const read = await readStatement(context, call, accountOf(role, wallet), 'wallet-unknown');
  return read.ok ? accept({ wallet, ...read.value }) : read;
}

/** The same of an account of the ledger. Rejects account-unknown in place of wallet-unknown. */
export async function getAccountStatement(
  context: Context,
  call: Call,
): Promise<Result<AccountStatementJson>> {
  const account = accountId(call.parameter);
  if (!account.ok) return account;
  const read = await readStatement(context, call, account.value, 'account-unknown');
  return read.ok ? accept({ account: account.value, ...read.value }) : read;
}

async function readStatement(
  context: Context,
  call: Call,
  account: AccountId,
  unknown: 'wallet-unknown' | 'account-unknown',
): Promise<Result<StatementBodyJson>> {
  const { ledger, cursors, asset } = context;
  const asked = readPageQuery(`statement/${account}`, call.query, filters, cursors);
  if (!asked.ok) return asked;
  const { limit, filter, scope } = asked.value;
  const reached = await standingAt(context, account, filter.as_of_index, unknown);
  if (!reached.ok) return reached;
  const upTo = reached.value.asOf;
  const after = Math.max(asked.value.after, filter.after_index ?? 0);
  if (after > upTo) return reject('parameter-invalid', 'after_index is after as_of_index');
  // One line more shows whether any follow.
  const read = await ledger.statement({ account, after, upTo, limit: limit + 1 });
  const items = linesOf(read).slice(0, limit);
  const isLast = read.items.length <= limit;
  const last = isLast ? undefined : items.at(-1)?.index;
  const end = read.items[items.length - 1] ?? read.opening;
  return accept({
    asset,
    opening: { index: after, ...standingJson(read.opening) },
    closing: { index: last ?? upTo, ...standingJson(end) },
    ...pageOf(items, upTo, last, scope, cursors),
  });
}

/** Each line with what it changed: the balance after it less the one before it. */
function linesOf({ opening, items }: Statement): readonly StatementLineJson[] {
  let before = opening.balance;
  return items.map(({ entry, ...standing }) => {
    const change = standing.balance - before;
    before = standing.balance;
    const { index, id, code, at } = entry;
    return {
      index,
      id,
      code,
      at: formatInstant(at),
      change: change.toString(),
      ...standingJson(standing),
    };
  });
}
