import { fromHex } from '@coinbox/protocol';
import { fromBase64url } from '../shared/base64url.ts';

/** A message out of what somebody has pasted. */
export type Pasted = { readonly name: string; readonly bytes: Uint8Array };

/**
 * The messages in a text: one in hexadecimal or base64 (either alphabet, spaces do not matter), or
 * all of a receipt that a payer's page has saved. Nothing where there is none.
 */
export function readPasted(text: string): readonly Pasted[] {
  const saved = text.trimStart().startsWith('{') ? readSaved(text) : undefined;
  if (saved) return saved;
  const bytes = bytesOf(text);
  return bytes.length === 0 ? [] : [{ name: '', bytes }];
}

function bytesOf(text: string): Uint8Array {
  const plain = text.replace(/\s+/g, '').replace(/=+$/, '');
  if (/^(?:[0-9a-f]{2})+$/i.test(plain)) return fromHex(plain.toLowerCase()) ?? new Uint8Array();
  return fromBase64url(plain);
}

function readSaved(text: string): readonly Pasted[] | undefined {
  try {
    const { messages } = JSON.parse(text) as { messages?: unknown };
    if (typeof messages !== 'object' || messages === null) return undefined;
    return Object.entries(messages)
      .map(([name, value]) => ({ name, bytes: bytesOf(String(value)) }))
      .filter(({ bytes }) => bytes.length > 0);
  } catch {
    return undefined;
  }
}
