import { accept, assert, encodeCbor, reject, sha256 } from '@coinbox/protocol';
import type { Result, WalletId, WalletJson } from '@coinbox/protocol';
import { freezeGroup, revokeGroup } from '../accounts.ts';
import { CODES } from '../codes.ts';
import { post } from '../context.ts';
import type { Call, Context } from '../context.ts';
import { decodeMemo, encodeMemo } from '../memo.ts';
import { object } from '../read.ts';
import { findWallet, walletJson } from './wallet-view.ts';

const readBody = object({});

/**
 * Revokes the key of a frozen wallet, for good: whoever froze it was the first of the two people
 * that it takes. A key that is revoked already is left as it is. Rejects: parameter-invalid,
 * malformed-…, wallet-unknown, wallet-not-frozen, approval-same-person.
 */
export async function revokeKey(context: Context, call: Call): Promise<Result<WalletJson>> {
  const body = readBody(call.body);
  if (!body.ok) return body;
  const found = findWallet(context, call);
  if (!found.ok) return found;
  const { wallet, terminal } = found.value;
  // Messages of a settlement wallet are decided under the lock of its terminal.
  return context.locks.run(terminal ? [wallet, terminal] : [wallet], async () => {
    const ruled = await revoke(context, wallet, call.person);
    if (ruled) return ruled;
    return accept(await walletJson(context, recordOf(context, wallet)));
  });
}

async function revoke(context: Context, wallet: WalletId, person: string) {
  const { frozen, revoked, changes } = recordOf(context, wallet);
  if (revoked) return undefined;
  if (!frozen) return reject('wallet-not-frozen');
  const freeze = await context.ledger.entryOf(freezeGroup(wallet, changes));
  assert(freeze?.code === CODES.freeze, `the last change of ${wallet} is its freezing`);
  const { person: frozenBy } = decodeMemo(freeze.memo);
  assert(frozenBy, `entry ${freeze.index} names who froze`);
  if (person === frozenBy) return reject('approval-same-person');
  const id = revokeGroup(wallet);
  const posted = await post(context, {
    id,
    code: CODES.revoke,
    fingerprint: sha256(encodeCbor([CODES.revoke, id])),
    steps: [],
    claims: [id],
    memo: encodeMemo({ wallet, person: frozenBy, approver: person, request: new Uint8Array() }),
  });
  return posted.ok ? undefined : posted;
}

function recordOf({ registry }: Context, wallet: WalletId) {
  const record = registry.wallet(wallet);
  assert(record, `the wallet ${wallet} does not go away`);
  return record;
}
