import { concatBytes, keyIdOf } from '@coinbox/protocol';
import type { KeyId, PublicKey } from '@coinbox/protocol';
import { fromBase64url } from '../shared/base64url.ts';
import type { Shelf } from '../shared/shelf.ts';
import { lowS } from './low-s.ts';

/** The key of the payer's wallet: it signs in the browser and cannot be taken out of it. */
export interface WalletKey {
  readonly publicKey: PublicKey;
  readonly keyId: KeyId;
  sign(message: Uint8Array): Promise<Uint8Array>;
}

const P256 = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const ED25519 = { name: 'Ed25519' } as const;

/** Ed25519 where the browser has it, P-256 elsewhere (Web Cryptography). Never extractable. */
async function generate(): Promise<CryptoKeyPair> {
  const uses: KeyUsage[] = ['sign', 'verify'];
  try {
    return (await crypto.subtle.generateKey(ED25519, false, uses)) as CryptoKeyPair;
  } catch {
    return crypto.subtle.generateKey(P256, false, uses);
  }
}

/** The key that is in the store, or a new one that is put there. */
export async function openKey(shelf: Shelf): Promise<WalletKey> {
  const kept = await shelf.get<CryptoKeyPair>('keys', 'wallet');
  const pair = kept ?? (await generate());
  if (!kept) await shelf.put([['keys', 'wallet', pair]]);
  const publicKey = await publicKeyOf(pair.publicKey);
  const isEd25519 = publicKey.algorithm === 'EdDSA';
  const how = isEd25519 ? ED25519 : { name: 'ECDSA', hash: 'SHA-256' };
  return {
    publicKey,
    keyId: keyIdOf(publicKey),
    async sign(message) {
      const bytes = Uint8Array.from(message);
      const signature = new Uint8Array(await crypto.subtle.sign(how, pair.privateKey, bytes));
      return isEd25519 ? signature : lowS(signature);
    },
  };
}

/** RFC 8037 §2 and RFC 7518 §6.2: the coordinates of a JSON Web Key are base64url. */
async function publicKeyOf(key: CryptoKey): Promise<PublicKey> {
  const { x = '', y = '' } = await crypto.subtle.exportKey('jwk', key);
  const [first, second] = [x, y].map((part) => fromBase64url(part));
  return key.algorithm.name === ED25519.name
    ? { algorithm: 'EdDSA', bytes: first as Uint8Array }
    : { algorithm: 'ES256', bytes: concatBytes(first as Uint8Array, second as Uint8Array) };
}
