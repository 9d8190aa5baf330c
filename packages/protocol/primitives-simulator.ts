import { concatBytes, textBytes, toHex } from './bytes.ts';
import { publicKeyEd25519, publicKeyP256, sha256 } from './primitives-node.ts';
import type { Primitives } from './primitives.ts';

// INSECURE. A stand-in for signatures, for the simulator: whoever knows a public key can sign with
// it. What it keeps is that a signature is of one key and one message, and the same each time. Keys
// and hashes are the real ones. It is taken where Node runs with `--conditions=simulator` (see
// "imports" in package.json), and refuses to be loaded in any other way.

if (import.meta.resolve('#primitives') !== import.meta.url) {
  throw new Error('the insecure primitives are for --conditions=simulator alone');
}

export { publicKeyEd25519, publicKeyP256, sha256 };

export const ed25519Library = 'none: an insecure stand-in for the simulator';

/** A hash of key and message, twice: as long as a signature. */
function standIn(name: string, publicKeyOf: (secretKey: Uint8Array) => Uint8Array) {
  const domain = textBytes(`insecure ${name}`);
  const known = new Map<string, Uint8Array>();
  const tag = (publicKey: Uint8Array, message: Uint8Array): Uint8Array => {
    const half = sha256(concatBytes(domain, publicKey, message));
    return concatBytes(half, half);
  };
  return {
    sign(secretKey: Uint8Array, message: Uint8Array): Uint8Array {
      const secret = toHex(secretKey);
      const publicKey = known.get(secret) ?? publicKeyOf(secretKey);
      known.set(secret, publicKey);
      return tag(publicKey, message);
    },
    verify: (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean =>
      Buffer.compare(tag(publicKey, message), signature) === 0,
  };
}

const ed25519 = standIn('Ed25519', publicKeyEd25519);
const p256 = standIn('P-256', publicKeyP256);

export const signEd25519: Primitives['signEd25519'] = ed25519.sign;
export const verifyEd25519: Primitives['verifyEd25519'] = ed25519.verify;
export const signP256: Primitives['signP256'] = p256.sign;
export const verifyP256: Primitives['verifyP256'] = p256.verify;
