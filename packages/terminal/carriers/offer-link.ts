import {
  accept,
  assert,
  decodeCarrierReply,
  encodeCarrierRequest,
  formatOfferLink,
  isRejectionCode,
  reject,
} from '@coinbox/protocol';
import type { Clock, Fetch, Instant, Result } from '@coinbox/protocol';
import type { CarrierDoor } from '../carrier-door.ts';

/** What a terminal knows of its issuer and its clock. */
export type LinkTrust = {
  /** When the issuer last answered, by our clock, and what its clock said then. */
  readonly heardAt: Instant;
  readonly issuerAt: Instant;
};

export type OfferLinkParts = {
  readonly door: CarrierDoor;
  /** Where payers reach the Internet carrier. */
  readonly url: () => string;
  /** Of the holding wallet. */
  readonly certificate: Uint8Array;
  readonly clock: Clock;
  /** Asks the issuer for the time. Undefined without an answer. */
  readonly askIssuer: () => Promise<Instant | undefined>;
};

/** What a terminal shows as a QR code. */
export interface OfferLinkDesk {
  /**
   * A link with an offer, the same one for 20 seconds. Rejects terminal-not-accepting where the
   * clock or the issuer cannot be trusted, and what the door refuses an offer with.
   */
  link(): Promise<Result<string>>;
}

/** An issuer that was not heard for so long may not be there when it is paid. */
export const ISSUER_SILENT_MS = 60_000;
/** An issuer's clock that is further from ours: one of them is wrong, and offers live 2 minutes. */
export const MOST_SKEW_MS = 30_000;
/** A screen may ask as often as it likes: it gets a new offer only so often. */
const KEEP_MS = 20_000;
const ASK_MS = 3_000;

/** The issuer's clock, out of the Date of its answer (RFC 9110 §6.6.1): whole seconds. */
export async function issuerTime(fetch: Fetch, issuerUrl: string): Promise<Instant | undefined> {
  const signal = AbortSignal.timeout(ASK_MS);
  const { headers } = await fetch(`${issuerUrl}/livez`, { method: 'GET', headers: {}, signal });
  const at = Date.parse(headers.get('date') ?? '');
  return Number.isNaN(at) ? undefined : (at as Instant);
}

/** May a link be shown now? Rejects terminal-not-accepting. */
export function checkLinkTrust(trust: LinkTrust | undefined, now: Instant): Result<void> {
  if (!trust || now - trust.heardAt > ISSUER_SILENT_MS || now < trust.heardAt) {
    return reject('terminal-not-accepting', 'the issuer has not answered');
  }
  if (Math.abs(trust.heardAt - trust.issuerAt) > MOST_SKEW_MS) {
    return reject('terminal-not-accepting', 'the clock differs from that of the issuer');
  }
  return accept(undefined);
}

export function createOfferLinkDesk(parts: OfferLinkParts): OfferLinkDesk {
  const { door, url, certificate, clock } = parts;
  let shown: { readonly text: string; readonly until: number } | undefined;
  let trust: LinkTrust | undefined;
  const hear = async (): Promise<void> => {
    const issuerAt = await parts.askIssuer().catch(() => undefined);
    if (issuerAt !== undefined) trust = { heardAt: clock.now(), issuerAt };
  };
  return {
    async link() {
      if (shown && clock.now() < shown.until) return accept(shown.text);
      shown = undefined;
      await hear();
      const trusted = checkLinkTrust(trust, clock.now());
      if (!trusted.ok) return trusted;
      const reply = decodeCarrierReply(
        await door.exchange(encodeCarrierRequest({ kind: 'ask-offer' })),
      );
      assert(reply.ok, 'the door gives replies');
      const { messages, code } = reply.value;
      const [offer] = messages;
      if (!offer) return reject(isRejectionCode(code) ? code : 'terminal-not-accepting');
      shown = {
        text: formatOfferLink({ url: url(), offer, certificate }),
        until: clock.now() + KEEP_MS,
      };
      return accept(shown.text);
    },
  };
}
