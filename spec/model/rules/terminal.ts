// pure
import { isOffline, isOnline } from '../rule.ts';
import type { Rule } from '../rule.ts';
import {
  isAccepted,
  isBooked,
  isFork,
  newUpload,
  placeOf,
  sessionAt,
  terminalAt,
  withSession,
  withTerminal,
} from '../state.ts';
import type { Scene, Session, State, UploadKind } from '../state.ts';

// The terminal: its holding wallet, its device and its settlement wallet. Each step is one event of
// the journal. A timer may fire at any moment: no step asks for the time.

const presentsPay: Rule = {
  name: 'presents-pay',
  party: 'terminal',
  source: 'packages/terminal/step-offer.ts#presentPay',
  takes: 'PAY',
  says: 'the terminal stores the PAY and asks the issuer',
  applies: isOnline,
  step(state, at) {
    const session = sessionAt(state, at);
    if (session.payer === 'none' || session.holding !== 'offered') return undefined;
    return withSession(state, at, { ...session, holding: 'presented' });
  },
};

/** The money of a PAY comes into the holding wallet. Offline, the journal has it for the issuer. */
export function take(state: State, at: number, session: Session, scene: Scene): State {
  const { terminal: place, way } = placeOf(scene, at);
  const terminal = terminalAt(state, place);
  const uploads =
    way === 'offline' ? [...terminal.uploads, newUpload('PAY', at)] : terminal.uploads;
  const holding = terminal.holding + scene.amount;
  const next = withTerminal(state, place, { ...terminal, holding, uploads });
  return withSession(next, at, { ...session, holding: 'accepted' });
}

const acceptsPosted: Rule = {
  name: 'accepts-posted',
  party: 'terminal',
  source: 'packages/terminal/step-offer.ts#acceptPay',
  takes: 'PAY receipt',
  says: "the terminal takes the issuer's RECEIPT of the PAY and accepts",
  applies: isOnline,
  step(state, at, scene) {
    const session = sessionAt(state, at);
    if (session.holding !== 'presented' || !isBooked(session)) return undefined;
    return take(state, at, session, scene);
  },
};

/** Has this terminal taken another PAY with the sequence number of this one? */
const isForkHere = (state: State, at: number, { sessions }: Scene): boolean =>
  state.sessions.some(
    (other, place) =>
      sessions[place]?.terminal === sessions[at]?.terminal &&
      isAccepted(other) &&
      isFork(state, at, place),
  );

const acceptsOffline: Rule = {
  name: 'accepts-offline',
  party: 'terminal',
  source: 'spec/05-flow.md',
  takes: 'PAY',
  says: 'the terminal takes the PAY as money and accepts',
  applies: isOffline,
  step(state, at, scene) {
    const session = sessionAt(state, at);
    if (session.payer === 'none' || session.holding !== 'offered') return undefined;
    if (isForkHere(state, at, scene)) return undefined;
    return take(state, at, session, scene);
  },
};

const voidsOffer: Rule = {
  name: 'voids-offer',
  party: 'terminal',
  source: 'packages/terminal/step-offer.ts#voidOffer',
  takes: 'PAY',
  says: 'the offer has expired: the terminal signs VOID',
  step(state, at) {
    const session = sessionAt(state, at);
    if (session.payer === 'none') return undefined;
    if (session.holding !== 'offered' && session.holding !== 'presented') return undefined;
    return withSession(state, at, { ...session, holding: 'voided' });
  },
};

const delivers: Rule = {
  name: 'delivers',
  party: 'terminal',
  source: 'packages/terminal/step-session.ts#meter',
  says: 'the device delivers one unit, and it is metered',
  step(state, at, scene) {
    const session = sessionAt(state, at);
    if (session.holding !== 'accepted' && session.holding !== 'delivering') return undefined;
    if (session.delivered >= scene.amount) return undefined;
    const delivered = session.delivered + 1;
    return withSession(state, at, { ...session, holding: 'delivering', delivered });
  },
};

const endsDelivery: Rule = {
  name: 'ends-delivery',
  party: 'terminal',
  source: 'packages/terminal/step-session.ts#meter',
  says: 'the terminal signs the final METER',
  step(state, at) {
    const session = sessionAt(state, at);
    if (session.holding !== 'accepted' && session.holding !== 'delivering') return undefined;
    return withSession(state, at, { ...session, holding: 'awaiting-bill' });
  },
};

/** Draw and refund, as one event: both leave the holding wallet, both go to the issuer. */
export function close(
  state: State,
  at: number,
  scene: Scene,
  { drawn, refund }: { readonly drawn: number; readonly refund: number },
): State {
  const { terminal: place } = placeOf(scene, at);
  const terminal = terminalAt(state, place);
  const uploads = [...terminal.uploads];
  if (drawn > 0) uploads.push(newUpload('SETTLE', at));
  if (refund > 0) uploads.push(newUpload('REFUND', at));
  const next = withTerminal(state, place, {
    ...terminal,
    holding: terminal.holding - drawn - refund,
    settlement: terminal.settlement + drawn,
    uploads,
  });
  return withSession(next, at, { ...sessionAt(state, at), holding: 'drawn', drawn, refund });
}

/**
 * A provider may sign any bill at any time. The one that is honest asks for what was delivered; the
 * others ask for more, before the delivery is over, or again.
 */
const BILLS: readonly number[] = [0, 1, 2, 3];

const paysBill: Rule = {
  name: 'pays-bill',
  party: 'terminal',
  source: 'packages/terminal/check-bill.ts#checkBill',
  says: 'the terminal checks a BILL, draws, settles and gives the rest back: a bill of',
  choices: BILLS,
  step(state, at, scene, bill) {
    const session = sessionAt(state, at);
    if (session.holding !== 'awaiting-bill') return undefined;
    if (bill > scene.amount || bill > session.delivered) return undefined;
    return close(state, at, scene, { drawn: bill, refund: scene.amount - bill });
  },
};

const returnsMoney: Rule = {
  name: 'returns-money',
  party: 'terminal',
  source: 'packages/terminal/step-session.ts#returnMoney',
  says: 'no start or no bill in time: the terminal gives all back',
  step(state, at, scene) {
    const session = sessionAt(state, at);
    if (session.holding !== 'accepted' && session.holding !== 'awaiting-bill') return undefined;
    return close(state, at, scene, { drawn: 0, refund: scene.amount });
  },
};

/** The issuer's answer to the first upload: the next one may go. */
const takesAnswer = (kind: UploadKind): Rule => ({
  name: `takes-${kind.toLowerCase()}-answer`,
  party: 'terminal',
  source: 'packages/terminal/step-session.ts#takeReceipt',
  takes: `${kind} receipt`,
  says: `the terminal takes the RECEIPT of the ${kind}`,
  applies: (scene, at) => kind !== 'PAY' || isOffline(scene, at),
  step(state, at, scene) {
    const { terminal: place } = placeOf(scene, at);
    const terminal = terminalAt(state, place);
    const [first, ...uploads] = terminal.uploads;
    if (!terminal.firstPosted || first?.session !== at || first.kind !== kind) return undefined;
    const settled = kind === 'SETTLE' ? sessionAt(state, at).drawn : 0;
    const settlement = terminal.settlement - settled;
    return withTerminal(state, place, { ...terminal, uploads, settlement, firstPosted: false });
  },
});

/** What a terminal may do. */
export const TERMINAL_RULES: readonly Rule[] = [
  presentsPay,
  acceptsPosted,
  acceptsOffline,
  voidsOffer,
  delivers,
  endsDelivery,
  paysBill,
  returnsMoney,
  takesAnswer('PAY'),
  takesAnswer('SETTLE'),
  takesAnswer('REFUND'),
];
