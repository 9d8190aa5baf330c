/**
 * The primitives that everything signed rests on, synchronous. Two versions with the same meaning:
 * for Node and for browsers. A false from a verifier covers every defect: wrong length, small-order
 * key, S not canonical.
 */
export interface Primitives {
  sha256(bytes: Uint8Array): Uint8Array;
  /**
   * RFC 8032. `publicKey` 32 bytes, `signature` 64 bytes; small-order keys and S ≥ L are refused.
   */
  verifyEd25519(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
  /** `secretKey`: the 32-byte seed of RFC 8032. */
  signEd25519(secretKey: Uint8Array, message: Uint8Array): Uint8Array;
  publicKeyEd25519(secretKey: Uint8Array): Uint8Array;
  /**
   * FIPS 186-5 with SHA-256. `publicKey` x ‖ y (64 bytes), `signature` r ‖ s (64 bytes); only the
   * lower s is taken.
   */
  verifyP256(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
  /** `secretKey`: the 32-byte scalar. The signature has the lower s. */
  signP256(secretKey: Uint8Array, message: Uint8Array): Uint8Array;
  publicKeyP256(secretKey: Uint8Array): Uint8Array;
}
