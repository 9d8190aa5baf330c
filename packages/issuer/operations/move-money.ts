import { accept, encodeCbor, formatInstant, reject, sha256 } from '@coinbox/protocol';
import type { IssuanceId, MovedJson, Money, RedemptionId, Result } from '@coinbox/protocol';
import { ISSUANCE, accountOf } from '../accounts.ts';
import { CODES } from '../codes.ts';
import { checkAsset } from '../context.ts';
import type { Call, Context } from '../context.ts';
import { encodeMemo } from '../memo.ts';
import { amount, asset, id, needed, object } from '../read.ts';
import { refusalOf } from '../receipts.ts';
import type { WalletRecord } from '../registry/nouns.ts';
import { carryOut } from './act.ts';
import { sameAgain, toPost } from './ruling.ts';

const parts = {
  wallet: needed(id('wallet')),
  amount: needed(amount),
  asset: needed(asset),
} as const;
const readIssuance = object({ id: needed(id('issuance')), ...parts });
const readRedemption = object({ id: needed(id('redemption')), ...parts });

type Movement = {
  readonly id: IssuanceId | RedemptionId;
  readonly code: 'issue' | 'redeem';
  readonly wallet: string;
  readonly amount: Money;
};

/**
 * Issues money into a payer wallet. Rejects: malformed-…, parameter-invalid, amount-…, currency-…,
 * id-reused, wallet-unknown, limit-cumulative. Refused for good: amount-overflow.
 */
export async function issueMoney(context: Context, call: Call): Promise<Result<MovedJson>> {
  const read = readIssuance(call.body);
  if (!read.ok) return read;
  const own = checkAsset(context.asset, read.value.asset);
  return own.ok ? move(context, { ...read.value, code: CODES.issue }, call.person) : own;
}

/**
 * Takes money out of a payer's or a provider's wallet, which is paid out in another way. Rejects as
 * issueMoney, and wallet-frozen. Refused for good: insufficient-funds.
 */
export async function redeemMoney(context: Context, call: Call): Promise<Result<MovedJson>> {
  const read = readRedemption(call.body);
  if (!read.ok) return read;
  const own = checkAsset(context.asset, read.value.asset);
  return own.ok ? move(context, { ...read.value, code: CODES.redeem }, call.person) : own;
}

const move = (context: Context, movement: Movement, person: string): Promise<Result<MovedJson>> =>
  context.locks.run([movement.wallet], async () => {
    const ruling = await decide(context, movement, person);
    const posted = await carryOut(context, ruling);
    if (!posted.ok) return posted;
    const { entry } = posted.value;
    const refusal = refusalOf(entry);
    if (refusal) return reject(refusal, `recorded at index ${entry.index}`);
    return accept({ id: movement.id, index: entry.index, at: formatInstant(entry.at) });
  });

async function decide(context: Context, movement: Movement, person: string) {
  const { ledger, registry } = context;
  const { id: group, code, amount: moved, wallet } = movement;
  const fingerprint = sha256(encodeCbor([code, group, wallet, moved, context.asset]));
  const known = await ledger.entryOf(group);
  if (known) return sameAgain(known, fingerprint);
  const record = registry.wallet(wallet as WalletRecord['wallet']);
  if (!record) return reject('wallet-unknown');
  const allowed = code === CODES.issue ? ['payer'] : ['payer', 'provider'];
  if (!allowed.includes(record.role)) return reject('parameter-invalid', `a ${record.role} wallet`);
  const account = accountOf(record.role, record.wallet);
  const most = record.certificate.body.limits?.balance;
  if (code === CODES.issue && most !== undefined) {
    const balance = (await ledger.account(account))?.balance ?? 0n;
    if (balance + moved > most) return reject('limit-cumulative');
  }
  const [debit, credit] = code === CODES.issue ? [ISSUANCE, account] : [account, ISSUANCE];
  const side = code === CODES.issue ? { to: record.wallet } : { from: record.wallet };
  return toPost({
    id: group,
    code,
    fingerprint,
    steps: [{ kind: 'transfer', debit, credit, amount: moved }],
    memo: encodeMemo({
      amount: moved,
      asset: context.asset,
      ...side,
      person,
      request: new Uint8Array(),
    }),
  });
}
