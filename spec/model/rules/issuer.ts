// pure
import { isOffline, isOnline } from '../rule.ts';
import type { Rule } from '../rule.ts';
import {
  isBooked,
  isFork,
  placeOf,
  replaced,
  sessionAt,
  terminalAt,
  withSession,
  withTerminal,
} from '../state.ts';
import type { Accounts, Scene, Session, State, UploadKind } from '../state.ts';

// The issuer. A message is applied with its entry in the ledger; the receipt follows from that.

/** Money into the holding account of terminal `place`, or out of it. */
const toHolding = (accounts: Accounts, place: number, amount: number): readonly number[] =>
  replaced(accounts.holding, place, (accounts.holding[place] as number) + amount);

const postsPay: Rule = {
  name: 'posts-pay',
  party: 'issuer',
  source: 'packages/issuer/operations/decide-pay.ts#decidePay',
  takes: 'PAY',
  says: 'the issuer decides on the PAY',
  applies: isOnline,
  step(state, at, scene) {
    const session = sessionAt(state, at);
    const { accounts } = state;
    if (session.payer === 'none' || session.issuer !== 'unseen') return undefined;
    if (accounts.frozen) return undefined;
    if (session.voidPosted || accounts.payer < scene.amount) {
      return withSession(state, at, { ...session, issuer: 'refused' });
    }
    const holding = toHolding(accounts, placeOf(scene, at).terminal, scene.amount);
    const next = withSession(state, at, { ...session, issuer: 'applied' });
    return {
      ...next,
      accounts: { ...accounts, payer: accounts.payer - scene.amount, holding },
    };
  },
};

const postsVoid: Rule = {
  name: 'posts-void',
  party: 'issuer',
  source: 'packages/issuer/operations/decide-void.ts#decideVoid',
  takes: 'VOID',
  says: 'the issuer takes the VOID and gives back what it has applied',
  applies: isOnline,
  step(state, at, scene) {
    const session = sessionAt(state, at);
    if (session.holding !== 'voided' || session.voidPosted) return undefined;
    if (session.issuer !== 'applied')
      return withSession(state, at, { ...session, voidPosted: true });
    const { accounts } = state;
    const holding = toHolding(accounts, placeOf(scene, at).terminal, -scene.amount);
    const next = withSession(state, at, { ...session, issuer: 'given-back', voidPosted: true });
    return {
      ...next,
      accounts: { ...accounts, payer: accounts.payer + scene.amount, holding },
    };
  },
};

/** Is the upload the next of its terminal, and not applied yet? */
export function isNext(state: State, at: number, scene: Scene, kind: UploadKind): boolean {
  const { uploads, firstPosted } = terminalAt(state, placeOf(scene, at).terminal);
  const [first] = uploads;
  return !firstPosted && first?.session === at && first.kind === kind && !first.passed;
}

/** The first upload of the terminal has its entry in the ledger. */
export function answered(state: State, at: number, scene: Scene): State {
  const { terminal: place } = placeOf(scene, at);
  return withTerminal(state, place, { ...terminalAt(state, place), firstPosted: true });
}

/** Does the PAY spend a refund that the issuer has not seen? Then it waits for that. */
const isParked = (state: State, { spends }: Session): boolean =>
  state.sessions.some(
    ({ refundPosted }, credit) => (spends & (1 << credit)) !== 0 && !refundPosted,
  );

/**
 * An offline PAY is booked whatever happens, since a terminal has taken it as money. What the
 * payer's float does not pay the issuer covers; it freezes a payer that owes, or is caught with a
 * FORK.
 */
export function bookOfflinePay(state: State, at: number, scene: Scene): State {
  const { amount } = scene;
  const { accounts } = state;
  const holding = toHolding(accounts, placeOf(scene, at).terminal, amount);
  const covered = Math.max(0, amount - accounts.float);
  const isForked = state.sessions.some(
    (other, place) => isBooked(other) && isFork(state, at, place),
  );
  const session: Session = { ...sessionAt(state, at), issuer: 'applied', covered };
  return {
    ...withSession(state, at, session),
    accounts: {
      ...accounts,
      float: accounts.float - amount + covered,
      loss: accounts.loss - covered,
      holding,
      frozen: accounts.frozen || isForked || covered > 0,
    },
  };
}

const syncsPay: Rule = {
  name: 'syncs-pay',
  party: 'issuer',
  source: 'spec/05-flow.md',
  takes: 'SYNC',
  says: 'the issuer takes the PAY from the journal',
  applies: isOffline,
  step(state, at, scene) {
    if (!isNext(state, at, scene, 'PAY')) return undefined;
    if (isParked(state, sessionAt(state, at))) return undefined;
    return answered(bookOfflinePay(state, at, scene), at, scene);
  },
};

/** Holding → settlement → provider, as one group. */
export function bookSettle(state: State, at: number, scene: Scene): State {
  const session = sessionAt(state, at);
  const { accounts } = state;
  const holding = toHolding(accounts, placeOf(scene, at).terminal, -session.drawn);
  const next = withSession(state, at, { ...session, settleParked: false, settlePosted: true });
  const provider = accounts.provider + session.drawn;
  return { ...next, accounts: { ...accounts, provider, holding } };
}

const postsSettle: Rule = {
  name: 'posts-settle',
  party: 'issuer',
  source: 'packages/issuer/operations/decide-settle.ts#decideSettle',
  takes: 'SETTLE',
  says: 'the issuer posts the SETTLE, or parks it while the provider is frozen',
  step(state, at, scene) {
    const session = sessionAt(state, at);
    if (!isNext(state, at, scene, 'SETTLE') || !isBooked(session)) return undefined;
    if (state.accounts.providerFrozen) {
      if (session.settleParked) return undefined;
      return withSession(state, at, { ...session, settleParked: true });
    }
    return answered(bookSettle(state, at, scene), at, scene);
  },
};

/** Holding → where the money of the payment came from; what the issuer has covered goes first. */
export function bookRefund(state: State, at: number, scene: Scene): State {
  const session = sessionAt(state, at);
  const { accounts } = state;
  const holding = toHolding(accounts, placeOf(scene, at).terminal, -session.refund);
  const next = withSession(state, at, { ...session, refundPosted: true });
  const toLoss = Math.min(session.covered, session.refund);
  const rest = session.refund - toLoss;
  const toFloat = isOffline(scene, at) ? rest : 0;
  return {
    ...next,
    accounts: {
      ...accounts,
      holding,
      payer: accounts.payer + rest - toFloat,
      float: accounts.float + toFloat,
      loss: accounts.loss + toLoss,
    },
  };
}

const postsRefund: Rule = {
  name: 'posts-refund',
  party: 'issuer',
  source: 'packages/issuer/operations/decide-refund.ts#decideRefund',
  takes: 'REFUND',
  says: 'the issuer posts the REFUND',
  step(state, at, scene) {
    if (!isNext(state, at, scene, 'REFUND') || !isBooked(sessionAt(state, at))) return undefined;
    return answered(bookRefund(state, at, scene), at, scene);
  },
};

const FREEZE = 'packages/issuer/operations/freeze-wallet.ts';

/** A supervisor freezes the provider or releases it. It is told with the first session. */
const freeze = (providerFrozen: boolean): Rule => ({
  name: providerFrozen ? 'freezes-provider' : 'releases-provider',
  party: 'issuer',
  source: `${FREEZE}#${providerFrozen ? 'freezeWallet' : 'unfreezeWallet'}`,
  says: providerFrozen ? 'a supervisor freezes the provider' : 'a supervisor releases the provider',
  applies: ({ freezes }, at) => freezes && at === 0,
  step(state) {
    const { accounts } = state;
    if (accounts.providerFrozen === providerFrozen) return undefined;
    return { ...state, accounts: { ...accounts, providerFrozen } };
  },
});

/** What the issuer may do. */
export const ISSUER_RULES: readonly Rule[] = [
  postsPay,
  postsVoid,
  syncsPay,
  postsSettle,
  postsRefund,
  freeze(true),
  freeze(false),
];
