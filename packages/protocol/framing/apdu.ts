import { concatBytes } from '../bytes.ts';
import { accept, reject } from '../result.ts';
import type { Result } from '../result.ts';

// How messages stand in the commands and answers of a card: ISO/IEC 7816-4, short form only, since
// many readers cut longer ones off (spec/07-nfc.md).

/** Application id of a Coinbox wallet: category F (proprietary), "COINBOX" in ASCII, 1. */
export const CARD_APPLICATION: Uint8Array = Uint8Array.from([
  0xf0, 0x43, 0x4f, 0x49, 0x4e, 0x42, 0x4f, 0x58, 0x01,
]);

/** Instruction bytes. */
export const INSTRUCTION = { select: 0xa4, put: 0xc3, get: 0xc0 } as const;
/** Class bytes: of SELECT, of the last command of a chain, of those before. */
export const CLASS = { standard: 0x00, last: 0x80, chained: 0x90 } as const;

/** Status words: ISO/IEC 7816-4. `more`: 61xx, xx bytes (0: 256 or more) wait. */
export const STATUS = {
  done: 0x9000,
  more: 0x6100,
  wrongLength: 0x6700,
  notNow: 0x6985,
  applicationUnknown: 0x6a82,
  tooLong: 0x6a84,
  instructionUnknown: 0x6d00,
  classUnknown: 0x6e00,
} as const;

/** Bytes of a message in one command. */
export const PUT_BYTES = 250;
/** The most bytes that a short answer brings. */
export const ANSWER_BYTES = 256;

/** A command to a card. `expected`: how many bytes the answer may bring; none when absent. */
export type Command = {
  readonly class: number;
  readonly instruction: number;
  /** P1 and P2. */
  readonly parameters: readonly [number, number];
  readonly content: Uint8Array;
  readonly expected?: number;
};

/** A card's answer. */
export type Answer = { readonly content: Uint8Array; readonly status: number };

export function formatCommand(command: Command): Uint8Array {
  const { content, expected, parameters } = command;
  return concatBytes(
    Uint8Array.of(command.class, command.instruction, ...parameters),
    content.length > 0 ? Uint8Array.of(content.length, ...content) : new Uint8Array(),
    expected === undefined ? new Uint8Array() : Uint8Array.of(expected & 0xff),
  );
}

/** Rejects: malformed-truncated, malformed-length (also the extended form), malformed-trailing. */
export function parseCommand(bytes: Uint8Array): Result<Command> {
  const [type, instruction, first, second, length] = bytes as unknown as number[];
  if (bytes.length < 4) return reject('malformed-truncated');
  const head = {
    class: type as number,
    instruction: instruction as number,
    parameters: [first as number, second as number] as const,
  };
  if (length === undefined) return accept({ ...head, content: new Uint8Array() });
  if (bytes.length === 5) {
    return accept({ ...head, content: new Uint8Array(), expected: length || ANSWER_BYTES });
  }
  if (length === 0) return reject('malformed-length', 'the extended form');
  const end = 5 + length;
  if (bytes.length < end) return reject('malformed-truncated');
  if (bytes.length > end + 1) return reject('malformed-trailing');
  const content = bytes.slice(5, end);
  const expected = bytes[end];
  if (expected === undefined) return accept({ ...head, content });
  return accept({ ...head, content, expected: expected || ANSWER_BYTES });
}

export const formatAnswer = (status: number, content: Uint8Array = new Uint8Array()): Uint8Array =>
  concatBytes(content, Uint8Array.of(status >> 8, status & 0xff));

/**
 * Rejects malformed-truncated: some readers show a card that went away as an answer of no bytes.
 */
export function parseAnswer(bytes: Uint8Array): Result<Answer> {
  if (bytes.length < 2) return reject('malformed-truncated');
  const end = bytes.length - 2;
  const status = ((bytes[end] as number) << 8) | (bytes[end + 1] as number);
  return accept({ content: bytes.slice(0, end), status });
}

export const isMore = (status: number): boolean => status >> 8 === STATUS.more >> 8;

/** 61xx for so many bytes that wait. */
export const moreStatus = (waiting: number): number => STATUS.more | (waiting > 0xff ? 0 : waiting);

export const selectCommand = (application = CARD_APPLICATION): Uint8Array =>
  formatCommand({
    class: CLASS.standard,
    instruction: INSTRUCTION.select,
    parameters: [0x04, 0x00],
    content: application,
    expected: ANSWER_BYTES,
  });

/** GET RESPONSE for so many bytes. */
export const getCommand = (expected = ANSWER_BYTES): Uint8Array =>
  formatCommand({
    class: CLASS.last,
    instruction: INSTRUCTION.get,
    parameters: [0, 0],
    content: new Uint8Array(),
    expected,
  });

/** A message as a chain of commands; the last one asks for what the card has to say. */
export function putCommands(message: Uint8Array): readonly Uint8Array[] {
  const commands: Uint8Array[] = [];
  for (let from = 0; from < message.length; from += PUT_BYTES) {
    const isLast = from + PUT_BYTES >= message.length;
    commands.push(
      formatCommand({
        class: isLast ? CLASS.last : CLASS.chained,
        instruction: INSTRUCTION.put,
        parameters: [0, 0],
        content: message.subarray(from, from + PUT_BYTES),
        ...(isLast && { expected: ANSWER_BYTES }),
      }),
    );
  }
  return commands;
}
