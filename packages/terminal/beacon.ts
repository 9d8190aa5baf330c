import {
  EPOCH,
  PARAMETERS,
  STATUS_LIST,
  concatBytes,
  equalBytes,
  openMessage,
  sha256,
} from '@coinbox/protocol';
import type { BeaconJson, IssuerClient, MessageType, Signed } from '@coinbox/protocol';
import type { Core } from './core.ts';
import { takeNews } from './step-offline.ts';
import type { News } from './step-offline.ts';

/**
 * Asks the issuer what it says to all, and keeps what is new. Never throws for want of an answer:
 * what was heard before holds until it is too old. Faults of the journal are thrown.
 */
export async function listenToIssuer(
  core: Core,
  issuer: Pick<IssuerClient, 'beacon'>,
): Promise<void> {
  const answer = await issuer.beacon().catch(() => undefined);
  const news = answer?.ok ? readNews(core, answer.value) : undefined;
  if (!news) return;
  for (const event of takeNews(core.state, news, core.context())) core.apply(event);
}

/** Undefined where a signature is false, or lists are missing: nothing of it counts. */
function readNews(core: Core, { epoch, status, parameters }: BeaconJson): News | undefined {
  const opened = open(core, EPOCH, epoch);
  const lists = status.map((list) => open(core, STATUS_LIST, list));
  const terms = parameters === undefined ? undefined : open(core, PARAMETERS, parameters);
  if (!opened || !lists.every((list) => list !== undefined)) return undefined;
  if (parameters !== undefined && !terms) return undefined;
  const hash = sha256(concatBytes(...lists.map((list) => list.hash)));
  if (!equalBytes(hash, opened.body.statusHash)) return undefined;
  return { epoch: opened, lists, ...(terms && { parameters: terms }) };
}

function open<T>(core: Core, type: MessageType<T>, text: string): Signed<T> | undefined {
  const bytes = Uint8Array.from(Buffer.from(text, 'base64url'));
  const opened = openMessage(type, bytes, core.book, core.now());
  return opened.ok ? opened.value : undefined;
}
