import {
  beginContact,
  decodeCarrierRequest,
  encodeCarrierRequest,
  poll,
  putReply,
  takeAnswer,
} from '@coinbox/protocol';
import type { ReaderStep, Rejection } from '@coinbox/protocol';
import type { CarrierDoor } from '../carrier-door.ts';
import { lightenReply } from './light-reply.ts';

/** What one contact with a wallet needs of the world. */
export type NfcContactParts = {
  readonly door: CarrierDoor;
  /** One command to the card, and its answer. Throws when the card is gone. */
  readonly transmit: (command: Uint8Array) => Promise<Uint8Array>;
  /** Resolves after so many milliseconds. */
  readonly pause: (milliseconds: number) => Promise<void>;
};

/** How a contact was: requests answered, commands sent, and why it ended. */
export type NfcContactEnd = {
  readonly requests: number;
  readonly commands: number;
  readonly end: 'card-gone' | 'nothing-to-ask' | Rejection;
};

/** A wallet that has nothing to ask is asked again after so many milliseconds, */
const POLL_MS = 150;
/** and so often in a row at most: a card that was forgotten on the reader is left alone then. */
const MOST_POLLS = 200;
/** Requests of one contact. A payment takes two. */
const MOST_REQUESTS = 64;

/**
 * Serves a wallet that is held to the reader, until it goes away or has nothing to ask for long. A
 * tear costs nothing: the wallet sends the same request again, here or over another carrier.
 */
export async function serveContact(parts: NfcContactParts): Promise<NfcContactEnd> {
  const { door, transmit, pause } = parts;
  const told = new Set<string>();
  let [requests, commands, polls] = [0, 0, 0];
  let step: ReaderStep = beginContact();
  while (polls <= MOST_POLLS && requests < MOST_REQUESTS) {
    if (step.kind === 'rest') {
      polls += 1;
      await pause(POLL_MS);
      step = poll();
      continue;
    }
    if (step.kind === 'serve') {
      polls = 0;
      requests += 1;
      const reply = await door.exchange(withoutWaiting(step.request));
      step = putReply(step.reader, lightenReply(reply, told));
      continue;
    }
    commands += 1;
    const answer = await transmit(step.command).catch(() => undefined);
    if (!answer || answer.length < 2) return { requests, commands, end: 'card-gone' };
    const taken = takeAnswer(step.reader, answer);
    if (!taken.ok) return { requests, commands, end: taken.rejection };
    step = taken.value;
  }
  return { requests, commands, end: 'nothing-to-ask' };
}

/** Nobody waits for news at a reader: a wallet asks how things are, and is told at once. */
function withoutWaiting(request: Uint8Array): Uint8Array {
  const decoded = decodeCarrierRequest(request);
  if (!decoded.ok || decoded.value.waitMs === undefined) return request;
  const { waitMs: _waitMs, ...hasty } = decoded.value;
  return encodeCarrierRequest(hasty);
}
