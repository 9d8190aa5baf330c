// pure
import { RULES } from './protocol.ts';
import { isOffline } from './rule.ts';
import type { Rule } from './rule.ts';
import { answered, bookOfflinePay, bookRefund, bookSettle, isNext } from './rules/issuer.ts';
import { recredit } from './rules/payer.ts';
import { close, take } from './rules/terminal.ts';
import {
  isAccepted,
  isBooked,
  newUpload,
  placeOf,
  sessionAt,
  terminalAt,
  withSession,
  withTerminal,
} from './state.ts';
import type { Scene, State, UploadKind } from './state.ts';

/** The protocol with one rule broken. A property must fail, or the properties prove little. */
export type Mutation = {
  readonly name: string;
  /** What is broken, in one sentence. */
  readonly says: string;
  readonly rules: readonly Rule[];
};

const without = (...names: readonly string[]): readonly Rule[] =>
  RULES.filter(({ name }) => !names.includes(name));

const changed = (name: string, change: Partial<Rule>): readonly Rule[] =>
  RULES.map((rule) => (rule.name === name ? { ...rule, ...change } : rule));

const added = (rule: Omit<Rule, 'source'>): readonly Rule[] => [
  ...RULES,
  { ...rule, source: 'none' },
];

const timeOutReversal = added({
  name: 'takes-back',
  party: 'payer',
  says: 'no answer in time: the payer credits itself again',
  step(state, at, scene) {
    const session = sessionAt(state, at);
    return session.payer === 'debited' ? recredit(state, at, session, scene) : undefined;
  },
});

const acceptAfterVoid = added({
  name: 'accepts-after-void',
  party: 'terminal',
  takes: 'PAY',
  says: 'the terminal accepts, although it has signed VOID',
  step(state, at, scene) {
    const session = sessionAt(state, at);
    const isPaid = isOffline(scene, at) || isBooked(session);
    return session.holding === 'voided' && isPaid ? take(state, at, session, scene) : undefined;
  },
});

const duplicateAccept = added({
  name: 'accepts-again',
  party: 'terminal',
  takes: 'PAY',
  says: 'the terminal takes the same PAY as money again',
  step(state, at, scene) {
    const session = sessionAt(state, at);
    return isAccepted(session) ? take(state, at, session, scene) : undefined;
  },
});

const duplicateDraw = added({
  name: 'draws-again',
  party: 'terminal',
  says: 'the terminal pays the same BILL again',
  step(state, at, scene) {
    const session = sessionAt(state, at);
    const { terminal: place } = placeOf(scene, at);
    const terminal = terminalAt(state, place);
    if (session.drawn === 0) return undefined;
    const next = withTerminal(state, place, {
      ...terminal,
      holding: terminal.holding - session.drawn,
      settlement: terminal.settlement + session.drawn,
      uploads: [...terminal.uploads, newUpload('SETTLE', at)],
    });
    return withSession(next, at, { ...session, drawn: session.drawn * 2 });
  },
});

const settleTwice = added({
  name: 'posts-settle-again',
  party: 'issuer',
  takes: 'SETTLE',
  says: 'the issuer posts the same SETTLE again',
  step: (state, at, scene) =>
    sessionAt(state, at).settlePosted ? bookSettle(state, at, scene) : undefined,
});

const fullRefund = changed('pays-bill', {
  says: 'the terminal checks a BILL, draws, settles and gives all back: a bill of',
  step(state, at, scene, bill) {
    const session = sessionAt(state, at);
    if (session.holding !== 'awaiting-bill') return undefined;
    if (bill > scene.amount || bill > session.delivered) return undefined;
    return close(state, at, scene, { drawn: bill, refund: scene.amount });
  },
});

const noDeliveryCheck = changed('pays-bill', {
  says: 'the terminal pays a BILL out of what it holds: a bill of',
  step(state, at, scene, bill) {
    const session = sessionAt(state, at);
    const isOpen = isAccepted(session) && session.holding !== 'drawn';
    if (!isOpen || bill > scene.amount) return undefined;
    return close(state, at, scene, { drawn: bill, refund: scene.amount - bill });
  },
});

type Book = (state: State, at: number, scene: Scene) => State;
const booksOf: Record<UploadKind, Book> = {
  PAY: bookOfflinePay,
  SETTLE: bookSettle,
  REFUND: bookRefund,
};

/** Applies an upload wherever it stands, and passes those before it. */
const applyAnywhere =
  (kind: UploadKind): Rule['step'] =>
  (state, at, scene) => {
    const { terminal: place } = placeOf(scene, at);
    const { uploads, firstPosted } = terminalAt(state, place);
    const found = uploads.findIndex((one) => one.kind === kind && one.session === at);
    const upload = uploads[found];
    if (!upload || upload.passed || firstPosted) return undefined;
    if (kind !== 'PAY' && !isBooked(sessionAt(state, at))) return undefined;
    const passed = uploads.slice(0, found).map((one) => ({ ...one, passed: true }));
    const next = booksOf[kind](state, at, scene);
    return withTerminal(next, place, {
      ...terminalAt(next, place),
      uploads: [upload, ...passed, ...uploads.slice(found + 1)],
      firstPosted: true,
    });
  };

const anyOrder = RULES.map((rule) => {
  if (rule.name === 'syncs-pay') return { ...rule, step: applyAnywhere('PAY') };
  if (rule.name === 'posts-settle') return { ...rule, step: applyAnywhere('SETTLE') };
  return rule.name === 'posts-refund' ? { ...rule, step: applyAnywhere('REFUND') } : rule;
});

const noParking = changed('syncs-pay', {
  step: (state, at, scene) =>
    isNext(state, at, scene, 'PAY')
      ? answered(bookOfflinePay(state, at, scene), at, scene)
      : undefined,
});

/** Each must be refuted: ten ways to lose money, to make money, or to stand still for ever. */
export const MUTATIONS: readonly Mutation[] = [
  {
    name: 'no VOID',
    says: 'an offer expires in silence: nobody is told that its PAY will not be accepted',
    rules: without('takes-void', 'posts-void'),
  },
  {
    name: 'payer time-out reversal',
    says: 'the payer takes its money back when no answer has come for a while',
    rules: timeOutReversal,
  },
  {
    name: 'accept after VOID',
    says: 'the terminal accepts a late PAY although it has signed VOID',
    rules: acceptAfterVoid,
  },
  {
    name: 'duplicate accept',
    says: 'the terminal takes the same PAY as money twice',
    rules: duplicateAccept,
  },
  {
    name: 'duplicate draw',
    says: 'the terminal pays the same BILL twice',
    rules: duplicateDraw,
  },
  {
    name: 'issuer not idempotent',
    says: 'the issuer posts a SETTLE that comes again',
    rules: settleTwice,
  },
  {
    name: 'full refund after a draw',
    says: 'the terminal gives back what was paid in, not what is left',
    rules: fullRefund,
  },
  {
    name: 'draw without the delivery check',
    says: 'the terminal pays any BILL that is not over what it holds',
    rules: noDeliveryCheck,
  },
  {
    name: 'upload in any order',
    says: 'the issuer applies an upload before those that come before it',
    rules: anyOrder,
  },
  {
    name: 'no parking',
    says: 'the issuer books a PAY before the refunds that it spends',
    rules: noParking,
  },
];
