import { fromBase64, toBase64 } from '@coinbox/protocol';

/** Bytes of base64url without padding (RFC 4648 §5); none where it is no such text. */
export function fromBase64url(text: string): Uint8Array {
  const plain = text.replaceAll('-', '+').replaceAll('_', '/');
  return fromBase64(plain.padEnd(Math.ceil(plain.length / 4) * 4, '=')) ?? new Uint8Array();
}

/** Base64url without padding. */
export const toBase64url = (bytes: Uint8Array): string =>
  toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
