/** Plain functions on byte arrays that do not depend on Node's Buffer. */

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

const hexDigits = '0123456789abcdef';
const hexOfByte = Array.from(
  { length: 256 },
  (_, byte) => (hexDigits[byte >> 4] as string) + (hexDigits[byte & 15] as string),
);

export function toHex(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i++) text += hexOfByte[bytes[i] as number];
  return text;
}

/** Bytes from lower-case hexadecimal; undefined where `text` is not that. */
export function fromHex(text: string): Uint8Array | undefined {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/.test(text)) return undefined;
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(text.substr(i * 2, 2), 16);
  return bytes;
}

const utf8 = new TextEncoder();

/** UTF-8 of a text. */
export const textBytes = (text: string): Uint8Array => utf8.encode(text);

/** Base64 with padding: RFC 4648 §4. */
export function toBase64(bytes: Uint8Array): string {
  let characters = '';
  for (const byte of bytes) characters += String.fromCharCode(byte);
  return btoa(characters);
}

/** Bytes from base64 with padding; undefined where `text` is not the one form of them. */
export function fromBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined;
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return toBase64(bytes) === text ? bytes : undefined;
}
