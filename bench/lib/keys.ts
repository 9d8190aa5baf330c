import { DRAW, SETTLE, bytesToSign, formatKeyId, openEnvelope, readOwn } from '@coinbox/protocol';
import type { Algorithm } from '@coinbox/protocol';
import { createPublicKey, verify } from 'node:crypto';
import { createRequire } from 'node:module';

/** The file of the public keys of a prepared folder, in hexadecimal, by key id. */
export const KEYS_FILE = 'keys.json';
export type KnownKeys = Readonly<
  Record<string, { readonly algorithm: Algorithm; readonly bytes: string }>
>;

/** One signature, ready to be checked by the library alone. */
export type Check = () => boolean;

type Sodium = {
  crypto_sign_verify_detached(signature: Uint8Array, message: Uint8Array, key: Uint8Array): boolean;
};

/** The libraries that the issuer verifies with, with nothing around them. */
const sodium = (): Sodium =>
  createRequire(import.meta.resolve('@coinbox/protocol'))('sodium-native');

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');

function checkOf(network: string, message: Uint8Array, keys: KnownKeys): Check {
  const envelope = openEnvelope(message);
  if (!envelope.ok) throw new Error('not a message');
  const { keyId, protectedHeader, payload, signature } = envelope.value;
  const key = keys[formatKeyId(keyId)];
  if (!key) throw new Error(`no key ${formatKeyId(keyId)}`);
  const signed = bytesToSign(network, protectedHeader, payload);
  const bytes = Buffer.from(key.bytes, 'hex');
  if (key.algorithm === 'EdDSA') {
    const library = sodium();
    return () => library.crypto_sign_verify_detached(signature, signed, bytes);
  }
  const [x, y] = [base64url(bytes.subarray(0, 32)), base64url(bytes.subarray(32))];
  const imported = createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' });
  const options = { key: imported, dsaEncoding: 'ieee-p1363' } as const;
  return () => verify('sha256', signed, options, signature);
}

/** The three signatures of a SETTLE: its own, and those of the DRAW and the BILL inside. */
export function checksOf(network: string, settle: Uint8Array, keys: KnownKeys): readonly Check[] {
  const { draw, bill } = readOwn(SETTLE, settle).body;
  if (!bill || readOwn(DRAW, draw).body.amount === 0n) throw new Error('a SETTLE without a bill');
  return [settle, draw, bill].map((message) => checkOf(network, message, keys));
}
