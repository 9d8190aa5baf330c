// pure
import { isAccepted, sessionAt } from './state.ts';
import type { Scene, Session, State, Terminal } from './state.ts';

/** What must hold in every state. */
export type Property = {
  readonly name: string;
  /** In one sentence. */
  readonly says: string;
  readonly holds: (state: State, scene: Scene) => boolean;
};

function sum<T>(values: readonly T[], amountOf: (value: T, at: number) => number): number {
  let total = 0;
  for (let at = 0; at < values.length; at++) total += amountOf(values[at] as T, at);
  return total;
}

const itself = (amount: number): number => amount;
const drawnIn = (sessions: readonly Session[]): number => sum(sessions, ({ drawn }) => drawn);

const conservation: Property = {
  name: 'conservation',
  says: "the balances of the issuer's ledger have the same sum for ever",
  holds: ({ accounts }, { balance, float }) =>
    accounts.payer +
      accounts.float +
      sum(accounts.holding, itself) +
      accounts.provider +
      accounts.loss ===
    balance + float,
};

const noNegativeBalance: Property = {
  name: 'no negative balance',
  says: 'no account of the ledger and no wallet of a device is below zero',
  holds: ({ accounts, terminals, wallet }) =>
    accounts.payer >= 0 &&
    accounts.float >= 0 &&
    accounts.provider >= 0 &&
    accounts.holding.every((amount) => amount >= 0) &&
    terminals.every(({ holding, settlement }) => holding >= 0 && settlement >= 0) &&
    wallet >= 0,
};

const boundedLoss: Property = {
  name: 'bounded loss',
  says:
    'the issuer covers nothing for an honest wallet and never freezes it; ' +
    'for one that was copied, at most the amount of one payment for each terminal but one',
  holds({ accounts, sessions }, { amount, terminals }) {
    const isCopied = sessions.some(({ copyOf }) => copyOf >= 0);
    if (!isCopied) return accounts.loss === 0 && !accounts.frozen;
    return accounts.loss <= 0 && accounts.loss >= -amount * (terminals - 1);
  },
};

const settledWithinDelivered: Property = {
  name: 'settled within delivered',
  says: 'no session pays for more than it delivered, and the provider has each draw at most once',
  holds: ({ accounts, sessions }) =>
    sessions.every(({ drawn, delivered }) => drawn <= delivered) &&
    accounts.provider === drawnIn(sessions.filter(({ settlePosted }) => settlePosted)),
};

const oneAnswer: Property = {
  name: 'one answer to an offer',
  says: 'no payment is both credited to the payer again and accepted by the terminal',
  holds: ({ sessions }) =>
    sessions.every((session) => session.payer !== 'recredited' || !isAccepted(session)),
};

/** Offline money between a payer's wallet and a holding wallet, in one direction or the other. */
function underWay(session: Session, amount: number): number {
  const isOnItsWay = session.payer === 'debited' && !isAccepted(session);
  return (isOnItsWay ? amount : 0) + (session.payer === 'refunded' ? 0 : session.refund);
}

const deviceConservation: Property = {
  name: 'conservation on the devices',
  says: 'wallets, holding wallets, draws and what is under way add up to what came in',
  holds({ sessions, terminals, wallet }, { sessions: places, float, amount }) {
    const paidIn = sum(sessions, (session, at) => {
      if (places[at]?.way === 'offline') return session.copyOf >= 0 ? amount : 0;
      return isAccepted(session) ? amount - session.refund : 0;
    });
    const moving = sum(sessions, (session, at) =>
      places[at]?.way === 'offline' ? underWay(session, amount) : 0,
    );
    const held = sum(terminals, ({ holding }) => holding);
    return wallet + held + drawnIn(sessions) + moving === float + paidIn;
  },
};

const drawnBy = (state: State, { uploads }: Terminal): number =>
  sum(uploads, ({ kind, session }) => (kind === 'SETTLE' ? sessionAt(state, session).drawn : 0));

const transit: Property = {
  name: 'transit',
  says: 'a settlement wallet has what was drawn and has no receipt yet',
  holds: (state) =>
    state.terminals.every((terminal) => terminal.settlement === drawnBy(state, terminal)),
};

const backing: Property = {
  name: 'backing',
  says: "a terminal has no more than the issuer's ledger has for it, counting what is under way",
  holds: (state, { amount }) =>
    state.terminals.every(({ holding, settlement, uploads, firstPosted }, place) => {
      const toCome = sum(uploads, ({ kind, session }, at) => {
        const isPosted = at === 0 && firstPosted;
        if (kind === 'PAY') return isPosted ? 0 : amount;
        return kind === 'SETTLE' && isPosted ? sessionAt(state, session).drawn : 0;
      });
      return holding + settlement <= (state.accounts.holding[place] as number) + toCome;
    }),
};

const booksAgree: Property = {
  name: 'books agree at rest',
  says: 'where nothing is left to do, every party has the same numbers in its books',
  holds(state, scene) {
    if (!isResolved(state, scene)) return true;
    const { accounts, sessions, terminals, wallet } = state;
    const isEmpty =
      accounts.holding.every((amount) => amount === 0) &&
      terminals.every(({ holding, settlement }) => holding === 0 && settlement === 0);
    const isCopied = sessions.some(({ copyOf }) => copyOf >= 0);
    const isSame = isCopied || wallet === accounts.float;
    return isEmpty && isSame && accounts.provider === drawnIn(sessions);
  },
};

export const PROPERTIES: readonly Property[] = [
  conservation,
  noNegativeBalance,
  boundedLoss,
  settledWithinDelivered,
  oneAnswer,
  deviceConservation,
  transit,
  backing,
  booksAgree,
];

/** The name of the first property that the state breaks. */
export const brokenProperty = (state: State, scene: Scene): string | undefined =>
  PROPERTIES.find(({ holds }) => !holds(state, scene))?.name;

/** Is nothing left to do: no payment in doubt, no session open, no upload without a receipt? */
export const isResolved = (state: State, { sessions: places }: Scene): boolean =>
  state.terminals.every(({ uploads }) => uploads.length === 0) &&
  state.sessions.every((session, at) => isSettled(session, places[at]?.way === 'online'));

function isSettled(session: Session, isOnline: boolean): boolean {
  const { payer, holding, issuer, refund } = session;
  if (payer === 'none') return true;
  if (payer === 'debited') return false;
  if (payer === 'recredited') {
    const isKnown = issuer === 'refused' || issuer === 'given-back' || session.voidPosted;
    return holding !== 'presented' && (!isOnline || isKnown);
  }
  return holding === 'drawn' && (refund === 0 || payer === 'refunded');
}
