// pure
import { ed25519 } from '@noble/curves/ed25519.js';
import { p256 } from '@noble/curves/nist.js';
import { createHash } from 'node:crypto';
import { fromCbor, hex, must, sha256, toCbor, unhex } from './encoding.ts';
import type { Value } from './encoding.ts';
import { CERTIFICATE, HEADER, KEY, LIMITS, OFFLINE, OWN, read } from './shapes.ts';

/** A public key (page 02): 32 bytes of Ed25519, or x ‖ y of P-256. `alg`: its COSE number. */
export type Key = { readonly alg: string; readonly bytes: Buffer; readonly id: string };
const [EDDSA, ES256, TREE] = ['-8', '-7', '-65537'];

/** The key of these bytes; its id is the head of its thumbprint (RFC 9679). Throws. */
export function keyOf(bytes: Buffer, alg = bytes.length === 64 ? ES256 : EDDSA): Key {
  must(bytes.length === (alg === ES256 ? 64 : 32), 'a key of another length');
  const [x, y] = [bytes.subarray(0, 32), bytes.subarray(32)];
  const [kty, crv] = alg === ES256 ? [2, 1] : [1, 6];
  const parts = new Map<number, unknown>().set(1, kty).set(-1, crv).set(-2, x);
  if (alg === ES256) parts.set(-3, y);
  return { alg, bytes, id: hex(sha256(toCbor(parts)).subarray(0, 8)) };
}

const nested = (cbor: string): Value => fromCbor(unhex(cbor));

/** What a certificate says (page 02); times in milliseconds. Its signature is not looked at. */
export function readCertificate({ typ, payload }: Signed) {
  must(typ === 'coinbox.cert', 'not a certificate');
  const { wallet, own, cnf, since, until } = read(CERTIFICATE, fromCbor(payload));
  const { role, terminal, limits, offline } = read(OWN, nested(own));
  const most = read(LIMITS, limits ? nested(limits) : new Map());
  const float = offline ? read(OFFLINE, nested(offline)) : undefined;
  const { kty, crv, alg, x, y } = read(KEY, (nested(cnf) as Map<number, Value>).get(1) ?? 0);
  const isIssuer = ROLES[Number(role)] === 'issuer';
  must([kty, crv].join() === (y ? '2,1' : '1,6'), 'a key of another kind');
  must(alg === (isIssuer ? TREE : ''), 'the issuer signs by its log, and nobody else does');
  const key = keyOf(unhex(x + y), y ? ES256 : alg || EDDSA);
  const times = { since: Number(since) * 1000, until: Number(until) * 1000 };
  return { wallet, role: ROLES[Number(role)], terminal, limits, float, key, ...most, ...times };
}
const ROLES = ['', 'payer', 'holding', 'settlement', 'provider', 'authority', 'issuer', 'root'];
export type Certificate = ReturnType<typeof readCertificate>;

/** A COSE_Sign1 message (page 02) taken apart; `signed` is what its signature covers. Throws. */
export function openSigned(bytes: Uint8Array, network: string) {
  must(bytes.length <= 4096 && bytes[0] === 0xd2, 'not a signed message');
  const parts = fromCbor(bytes.subarray(1));
  must(Array.isArray(parts) && parts.length === 4, 'a signed message has four parts');
  const [header, bare, payload, signature] = parts as [Uint8Array, unknown, Uint8Array, Uint8Array];
  must(bare instanceof Map && bare.size === 0, 'an unprotected header');
  const signed = signedBytes(network, header, payload);
  const hash = hex(sha256(payload));
  return { ...read(HEADER, fromCbor(header)), payload, signature, signed, hash };
}

/** Sig_structure of RFC 9052 §4.4. The network stands in external_aad and nowhere else. */
export const signedBytes = (network: string, header: Uint8Array, payload: Uint8Array): Uint8Array =>
  toCbor(['Signature1', header, Buffer.from(`coinbox/1/${network}`), payload]);

export type Signed = ReturnType<typeof openSigned>;

/** Has this key signed the message? */
export const isSignedBy = ({ alg, signed, signature }: Signed, key: Key): boolean =>
  alg === key.alg && verifySignature(key, signed, signature);

/** Is it a signature of 64 bytes by this key? */
export function verifySignature(key: Key, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    if (signature.length !== 64) return false;
    if (key.alg !== ES256) return verifyEd25519(key, message, signature);
    const point = Buffer.concat([Buffer.of(4), key.bytes]);
    return p256.verify(signature, message, point, { lowS: true });
  } catch {
    return false;
  }
}

const { Point } = ed25519;
const littleEndian = (bytes: Uint8Array): bigint => BigInt(`0x${hex(bytes.toReversed())}`);

/** −A of each key, and how often it came. A key that comes often gets a table; tables are large. */
const negated = new WeakMap<Key, { readonly point: typeof Point.BASE; uses: number }>();
let tables = 128;

/** RFC 8032 §5.1.7 without the cofactor (page 02): the encoding of S·B − k·A is R. */
function verifyEd25519(key: Key, message: Uint8Array, signature: Uint8Array): boolean {
  const known = negated.get(key) ?? { point: Point.fromBytes(key.bytes).negate(), uses: 0 };
  negated.set(key, known);
  if (++known.uses === 16 && tables-- > 0) known.point.precompute(6, false);
  const [r, s] = [signature.subarray(0, 32), littleEndian(signature.subarray(32))];
  if (s >= Point.Fn.ORDER || known.point.isSmallOrder()) return false;
  const digest = createHash('sha512').update(r).update(key.bytes).update(message).digest();
  const multiple = known.point.multiplyUnsafe(littleEndian(digest) % Point.Fn.ORDER);
  const point = Point.BASE.multiplyUnsafe(s).add(multiple);
  return !point.isSmallOrder() && Buffer.compare(point.toBytes(), r) === 0;
}
