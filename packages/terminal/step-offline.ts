// pure
import { ACCEPT, accept, signMessage } from '@coinbox/protocol';
import type {
  Epoch,
  Parameters,
  Pay,
  Result,
  SessionId,
  Signed,
  StatusList,
} from '@coinbox/protocol';
import { checkOffline } from './check-offline.ts';
import type { TerminalEvent } from './events.ts';
import type { OpenOffer, TerminalState } from './state.ts';
import { presentPay } from './step-offer.ts';
import type { StepContext } from './step-offer.ts';

/**
 * Takes a PAY as money: opens the session and signs the ACCEPT without asking the issuer. Rejects
 * as presentPay and checkOffline do.
 */
export function takeOffline(
  state: TerminalState,
  offer: OpenOffer,
  pay: Signed<Pay>,
  opening: { session: SessionId; journalHead: Uint8Array },
  context: StepContext,
): Result<TerminalEvent> {
  const fitting = presentPay(state, offer, pay, context);
  if (!fitting.ok) return fitting;
  const { keys, now } = context;
  const unfit = checkOffline(state, pay, now);
  if (unfit) return unfit;
  const body = {
    sequence: state.holdingSequence + 1,
    payHash: pay.hash,
    offer: offer.body.offer,
    session: opening.session,
    held: pay.body.amount,
    journalHead: opening.journalHead,
  };
  const signed = signMessage(ACCEPT, body, keys.holding, keys.holdingCertificate, keys.network);
  return accept({
    kind: 'taken',
    at: now,
    messages: [pay.bytes, signed.bytes],
    offer: offer.body.offer,
    session: opening.session,
  });
}

/** What the issuer says to all, with its signatures checked. */
export type News = {
  readonly epoch: Signed<Epoch>;
  readonly lists: readonly Signed<StatusList>[];
  readonly parameters?: Signed<Parameters>;
};

/** Messages of one event. */
const AT_ONCE = 4;

/**
 * Takes what the issuer says to all, where it is newer than what is known. The EPOCH comes last: it
 * counts only with its lists.
 */
export function takeNews(
  { heard }: Pick<TerminalState, 'heard'>,
  { epoch, lists, parameters }: News,
  { now }: Pick<StepContext, 'now'>,
): readonly TerminalEvent[] {
  const isNewEpoch = epoch.body.epoch > (heard.epoch?.epoch ?? 0);
  // Where nobody pays offline there is nothing to keep.
  if (!heard.parameters && !parameters) return [];
  const isNewTerms =
    parameters !== undefined && parameters.body.number > (heard.parameters?.number ?? 0);
  if (!isNewEpoch && !isNewTerms) return [];
  const messages = [
    ...lists.map(({ bytes }) => bytes),
    ...(isNewTerms ? [parameters.bytes] : []),
    epoch.bytes,
  ];
  return Array.from({ length: Math.ceil(messages.length / AT_ONCE) }, (_, at) => ({
    kind: 'informed' as const,
    at: now,
    messages: messages.slice(at * AT_ONCE, (at + 1) * AT_ONCE),
  }));
}
