// pure
import type { System } from './explore.ts';
import { protocolOf, stepsOf, RULES } from './protocol.ts';
import type { Step } from './protocol.ts';
import type { MessageKind, Party, Rule } from './rule.ts';
import { isAccepted, placeOf, sessionAt } from './state.ts';
import type { Scene, Session, State, Way } from './state.ts';

/**
 * The same protocol with its messages as things of their own. `queued` is volatile: what a party
 * has in memory to send. `underWay` is the network. Each message has one bit in both.
 */
export type WiredState = {
  readonly stored: State;
  readonly queued: number;
  readonly underWay: number;
};

type MessageClass = {
  readonly kind: MessageKind;
  readonly sender: Party;
  /** Has the sender stored the message? From then on it can send it, again and again. */
  readonly isStored: (session: Session, way: Way) => boolean;
};

const CLASSES: readonly MessageClass[] = [
  { kind: 'PAY', sender: 'payer', isStored: ({ payer }) => payer !== 'none' },
  { kind: 'ACCEPT', sender: 'terminal', isStored: isAccepted },
  { kind: 'VOID', sender: 'terminal', isStored: ({ holding }) => holding === 'voided' },
  {
    kind: 'SYNC',
    sender: 'terminal',
    isStored: (session, way) => way === 'offline' && isAccepted(session),
  },
  { kind: 'SETTLE', sender: 'terminal', isStored: ({ drawn }) => drawn > 0 },
  { kind: 'REFUND', sender: 'terminal', isStored: ({ refund }) => refund > 0 },
  { kind: 'PAY receipt', sender: 'issuer', isStored: ({ issuer }) => issuer !== 'unseen' },
  { kind: 'SETTLE receipt', sender: 'issuer', isStored: ({ settlePosted }) => settlePosted },
  { kind: 'REFUND receipt', sender: 'issuer', isStored: ({ refundPosted }) => refundPosted },
];

const PARTIES: readonly Party[] = ['payer', 'terminal', 'issuer'];

const bitOf = (kind: MessageKind, at: number): number =>
  1 << (at * CLASSES.length + CLASSES.findIndex((one) => one.kind === kind));

/** Bits of the messages of a scene for which `isWanted` says yes. */
const bitsWhere = (
  { sessions }: Scene,
  isWanted: (message: MessageClass, at: number) => boolean,
): number =>
  sessions.reduce(
    (bits, _, at) =>
      CLASSES.reduce(
        (sum, message) => (isWanted(message, at) ? sum | bitOf(message.kind, at) : sum),
        bits,
      ),
    0,
  );

const storedMessages = (state: State, scene: Scene): number =>
  bitsWhere(scene, ({ isStored }, at) => isStored(sessionAt(state, at), placeOf(scene, at).way));

/** A message is a bit of a number below 2^31. */
const MOST_MESSAGES = 31;

type Wire = {
  readonly scene: Scene;
  readonly steps: readonly Step[];
  /** Each message of the scene, as its bit. */
  readonly messages: readonly number[];
  /** By party: the messages that it sends. */
  readonly sent: readonly number[];
};

type Reach = (next: WiredState, step: number) => void;

/**
 * The protocol in one scene with an explicit network. A message is stored by its sender together
 * with the change that makes it, then queued, then sent. The network delivers it at any time, any
 * number of times, in any order, or loses it. A crash of a party empties its queue; what it has
 * stored it may queue again. At most three sessions, since a message is a bit of 31.
 */
export function wiredProtocolOf(scene: Scene, rules: readonly Rule[] = RULES): System<WiredState> {
  const inner = protocolOf(scene, rules);
  const all = bitsWhere(scene, () => true);
  const wire: Wire = {
    scene,
    steps: stepsOf(scene, rules),
    messages: Array.from({ length: MOST_MESSAGES }, (_, bit) => 1 << bit).filter(
      (bit) => (all & bit) !== 0,
    ),
    sent: PARTIES.map((party) => bitsWhere(scene, ({ sender }) => sender === party)),
  };
  return {
    first: { stored: inner.first, queued: 0, underWay: 0 },
    words: inner.words + 2,
    encode({ stored, queued, underWay }, words) {
      inner.encode(stored, words);
      words[inner.words] = queued;
      words[inner.words + 1] = underWay;
    },
    next(state, reach) {
      const first = takeSteps(wire, state, reach);
      moveMessages(wire, state, (next, step) => reach(next, first + step));
    },
    broken: ({ stored }) => inner.broken(stored),
    isResolved: ({ stored }) => inner.isResolved(stored),
  };
}

/** The steps of the parties; one that takes a message needs it under way. */
function takeSteps({ scene, steps }: Wire, state: WiredState, reach: Reach): number {
  const { stored, queued, underWay } = state;
  const before = storedMessages(stored, scene);
  steps.forEach(({ rule, at, choice }, number) => {
    if (rule.takes && (underWay & bitOf(rule.takes, at)) === 0) return;
    const next = rule.step(stored, at, scene, choice);
    if (!next) return;
    const made = storedMessages(next, scene) & ~before;
    reach({ stored: next, queued: queued | made, underWay }, number);
  });
  return steps.length;
}

/** What happens to messages: queued again, sent, lost; and crashes. */
function moveMessages({ scene, messages, sent }: Wire, state: WiredState, reach: Reach): void {
  const { stored, queued, underWay } = state;
  const known = storedMessages(stored, scene);
  messages.forEach((bit, at) => {
    const isQueued = (queued & bit) !== 0;
    const isUnderWay = (underWay & bit) !== 0;
    if (isQueued) reach({ stored, queued: queued & ~bit, underWay: underWay | bit }, 3 * at);
    if (isUnderWay) reach({ stored, queued, underWay: underWay & ~bit }, 3 * at + 1);
    const mayQueue = (known & bit) !== 0 && !isQueued && !isUnderWay;
    if (mayQueue) reach({ stored, queued: queued | bit, underWay }, 3 * at + 2);
  });
  sent.forEach((bits, party) => {
    const lost = queued & bits;
    if (lost !== 0) reach({ stored, queued: queued & ~lost, underWay }, 3 * MOST_MESSAGES + party);
  });
}
