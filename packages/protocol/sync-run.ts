import { sha256 } from '#primitives';
import { concatBytes, textBytes } from './bytes.ts';
import { MAX_MESSAGE_BYTES } from './cbor-scan.ts';
import { isRejectionCode } from './rejections.ts';
import type { RejectionCode } from './rejections.ts';
import { accept, assert, reject } from './result.ts';
import type { Result } from './result.ts';

// A run of signed messages in one body, and its answer (spec/18-offline.md): each message is two
// bytes with its length, big-endian, and the message.

/** A body of the door for runs. */
export const SYNC_MEDIA_TYPE = 'application/vnd.coinbox.run';
export const SYNC_PATH = '/v1/runs';
/** The longest body. */
export const MOST_RUN_BYTES = 61_440;

/** The longest answer: a RECEIPT is longer than the REFUND that it answers. */
const MOST_ANSWER_BYTES = 1_048_576;

const CHAIN_START = new Uint8Array(32);

/**
 * Head of the chain over messages: h₀ is 32 zero bytes, hₙ = SHA-256(hₙ₋₁ ‖ SHA-256(message n)),
 * where a message is all of its bytes.
 */
export const chainOf = (messages: readonly Uint8Array[]): Uint8Array =>
  messages.reduce((head, bytes) => sha256(concatBytes(head, sha256(bytes))), CHAIN_START);

/** Messages in one body. Each is at most 4,096 bytes. */
export function encodeRun(messages: readonly Uint8Array[]): Uint8Array {
  return concatBytes(
    ...messages.flatMap((bytes) => {
      assert(bytes.length > 0 && bytes.length <= MAX_MESSAGE_BYTES, 'a message of a run');
      return [Uint8Array.of(bytes.length >> 8, bytes.length & 255), bytes];
    }),
  );
}

/**
 * The messages of a body. Rejects: malformed-empty, malformed-truncated, malformed-length,
 * too-large.
 */
export function decodeRun(
  body: Uint8Array,
  most: number = MOST_RUN_BYTES,
): Result<readonly Uint8Array[]> {
  if (body.length === 0) return reject('malformed-empty');
  if (body.length > most) return reject('too-large');
  const messages: Uint8Array[] = [];
  for (let at = 0; at < body.length;) {
    const [high, low] = [body[at], body[at + 1]];
    if (high === undefined || low === undefined) return reject('malformed-truncated');
    const length = high * 256 + low;
    if (length === 0 || length > MAX_MESSAGE_BYTES) return reject('malformed-length');
    const end = at + 2 + length;
    if (end > body.length) return reject('malformed-truncated');
    messages.push(body.slice(at + 2, end));
    at = end;
  }
  return accept(messages);
}

/**
 * What became of a run: a RECEIPT for each PAY, SETTLE and REFUND, in their order, as far as the
 * issuer has come; and why it has stopped, where it has.
 */
export type RunAnswer = {
  readonly receipts: readonly Uint8Array[];
  readonly stopped?: RejectionCode;
};

/** A code stands last, as its ASCII letters; no signed message begins with one. */
export const encodeRunAnswer = ({ receipts, stopped }: RunAnswer): Uint8Array =>
  encodeRun([...receipts, ...(stopped ? [textBytes(stopped)] : [])]);

const COSE_SIGN1 = 0xd2;

/** Rejects as decodeRun does, and malformed-value where the last is neither message nor code. */
export function decodeRunAnswer(body: Uint8Array): Result<RunAnswer> {
  const run = decodeRun(body, MOST_ANSWER_BYTES);
  if (!run.ok) return run;
  const receipts = run.value.filter(([first]) => first === COSE_SIGN1);
  const rest = run.value.slice(receipts.length);
  if (rest.length === 0) return accept({ receipts });
  const stopped = new TextDecoder().decode(rest[0]);
  return rest.length === 1 && isRejectionCode(stopped)
    ? accept({ receipts, stopped })
    : reject('malformed-value', 'neither a message nor a code');
}
