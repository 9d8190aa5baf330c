import { concatBytes, equalBytes } from '../bytes.ts';
import { MAX_MESSAGE_BYTES } from '../cbor-scan.ts';
import { accept, assert, reject } from '../result.ts';
import type { Result } from '../result.ts';
import {
  CARD_APPLICATION,
  STATUS,
  getCommand,
  isMore,
  parseAnswer,
  putCommands,
  selectCommand,
} from './apdu.ts';
import type { Answer } from './apdu.ts';

/**
 * The terminal's end of an NFC contact: it selects the wallet, fetches a request, puts the reply,
 * and fetches the next request with the answer to that. `serving`: a whole request is out.
 */
export type Reader = {
  readonly phase: 'selecting' | 'fetching' | 'putting' | 'serving';
  /** What has come of the request. */
  readonly fetched: Uint8Array;
  /** Commands of the reply that have not been sent. */
  readonly chain: readonly Uint8Array[];
};

/**
 * What comes next: a command to send; a whole request to answer with putReply(); or nothing, since
 * the wallet has nothing to ask now: poll() asks it again later.
 */
export type ReaderStep =
  | { readonly kind: 'send'; readonly reader: Reader; readonly command: Uint8Array }
  | { readonly kind: 'serve'; readonly reader: Reader; readonly request: Uint8Array }
  | { readonly kind: 'rest'; readonly reader: Reader };

type Send = Extract<ReaderStep, { kind: 'send' }>;

const NOTHING = new Uint8Array();

const fetching = (fetched: Uint8Array, command: Uint8Array): Send => ({
  kind: 'send',
  reader: { phase: 'fetching', fetched, chain: [] },
  command,
});

/** A card is there. Also after a tear: a contact always begins anew. */
export const beginContact = (): Send => ({
  kind: 'send',
  reader: { phase: 'selecting', fetched: NOTHING, chain: [] },
  command: selectCommand(),
});

/** Asks a wallet that had nothing to ask. */
export const poll = (): Send => fetching(NOTHING, getCommand());

/** Puts the reply to the request that was served: 1 to 4,096 bytes. */
export function putReply(reader: Reader, reply: Uint8Array): Send {
  assert(reader.phase === 'serving', 'a reply is put after a request');
  const [command, ...chain] = putCommands(reply);
  assert(command, 'a reply has bytes');
  return { kind: 'send', reader: { phase: 'putting', fetched: NOTHING, chain }, command };
}

/**
 * The card's answer to the last command. Rejects, and the contact is over: malformed-truncated (the
 * card is gone), malformed-value (a status that does not belong here), unsupported-version,
 * too-large.
 */
export function takeAnswer(reader: Reader, bytes: Uint8Array): Result<ReaderStep> {
  const parsed = parseAnswer(bytes);
  if (!parsed.ok) return parsed;
  const answer = parsed.value;
  if (reader.phase === 'selecting') return takeSelected(answer);
  const [next, ...chain] = reader.chain;
  if (reader.phase === 'putting' && next) {
    if (answer.status !== STATUS.done || answer.content.length > 0) return wrongStatus(answer);
    return accept({ kind: 'send', reader: { ...reader, chain }, command: next });
  }
  return takePart(reader, answer);
}

const wrongStatus = ({ status }: Answer): Result<never> =>
  reject('malformed-value', `the card answered ${status.toString(16)}`);

function takeSelected(answer: Answer): Result<ReaderStep> {
  if (answer.status !== STATUS.done) return wrongStatus(answer);
  return versionIn(answer.content) === 1 ? accept(poll()) : reject('unsupported-version');
}

/** The version in the FCI template of a wallet; undefined where it is no wallet's. */
function versionIn(template: Uint8Array): number | undefined {
  const end = 4 + CARD_APPLICATION.length;
  const isWallet = template[0] === 0x6f && template[2] === 0x84;
  if (!isWallet || !equalBytes(template.slice(4, end), CARD_APPLICATION)) return undefined;
  return template[end] === 0xa5 && template[end + 2] === 0x80 ? template[end + 4] : undefined;
}

function takePart({ fetched }: Reader, { content, status }: Answer): Result<ReaderStep> {
  const request = concatBytes(fetched, content);
  if (request.length > MAX_MESSAGE_BYTES) return reject('too-large');
  if (isMore(status)) {
    // A card that has more and brings nothing would keep the reader for ever.
    if (content.length === 0) return reject('malformed-value', 'more, and nothing brought');
    return accept(fetching(request, getCommand()));
  }
  if (status !== STATUS.done) return wrongStatus({ content, status });
  const reader: Reader = { phase: 'serving', fetched: NOTHING, chain: [] };
  return accept(
    request.length === 0 ? { kind: 'rest', reader } : { kind: 'serve', reader, request },
  );
}
