// pure
import { isOffline, isOnline } from '../rule.ts';
import type { Rule } from '../rule.ts';
import { isAccepted, sessionAt, withSession } from '../state.ts';
import type { Scene, Session, State } from '../state.ts';

// The payer's wallet. Nothing here goes by time: every way out of `debited` is a signature.

const paysOnline: Rule = {
  name: 'pays-online',
  party: 'payer',
  source: 'packages/payer/step.ts#makePay',
  says: 'the payer stores a PAY',
  applies: isOnline,
  step(state, at) {
    const session = sessionAt(state, at);
    if (session.payer !== 'none') return undefined;
    return withSession(state, at, { ...session, payer: 'debited' });
  },
};

/** Sessions whose refunds are in the wallet: what the next PAY spends, as far as is known. */
export const creditsOf = (state: State, { sessions }: Scene): number =>
  state.sessions.reduce(
    (bits, { payer }, at) =>
      payer === 'refunded' && sessions[at]?.way === 'offline' ? bits | (1 << at) : bits,
    0,
  );

const paysOffline: Rule = {
  name: 'pays-offline',
  party: 'payer',
  source: 'spec/05-flow.md',
  says: 'the payer takes the amount from its float and stores a PAY',
  applies: isOffline,
  step(state, at, scene) {
    const session = sessionAt(state, at);
    if (session.payer !== 'none' || state.wallet < scene.amount) return undefined;
    const spends = creditsOf(state, scene);
    const next = withSession(state, at, { ...session, payer: 'debited', spends });
    return { ...next, wallet: state.wallet - scene.amount };
  },
};

const copyPays: Rule = {
  name: 'copy-pays',
  party: 'payer',
  source: 'spec/05-flow.md',
  says: 'a copy of the wallet stores another PAY with the sequence number of session',
  applies: (scene, at) => scene.copies && isOffline(scene, at),
  step(state, at, scene, number) {
    const session = sessionAt(state, at);
    const of = number - 1;
    if (session.payer !== 'none') return undefined;
    if (of >= state.sessions.length || !isOffline(scene, of)) return undefined;
    const original = sessionAt(state, of);
    if (original.payer === 'none') return undefined;
    if (state.sessions.some(({ copyOf }) => copyOf >= 0)) return undefined;
    const { spends } = original;
    return withSession(state, at, { ...session, payer: 'debited', spends, copyOf: of });
  },
  choices: [1, 2, 3],
};

const takesAccept: Rule = {
  name: 'takes-accept',
  party: 'payer',
  source: 'packages/payer/step.ts#takeAccept',
  takes: 'ACCEPT',
  says: 'the payer takes the ACCEPT',
  step(state, at) {
    const session = sessionAt(state, at);
    if (!isAccepted(session) || session.payer !== 'debited') return undefined;
    return withSession(state, at, { ...session, payer: 'done' });
  },
};

/** The money of a payment is the payer's again. */
export function recredit(state: State, at: number, session: Session, scene: Scene): State {
  const next = withSession(state, at, { ...session, payer: 'recredited' });
  return isOffline(scene, at) ? { ...next, wallet: state.wallet + scene.amount } : next;
}

const takesVoid: Rule = {
  name: 'takes-void',
  party: 'payer',
  source: 'packages/payer/step.ts#takeVoid',
  takes: 'VOID',
  says: 'the payer takes the VOID and credits itself again',
  step(state, at, scene) {
    const session = sessionAt(state, at);
    if (session.holding !== 'voided' || session.payer !== 'debited') return undefined;
    return recredit(state, at, session, scene);
  },
};

const takesRefusedPay: Rule = {
  name: 'takes-refused-pay',
  party: 'payer',
  source: 'packages/payer/step.ts#takeReceipt',
  takes: 'PAY receipt',
  says: "the payer takes the issuer's refusal of its PAY and credits itself again",
  applies: isOnline,
  step(state, at, scene) {
    const session = sessionAt(state, at);
    if (session.issuer !== 'refused' || session.payer !== 'debited') return undefined;
    return recredit(state, at, session, scene);
  },
};

const takesRefund: Rule = {
  name: 'takes-refund',
  party: 'payer',
  source: 'spec/05-flow.md',
  takes: 'REFUND',
  says: 'the payer takes the REFUND into its float',
  applies: isOffline,
  step(state, at) {
    const session = sessionAt(state, at);
    if (session.refund === 0 || session.payer !== 'done') return undefined;
    const next = withSession(state, at, { ...session, payer: 'refunded' });
    return { ...next, wallet: state.wallet + session.refund };
  },
};

const takesRefundReceipt: Rule = {
  name: 'takes-refund-receipt',
  party: 'payer',
  source: 'packages/payer/step.ts#takeReceipt',
  takes: 'REFUND receipt',
  says: 'the payer takes the RECEIPT of the REFUND',
  applies: isOnline,
  step(state, at) {
    const session = sessionAt(state, at);
    if (!session.refundPosted || session.payer !== 'done') return undefined;
    return withSession(state, at, { ...session, payer: 'refunded' });
  },
};

/** What a payer's wallet may do. `copy-pays` is what a thief does with one. */
export const PAYER_RULES: readonly Rule[] = [
  paysOnline,
  paysOffline,
  copyPays,
  takesAccept,
  takesVoid,
  takesRefusedPay,
  takesRefund,
  takesRefundReceipt,
];
