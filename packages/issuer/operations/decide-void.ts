// pure
import type { Entry } from '@coinbox/ledger';
import { reject } from '@coinbox/protocol';
import type { Asset, Money, PaymentId, Result, Signed, Void, WalletId } from '@coinbox/protocol';
import { accountOf, holdOfPayment, offerClaim, voidGroup } from '../accounts.ts';
import { CODES } from '../codes.ts';
import { encodeMemo } from '../memo.ts';
import { sameAgain, toPost } from './ruling.ts';
import type { Ruling } from './ruling.ts';

/** The payment that has taken the offer. */
export type TakenBy = {
  readonly payment: PaymentId;
  readonly payer: WalletId;
  readonly amount: Money;
  /** What its hold has left. */
  readonly remaining: Money;
  /** It was paid offline, which takes the terminal's ACCEPT. */
  readonly isOffline: boolean;
};

export type VoidFacts = {
  readonly asset: Asset;
  /** What is recorded under the id of the void. */
  readonly known: Entry | undefined;
  /** The PAY that has the offer; undefined where the offer is free. */
  readonly takenBy: TakenBy | undefined;
};

/**
 * VOID: uses the offer up, or gives back what a PAY has paid on it. Rejects, in this order:
 * key-wrong-role, id-reused, session-closed.
 */
export function decideVoid(message: Signed<Void>, facts: VoidFacts): Result<Ruling> {
  const { body, signer, hash } = message;
  const { takenBy } = facts;
  if (signer.body.wallet !== body.terminal)
    return reject('key-wrong-role', "another terminal's key");
  if (facts.known) return sameAgain(facts.known, hash);
  if (!takenBy) return toPost({ ...common(message, facts.asset), ...claimed(message) });
  if (takenBy.isOffline) return reject('session-closed', 'the terminal has accepted the payment');
  if (takenBy.remaining !== takenBy.amount)
    return reject('session-closed', 'money was drawn already');
  return toPost({ ...common(message, facts.asset, takenBy), steps: [giveBack(takenBy)] });
}

const claimed = ({ body: { terminal, offerHash } }: Signed<Void>) => ({
  steps: [],
  claims: [offerClaim(terminal, offerHash)],
});

const giveBack = ({ payment, payer, amount }: TakenBy) =>
  ({
    kind: 'draw',
    hold: holdOfPayment(payment),
    credit: accountOf('payer', payer),
    amount,
  }) as const;

function common(message: Signed<Void>, asset: Asset, takenBy?: TakenBy) {
  const { terminal, offerHash } = message.body;
  return {
    id: voidGroup(terminal, offerHash),
    code: CODES.void,
    fingerprint: message.hash,
    memo: encodeMemo({
      subject: message.hash,
      subjectTyp: 'coinbox.void',
      asset,
      from: terminal,
      ...(takenBy && { amount: takenBy.amount, to: takenBy.payer }),
      request: message.bytes,
    }),
  };
}
