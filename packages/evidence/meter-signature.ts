import { Verifier } from '@road-labs/ocmf';
import { accept, reject } from '@coinbox/protocol';
import type { Result } from '@coinbox/protocol';
import { createPublicKey, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { parseOcmf } from './ocmf-record.ts';
import type { OcmfRecord } from './ocmf-record.ts';

type Crypto = ConstructorParameters<typeof Verifier>[0];
type Curve = ReturnType<MeterKey['getCurve']>;

/** The public key of a meter. */
export type MeterKey = Parameters<Verifier['parseAndVerify']>[1] & { readonly key: KeyObject };

/** The curves of OCMF ("Signature Section") under the names that OpenSSL has for them. */
const CURVES = {
  secp192k1: 'secp192k1',
  prime192v1: 'secp192r1',
  secp256k1: 'secp256k1',
  prime256v1: 'secp256r1',
  secp384r1: 'secp384r1',
  brainpoolP256r1: 'brainpool256r1',
  brainpoolP384r1: 'brainpool384r1',
} as const;

/** A key as meters show it: SubjectPublicKeyInfo in DER. Rejects key-invalid. */
export function readMeterKey(der: Uint8Array): Result<MeterKey> {
  let key: KeyObject;
  try {
    key = createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' });
  } catch {
    return reject('key-invalid', 'not a public key in DER');
  }
  const name = key.asymmetricKeyDetails?.namedCurve ?? '';
  if (!Object.hasOwn(CURVES, name)) return reject('key-invalid', 'not on a curve of OCMF');
  const curve: Curve = CURVES[name as keyof typeof CURVES];
  return accept({ key, getCurve: () => curve, encode: () => der });
}

const unused = (): never => {
  throw new Error('only signatures are verified');
};

/** What of cryptography the library for OCMF is given. */
const crypto: Crypto = {
  decodeEcPrivateKey: unused,
  decodeEcPublicKey: unused,
  sign: unused,
  verify: (signature, bytes, key) => verify('sha256', bytes, (key as MeterKey).key, signature),
};

/**
 * Reads a record whose signature the key has made. Rejects evidence-invalid and
 * evidence-signature-invalid: missing, a placeholder, in an unknown form, or of another key.
 */
export async function verifyOcmf(text: string, key: MeterKey): Promise<Result<OcmfRecord>> {
  const record = parseOcmf(text);
  if (!record.ok) return record;
  try {
    const { verified } = await new Verifier(crypto).parseAndVerify(text, key);
    return verified ? record : reject('evidence-signature-invalid');
  } catch (cause) {
    // The library throws at what the other party has written; the keys are ours and were checked.
    return reject('evidence-signature-invalid', (cause as Error).message.slice(0, 120));
  }
}
