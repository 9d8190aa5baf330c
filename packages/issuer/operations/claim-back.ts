import { accept, later, paymentIdOf, reject } from '@coinbox/protocol';
import type { Pay, Result, Signed } from '@coinbox/protocol';
import type { Entry, Step, TransferGroup } from '@coinbox/ledger';
import {
  COVER_PREFIX,
  floatOf,
  lossOf,
  offerClaim,
  reclaimGroup,
  revokeGroup,
} from '../accounts.ts';
import { CODES } from '../codes.ts';
import { postAll } from '../context.ts';
import type { Context, Posted } from '../context.ts';
import { encodeMemo } from '../memo.ts';
import { answerMessage, outwards } from './act.ts';
import { groupOfPay } from './decide-pay.ts';
import { sameAgain, toAnswer } from './ruling.ts';
import type { Ruling } from './ruling.ts';

/**
 * An offline PAY that its payer brings without an ACCEPT. As long as the terminal may come with it,
 * nothing happens. Once the terminal's key is revoked and the time for claims is over, the offer is
 * used up in the terminal's stead: the PAY is refused for good, which credits the payer again.
 * Where the PAY was booked and the terminal is gone, what its holds have left goes back. Rejects,
 * in this order: key-wrong-role, id-reused, payment-unsynced, wallet-frozen (of the terminal). The
 * caller has locked terminal and payer.
 */
export async function claimBack(context: Context, pay: Signed<Pay>): Promise<Result<Posted>> {
  const ruling = await decide(context, pay);
  if (!('groups' in ruling)) return answerMessage(context, pay, ruling);
  const outcomes = await postAll(context, ruling.groups);
  const refused = outcomes.find((one) => !one.ok);
  if (refused) return outwards(refused);
  if (ruling.known) return accept({ entry: ruling.known, replayed: true });
  return outcomes.at(-1) ?? reject('payment-unsynced');
}

/** Groups to post; the last is the answer, where the PAY is not `known` already. */
type Decided =
  Result<Ruling> | { readonly groups: readonly TransferGroup[]; readonly known?: Entry };

async function decide(context: Context, pay: Signed<Pay>): Promise<Decided> {
  const { ledger } = context;
  const { body, signer, hash } = pay;
  if (signer.body.wallet !== body.payer)
    return reject('key-wrong-role', 'the key of another wallet');
  const payment = paymentIdOf(pay);
  const [known, reclaimed] = await Promise.all([
    ledger.entryOf(payment),
    ledger.entryOf(reclaimGroup(payment)),
  ]);
  const again = known && sameAgain(known, hash);
  if (again?.ok === false) return again;
  const isOver = !reclaimed && (await isClaimTimeOver(context, body));
  if (known) {
    const left = isOver ? await stepsBack(context, known, body) : [];
    return left.length > 0 ? { groups: [groupOfReclaim(pay, left, [])], known } : toAnswer(known);
  }
  if (!isOver) return reject('payment-unsynced');
  const claim = offerClaim(body.terminal, body.offerHash);
  return { groups: [groupOfReclaim(pay, [], [claim]), groupOfPay(pay, 'voided')] };
}

async function isClaimTimeOver({ ledger, registry, clock }: Context, { terminal, offline }: Pay) {
  if (!registry.wallet(terminal)?.revoked) return false;
  const revoked = await ledger.entryOf(revokeGroup(terminal));
  const { claimMs } = registry.parameters(offline?.parameters ?? 0)?.body ?? { claimMs: 0 };
  return revoked !== undefined && clock.now() >= later(revoked.at, claimMs);
}

/** What the holds of a payment have left goes where it came from. */
async function stepsBack(
  { ledger }: Context,
  { steps }: Entry,
  { payer, terminal }: Pay,
): Promise<readonly Step[]> {
  const names = steps.flatMap((step) => (step.kind === 'hold' ? [step.hold] : []));
  const holds = await Promise.all(names.map((hold) => ledger.hold(hold)));
  return holds.flatMap((hold): readonly Step[] => {
    if (!hold || hold.remaining === 0n) return [];
    const credit = hold.id.startsWith(COVER_PREFIX) ? lossOf(terminal) : floatOf(payer);
    return [{ kind: 'draw', hold: hold.id, credit, amount: hold.remaining }];
  });
}

function groupOfReclaim(
  pay: Signed<Pay>,
  steps: readonly Step[],
  claims: readonly string[],
): TransferGroup {
  const { payer, terminal } = pay.body;
  return {
    id: reclaimGroup(paymentIdOf(pay)),
    code: CODES.reclaim,
    fingerprint: pay.hash,
    steps,
    claims,
    memo: encodeMemo({ wallet: payer, terminal, request: pay.bytes }),
  };
}
