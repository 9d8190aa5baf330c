import { sha256 } from '@coinbox/protocol';
import { timingSafeEqual } from 'node:crypto';

/**
 * The name of the operator whose token an Authorization header carries (RFC 6750); undefined where
 * there is none. All hashes are looked at, each in constant time.
 */
export function personOf(
  people: Readonly<Record<string, Uint8Array>>,
  header: string | undefined,
): string | undefined {
  const token = /^Bearer ([A-Za-z0-9_-]{43})$/i.exec(header ?? '')?.[1];
  const hash = sha256(Buffer.from(token ?? ''));
  let found: string | undefined;
  for (const [name, wanted] of Object.entries(people)) {
    if (timingSafeEqual(wanted, hash) && token !== undefined) found = name;
  }
  return found;
}
