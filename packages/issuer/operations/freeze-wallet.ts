import { accept, assert, encodeCbor, sha256 } from '@coinbox/protocol';
import type { Result, WalletId, WalletJson } from '@coinbox/protocol';
import { accountOf, freezeGroup } from '../accounts.ts';
import { CODES } from '../codes.ts';
import { post } from '../context.ts';
import type { Call, Context } from '../context.ts';
import { encodeMemo } from '../memo.ts';
import { object } from '../read.ts';
import type { WalletRecord } from '../registry/nouns.ts';
import { findWallet, walletJson } from './wallet-view.ts';

const readBody = object({});

/**
 * Freezes a wallet: nothing leaves it. One that is frozen already is left as it is. Rejects:
 * parameter-invalid, malformed-…, wallet-unknown.
 */
export const freezeWallet = (context: Context, call: Call): Promise<Result<WalletJson>> =>
  change(context, call, ({ wallet, role, frozen, changes }) =>
    frozen
      ? undefined
      : {
          id: freezeGroup(wallet, changes + 1),
          code: CODES.freeze,
          steps: [{ kind: 'freeze', account: accountOf(role, wallet) }],
        },
  );

/**
 * Lifts the freeze of a wallet, and on a holding wallet the suspension of its terminal too. Rejects
 * as freezeWallet.
 */
export const unfreezeWallet = (context: Context, call: Call): Promise<Result<WalletJson>> =>
  change(context, call, ({ wallet, role, frozen, suspended, changes }) => {
    const id = freezeGroup(wallet, changes + 1);
    if (frozen) {
      const account = accountOf(role, wallet);
      return { id, code: CODES.unfreeze, steps: [{ kind: 'unfreeze', account }] };
    }
    return suspended ? { id, code: CODES.resume, steps: [], claims: [id] } : undefined;
  });

type Change = {
  readonly id: string;
  readonly code: string;
  readonly steps: readonly { readonly kind: 'freeze' | 'unfreeze'; readonly account: string }[];
  readonly claims?: readonly string[];
};

/**
 * The wallet is locked, so that payments to a terminal and its freezing come one after the other.
 */
async function change(
  context: Context,
  call: Call,
  decide: (record: WalletRecord) => Change | undefined,
): Promise<Result<WalletJson>> {
  const body = readBody(call.body);
  if (!body.ok) return body;
  const found = findWallet(context, call);
  if (!found.ok) return found;
  return context.locks.run([found.value.wallet], async () => {
    const wanted = decide(recordOf(context, found.value.wallet));
    if (wanted) {
      const posted = await post(context, {
        ...wanted,
        fingerprint: sha256(encodeCbor([wanted.code, wanted.id])),
        memo: encodeMemo({
          wallet: found.value.wallet,
          person: call.person,
          request: new Uint8Array(),
        }),
      });
      if (!posted.ok) return posted;
    }
    return accept(await walletJson(context, recordOf(context, found.value.wallet)));
  });
}

function recordOf({ registry }: Context, wallet: WalletId): WalletRecord {
  const record = registry.wallet(wallet);
  assert(record, `the wallet ${wallet} does not go away`);
  return record;
}
