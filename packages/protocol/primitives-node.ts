import {
  createECDH,
  createPrivateKey,
  createPublicKey,
  hash,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto';
import { createRequire } from 'node:module';
import type { Primitives } from './primitives.ts';

// Ed25519 by sodium-native (twice the speed of node:crypto, and strict on small-order keys), P-256
// by node:crypto. Where sodium-native has no binary for the platform, node:crypto stands in for it.

type Sodium = {
  crypto_sign_verify_detached(signature: Uint8Array, message: Uint8Array, key: Uint8Array): boolean;
  crypto_sign_detached(signature: Uint8Array, message: Uint8Array, secret: Uint8Array): void;
  crypto_sign_seed_keypair(key: Uint8Array, secret: Uint8Array, seed: Uint8Array): void;
};

const sodium = loadSodium();

function loadSodium(): Sodium | undefined {
  try {
    return createRequire(import.meta.url)('sodium-native') as Sodium;
  } catch {
    return undefined;
  }
}

/** Which library verifies Ed25519 here: shown by `coinbox doctor`. */
export const ed25519Library = sodium ? 'sodium-native' : 'node:crypto';

/**
 * A plain array, as in browsers: `slice` of a Buffer would be a window, not a copy. By way of a
 * Latin-1 string, which costs a third of a Hash object or of a Buffer.
 */
export const sha256: Primitives['sha256'] = (bytes) => {
  const characters = hash('sha256', bytes, 'binary');
  const digest = new Uint8Array(32);
  for (let i = 0; i < 32; i++) digest[i] = characters.charCodeAt(i);
  return digest;
};

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');

/**
 * A bounded cache: importing a key costs up to a verification, so keys that come again are kept.
 */
function cached(
  limit: number,
  make: (bytes: Uint8Array) => KeyObject,
): (b: Uint8Array) => KeyObject {
  const kept = new Map<string, KeyObject>();
  return (bytes) => {
    const name = Buffer.from(bytes).toString('latin1');
    let key = kept.get(name);
    if (!key) {
      if (kept.size >= limit) kept.clear();
      kept.set(name, (key = make(bytes)));
    }
    return key;
  };
}

const KEYS_KEPT = 16_384;
const edPublic = cached(KEYS_KEPT, (x) =>
  createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: base64url(x) }, format: 'jwk' }),
);
const pkcs8 = Buffer.from('302e020100300506032b657004220420', 'hex');
const edSecret = cached(1024, (seed) =>
  createPrivateKey({ key: Buffer.concat([pkcs8, seed]), format: 'der', type: 'pkcs8' }),
);

// The y coordinates of the points of small order, and their not canonical twins (sign bit cleared).
// A key that is one of them verifies messages that nobody signed. libsodium refuses them itself.
const smallOrder = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
]);

function isSmallOrder(publicKey: Uint8Array): boolean {
  const y = Buffer.from(publicKey);
  y[31] = (y[31] as number) & 0x7f;
  return smallOrder.has(y.toString('hex'));
}

/** What stands in where sodium-native is missing, as strict as it. */
export function verifyEd25519ByNode(
  key: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  try {
    const known = !isSmallOrder(key) && !isSmallOrder(signature.subarray(0, 32));
    return known && verify(null, message, edPublic(key), signature);
  } catch {
    return false;
  }
}

export const verifyEd25519: Primitives['verifyEd25519'] = (publicKey, message, signature) => {
  if (publicKey.length !== 32 || signature.length !== 64) return false;
  return sodium
    ? sodium.crypto_sign_verify_detached(signature, message, publicKey)
    : verifyEd25519ByNode(publicKey, message, signature);
};

const expanded = new Map<string, Uint8Array>();

/**
 * libsodium signs with seed ‖ public key; working the public key out costs as much as a signature.
 */
function expandedSecret(library: Sodium, seed: Uint8Array): Uint8Array {
  const name = Buffer.from(seed).toString('latin1');
  let secret = expanded.get(name);
  if (!secret) {
    secret = Buffer.alloc(64);
    library.crypto_sign_seed_keypair(Buffer.alloc(32), secret, seed);
    if (expanded.size >= 1024) expanded.clear();
    expanded.set(name, secret);
  }
  return secret;
}

export const signEd25519: Primitives['signEd25519'] = (secretKey, message) => {
  if (!sodium) return sign(null, message, edSecret(secretKey));
  const signature = Buffer.alloc(64);
  sodium.crypto_sign_detached(signature, message, expandedSecret(sodium, secretKey));
  return signature;
};

export const publicKeyEd25519: Primitives['publicKeyEd25519'] = (secretKey) => {
  const jwk = createPublicKey(edSecret(secretKey)).export({ format: 'jwk' });
  return Buffer.from(jwk.x as string, 'base64url');
};

const p256Public = cached(KEYS_KEPT, (xy) =>
  createPublicKey({
    key: {
      kty: 'EC',
      crv: 'P-256',
      x: base64url(xy.subarray(0, 32)),
      y: base64url(xy.subarray(32)),
    },
    format: 'jwk',
  }),
);

const p256Secret = cached(1024, (scalar) => {
  const xy = publicKeyP256(scalar);
  return createPrivateKey({
    key: {
      kty: 'EC',
      crv: 'P-256',
      x: base64url(xy.subarray(0, 32)),
      y: base64url(xy.subarray(32)),
      d: base64url(scalar),
    },
    format: 'jwk',
  });
});

/** The order n of P-256 (FIPS 186-5), and its half: of s and n − s only the lower is taken. */
const orderP256 = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const halfOrder = orderP256 >> 1n;
const sOf = (signature: Uint8Array): bigint =>
  BigInt(`0x${Buffer.from(signature.subarray(32)).toString('hex')}`);
const halfOrderBytes = Buffer.from(halfOrder.toString(16).padStart(64, '0'), 'hex');

/** s > n/2, by bytes: a bigint for every verification costs too much. */
function isUpperS(signature: Uint8Array): boolean {
  for (let i = 0; i < 32; i++) {
    const [byte, limit] = [signature[32 + i] as number, halfOrderBytes[i] as number];
    if (byte !== limit) return byte > limit;
  }
  return false;
}

export const verifyP256: Primitives['verifyP256'] = (publicKey, message, signature) => {
  if (publicKey.length !== 64 || signature.length !== 64 || isUpperS(signature)) return false;
  try {
    const key = p256Public(publicKey);
    return verify('sha256', message, { key, dsaEncoding: 'ieee-p1363' }, signature);
  } catch {
    return false;
  }
};

export const signP256: Primitives['signP256'] = (secretKey, message) => {
  const key = p256Secret(secretKey);
  const signature = sign('sha256', message, { key, dsaEncoding: 'ieee-p1363' });
  const s = sOf(signature);
  if (s > halfOrder) {
    Buffer.from((orderP256 - s).toString(16).padStart(64, '0'), 'hex').copy(signature, 32);
  }
  return signature;
};

export const publicKeyP256: Primitives['publicKeyP256'] = (secretKey) => {
  const ecdh = createECDH('prime256v1');
  ecdh.setPrivateKey(secretKey);
  return ecdh.getPublicKey().subarray(1);
};
