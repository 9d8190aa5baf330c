import { OFFER, accept, openMessage, parseOfferLink } from '@coinbox/protocol';
import type { CertificateBook, Instant, Offer, Result, Signed } from '@coinbox/protocol';

/** An offer that was scanned, and where its terminal is reached over the Internet. */
export type ScannedOffer = { readonly url: string; readonly offer: Signed<Offer> };

/**
 * Reads an offer link and checks who has signed it. Whether the offer suits the wallet is checked
 * when it is paid. Rejects: malformed-…, too-large, unsupported-version, signature-invalid, key-….
 */
export function openOfferLink(
  scanned: string,
  book: CertificateBook,
  now: Instant,
): Result<ScannedOffer> {
  const link = parseOfferLink(scanned);
  if (!link.ok) return link;
  const known = book.add(link.value.certificate, now);
  if (!known.ok) return known;
  const offer = openMessage(OFFER, link.value.offer, book, now);
  return offer.ok ? accept({ url: link.value.url, offer: offer.value }) : offer;
}
