import { parseAsset, reject } from '@coinbox/protocol';
import type { Asset, Money, Rejected } from '@coinbox/protocol';
import type { AccountId, HoldId } from './account.ts';

/** 1 to 80 visible ASCII characters: the idempotency key of a group, for ever. */
export type GroupId = string;

/**
 * One step of a group. Amounts are minor units of the account's asset.
 * - `open`: make an account. One that exists with the same asset and overdraft right is left as it
 *   is.
 * - `freeze`, `unfreeze`: a frozen account takes and does not give.
 * - `transfer`: from what is available on `debit` to `credit`.
 * - `hold`: earmark part of what is available on `account` under the new id `hold`.
 * - `draw`: from the account of `hold` to `credit`, using up the hold.
 * - `release`: from the hold back to what is available.
 */
export type Step =
  | { kind: 'open'; account: AccountId; asset: Asset; mayOverdraw: boolean }
  | { kind: 'freeze'; account: AccountId }
  | { kind: 'unfreeze'; account: AccountId }
  | { kind: 'transfer'; debit: AccountId; credit: AccountId; amount: Money }
  | { kind: 'hold'; hold: HoldId; account: AccountId; amount: Money }
  | { kind: 'draw'; hold: HoldId; credit: AccountId; amount: Money }
  | { kind: 'release'; hold: HoldId; amount: Money };

/**
 * Place `number` in the gapless series `series`, which starts at 1. A recorded refusal uses its
 * number up.
 */
export type Sequence = { readonly series: string; readonly number: number };

/**
 * What is posted together or not at all. Steps apply in order; a later step sees the earlier ones.
 * `code` is the caller's word for the kind of group (1 to 32 visible ASCII characters).
 * `fingerprint` is the 32-byte hash of the request behind the group: the same id with the same
 * fingerprint gets the original outcome, with another one `id-reused`. Each of `claims` can be
 * claimed once, for ever, by one group. `memo` is kept with the entry, unread.
 */
export type TransferGroup = {
  readonly id: GroupId;
  readonly code: string;
  readonly fingerprint: Uint8Array;
  readonly steps: readonly Step[];
  readonly claims?: readonly string[];
  readonly sequence?: Sequence;
  readonly memo: Uint8Array;
};

/** At most this many steps in a group. */
export const MAX_STEPS = 64;
/** At most this many claims in a group. */
export const MAX_CLAIMS = 8;
/** At most this many bytes in the memo of a group. */
export const MAX_MEMO_BYTES = 16_384;
/** The length of a fingerprint: SHA-256. */
export const FINGERPRINT_BYTES = 32;

const name = /^[\x21-\x7e]{1,80}$/;
const codeWord = /^[\x21-\x7e]{1,32}$/;

const invalid = (what: string): Rejected => reject('parameter-invalid', what);

/**
 * What is wrong with the group whatever the ledger holds; undefined when nothing is. Amounts are
 * judged step by step by `decide`. Rejects: group-empty, group-too-large, parameter-invalid,
 * currency-unknown, currency-exponent.
 */
export function checkShape(group: TransferGroup): Rejected | undefined {
  const claims = group.claims ?? [];
  const { sequence } = group;
  if (group.steps.length + claims.length === 0 && !sequence) return reject('group-empty');
  if (group.steps.length > MAX_STEPS) return reject('group-too-large', `over ${MAX_STEPS} steps`);
  if (claims.length > MAX_CLAIMS) return reject('group-too-large', `over ${MAX_CLAIMS} claims`);
  if (group.memo.length > MAX_MEMO_BYTES) return reject('group-too-large', 'memo over 16 KiB');
  if (!name.test(group.id)) return invalid('id');
  if (!codeWord.test(group.code)) return invalid('code');
  if (group.fingerprint.length !== FINGERPRINT_BYTES) return invalid('fingerprint');
  if (!claims.every((claim) => name.test(claim))) return invalid('claim');
  if (claims.length > 1 && new Set(claims).size !== claims.length) return invalid('claim twice');
  if (sequence && !name.test(sequence.series)) return invalid('series');
  if (sequence && !(Number.isSafeInteger(sequence.number) && sequence.number > 0)) {
    return invalid('sequence number');
  }
  for (const step of group.steps) {
    const no = checkStepShape(step);
    if (no) return no;
  }
  return undefined;
}

/**
 * Only what a step newly names needs a look: a name that exists in the ledger passed here before.
 */
function checkStepShape(step: Step): Rejected | undefined {
  if (step.kind === 'hold') return name.test(step.hold) ? undefined : invalid('hold');
  if (step.kind !== 'open') return undefined;
  if (!name.test(step.account)) return invalid('account');
  const asset = parseAsset(step.asset);
  return asset.ok ? undefined : asset;
}
