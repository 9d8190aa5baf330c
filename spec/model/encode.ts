// pure
import { strict as assert } from 'node:assert';
import type {
  HoldingStage,
  IssuerStage,
  PayerStage,
  Scene,
  Session,
  State,
  Terminal,
  UploadKind,
} from './state.ts';

const PAYER: Record<PayerStage, number> = {
  none: 0,
  debited: 1,
  done: 2,
  recredited: 3,
  refunded: 4,
};
const HOLDING: Record<HoldingStage, number> = {
  offered: 0,
  presented: 1,
  voided: 2,
  accepted: 3,
  delivering: 4,
  'awaiting-bill': 5,
  drawn: 6,
};
const ISSUER: Record<IssuerStage, number> = {
  unseen: 0,
  applied: 1,
  refused: 2,
  'given-back': 3,
};
const UPLOAD: Record<UploadKind, number> = { PAY: 1, SETTLE: 2, REFUND: 3 };

/** Uploads that fit a word of 5 bits each. */
const MOST_UPLOADS = 6;
/** Balances are from -16 to 47: a broken rule may take them below zero. */
const BALANCE_BITS = 6;
const LOWEST_BALANCE = -16;

/** Puts a number beside what is in the word already. Numbers that do not fit are a bug. */
function beside(word: number, bits: number, value: number): number {
  if (value < 0 || value >= 1 << bits) assert.fail('a number of the state fits its place');
  return (word << bits) | value;
}

const besideBalance = (word: number, balance: number): number =>
  beside(word, BALANCE_BITS, balance - LOWEST_BALANCE);

function sessionWord(session: Session): number {
  let word = beside(0, 3, PAYER[session.payer]);
  word = beside(word, 3, HOLDING[session.holding]);
  word = beside(word, 2, ISSUER[session.issuer]);
  word = beside(word, 2, session.covered);
  word = beside(word, 1, session.settleParked ? 1 : 0);
  word = beside(word, 1, session.voidPosted ? 1 : 0);
  word = beside(word, 1, session.settlePosted ? 1 : 0);
  word = beside(word, 1, session.refundPosted ? 1 : 0);
  word = beside(word, 3, session.delivered);
  word = beside(word, 3, session.drawn);
  word = beside(word, 3, session.refund);
  word = beside(word, 4, session.spends);
  return beside(word, 3, session.copyOf + 1);
}

function uploadsWord({ uploads }: Terminal): number {
  if (uploads.length > MOST_UPLOADS) assert.fail('the journal of a terminal is short');
  let word = 0;
  for (const { kind, session, passed } of uploads) {
    word = beside(word, 5, UPLOAD[kind] * 8 + session * 2 + (passed ? 1 : 0));
  }
  return word;
}

/** How many words `encodeState` writes. */
export const wordsOf = ({ sessions, terminals }: Scene): number =>
  sessions.length + 2 * terminals + 2;

/**
 * Writes a state as 32-bit words: two states have the same words where they are the same. The first
 * words are the sessions in their order.
 */
export function encodeState(state: State, words: Int32Array): void {
  const { sessions, terminals, accounts } = state;
  let at = 0;
  for (const session of sessions) words[at++] = sessionWord(session);
  for (let place = 0; place < terminals.length; place++) {
    const terminal = terminals[place] as Terminal;
    words[at++] = uploadsWord(terminal);
    let money = besideBalance(0, terminal.holding);
    money = besideBalance(money, terminal.settlement);
    money = besideBalance(money, accounts.holding[place] as number);
    words[at++] = beside(money, 1, terminal.firstPosted ? 1 : 0);
  }
  let money = besideBalance(0, accounts.payer);
  money = besideBalance(money, accounts.float);
  money = besideBalance(money, accounts.provider);
  words[at++] = besideBalance(money, accounts.loss);
  const frozen = (accounts.frozen ? 1 : 0) + (accounts.providerFrozen ? 2 : 0);
  words[at] = beside(besideBalance(0, state.wallet), 2, frozen);
}
