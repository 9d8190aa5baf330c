import { fromBase64, toBase64 } from '../bytes.ts';
import { decodeCbor, encodeCbor } from '../cbor.ts';
import { reject } from '../result.ts';
import type { Result } from '../result.ts';
import { embedded, field, text, versioned } from '../shape.ts';
import type { ValueIn } from '../shape.ts';

/**
 * What a terminal shows as a QR code: where it is reached over the Internet, an OFFER of a few
 * minutes, and the certificate of the holding wallet that has signed it (spec/06).
 */
const linkShape = versioned({
  /** Of the Internet carrier. */
  url: field(2, text(200)),
  /** OFFER. */
  offer: field(3, embedded),
  certificate: field(4, embedded),
});
export type OfferLink = ValueIn<typeof linkShape>;

const SCHEME = 'coinbox:';
/** What a QR code of version 25 holds at level M, in bytes (ISO/IEC 18004, table 7). */
const MOST_CHARACTERS = 997;

/** `coinbox:` and the link in base64url without padding (RFC 4648 §5). */
export const formatOfferLink = (link: OfferLink): string =>
  SCHEME +
  toBase64(encodeCbor(linkShape.encode(link)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');

/**
 * Reads what was scanned. Nothing in it is believed: the OFFER is checked by its signature, as when
 * it comes over a carrier. Rejects: malformed-…, too-large, unsupported-version.
 */
export function parseOfferLink(scanned: string): Result<OfferLink> {
  if (scanned.length > MOST_CHARACTERS) return reject('too-large');
  if (!scanned.startsWith(SCHEME)) return reject('malformed-value', `not a ${SCHEME} link`);
  const bytes = bytesOf(scanned.slice(SCHEME.length));
  if (!bytes) return reject('malformed-text', 'not base64url');
  const decoded = decodeCbor(bytes);
  const link = decoded.ok ? linkShape.decode(decoded.value) : decoded;
  if (!link.ok || isCarrierUrl(link.value.url)) return link;
  return reject('malformed-value', 'not the address of a terminal');
}

function bytesOf(base64url: string): Uint8Array | undefined {
  if (/[+/=]/.test(base64url)) return undefined;
  const padding = '='.repeat((4 - (base64url.length % 4)) % 4);
  return fromBase64(base64url.replaceAll('-', '+').replaceAll('_', '/') + padding);
}

/** HTTP or HTTPS, no name or password in it, no fragment, and written the way it is read. */
function isCarrierUrl(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, username, password, hash, href } = new URL(url);
  const isWeb = protocol === 'https:' || protocol === 'http:';
  return isWeb && username === '' && password === '' && hash === '' && href === url;
}
