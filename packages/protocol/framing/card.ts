import { concatBytes, equalBytes } from '../bytes.ts';
import { MAX_MESSAGE_BYTES } from '../cbor-scan.ts';
import {
  ANSWER_BYTES,
  CARD_APPLICATION,
  CLASS,
  INSTRUCTION,
  STATUS,
  formatAnswer,
  moreStatus,
  parseCommand,
} from './apdu.ts';
import type { Command } from './apdu.ts';

/**
 * The wallet's end of an NFC contact: a card with one application. It is asked for a request, and
 * gets the reply put into it. `off`: not selected. `ready`: nothing is under way. `telling`: a
 * request is on its way out. `awaiting`: it is out, and the reply may come.
 */
export type Card = {
  readonly phase: 'off' | 'ready' | 'telling' | 'awaiting';
  /** What has not been fetched of the request. */
  readonly outgoing: Uint8Array;
  /** What has come of the reply. */
  readonly incoming: Uint8Array;
  /** How many bytes the command that waits for the wallet lets the answer bring. */
  readonly expected: number;
};

const NOTHING = new Uint8Array();

/** A card without power. Whatever was on its way is forgotten; the exchange begins again. */
export const CARD_AT_REST: Card = {
  phase: 'off',
  outgoing: NOTHING,
  incoming: NOTHING,
  expected: ANSWER_BYTES,
};

/**
 * What a card does with a command: it answers; or it asks its wallet what to tell next, after
 * handing over the `reply` that has come whole, if one has.
 */
export type CardStep = CardAnswer | CardQuestion;
export type CardAnswer = {
  readonly card: Card;
  readonly answer: Uint8Array;
  readonly reply?: never;
};
export type CardQuestion = {
  readonly card: Card;
  readonly answer?: never;
  readonly reply?: Uint8Array;
};

/** FCI template: application id, and version 1 of this page (ISO/IEC 7816-4). */
const SELECTED: Uint8Array = Uint8Array.from(
  [
    [0x6f, CARD_APPLICATION.length + 7],
    [0x84, CARD_APPLICATION.length, ...CARD_APPLICATION],
    [0xa5, 3, 0x80, 1, 1],
  ].flat(),
);

const refuse = (card: Card, status: number): CardAnswer => ({ card, answer: formatAnswer(status) });

/** One command of the reader. Never throws, whatever comes. */
export function takeCommand(card: Card, bytes: Uint8Array): CardStep {
  const parsed = parseCommand(bytes);
  if (!parsed.ok) return refuse(card, STATUS.wrongLength);
  const command = parsed.value;
  if (command.instruction === INSTRUCTION.select) return select(command);
  if (card.phase === 'off') return refuse(card, STATUS.notNow);
  if (command.class !== CLASS.last && command.class !== CLASS.chained) {
    return refuse(card, STATUS.classUnknown);
  }
  if (command.instruction === INSTRUCTION.put) return takePut(card, command);
  if (command.instruction === INSTRUCTION.get) return takeGet(card, command);
  return refuse(card, STATUS.instructionUnknown);
}

/** The first name only: P1 = 04, P2 = 00. A new contact begins, whatever was before. */
function select({ content, parameters: [first, second] }: Command): CardStep {
  if (first !== 0x04 || second !== 0x00 || !equalBytes(content, CARD_APPLICATION)) {
    return refuse(CARD_AT_REST, STATUS.applicationUnknown);
  }
  return {
    card: { ...CARD_AT_REST, phase: 'ready' },
    answer: formatAnswer(STATUS.done, SELECTED),
  };
}

function takeGet(card: Card, { expected = ANSWER_BYTES }: Command): CardStep {
  if (card.phase === 'telling') return tell(card, expected);
  if (card.phase === 'ready') return { card: { ...card, expected } };
  return refuse(card, STATUS.notNow);
}

function takePut(card: Card, { class: type, content, expected = ANSWER_BYTES }: Command): CardStep {
  if (card.phase !== 'awaiting') return refuse(card, STATUS.notNow);
  const incoming = concatBytes(card.incoming, content);
  if (incoming.length > MAX_MESSAGE_BYTES) {
    return refuse({ ...card, incoming: NOTHING }, STATUS.tooLong);
  }
  if (type === CLASS.chained) return refuse({ ...card, incoming }, STATUS.done);
  return { card: { ...CARD_AT_REST, phase: 'ready', expected }, reply: incoming };
}

/**
 * The answer to the command that waited: the first part of the wallet's request, or, without one,
 * that there is nothing to ask now. Nothing happens to a card that waits for no request.
 */
export function giveRequest(card: Card, request?: Uint8Array): CardAnswer {
  if (!request || card.phase !== 'ready') return { card, answer: formatAnswer(STATUS.done) };
  return tell({ ...card, phase: 'telling', outgoing: request }, card.expected);
}

function tell(card: Card, expected: number): CardAnswer {
  const content = card.outgoing.slice(0, expected);
  const outgoing = card.outgoing.slice(expected);
  const isWhole = outgoing.length === 0;
  return {
    card: { ...card, outgoing, phase: isWhole ? 'awaiting' : 'telling' },
    answer: formatAnswer(isWhole ? STATUS.done : moreStatus(outgoing.length), content),
  };
}
