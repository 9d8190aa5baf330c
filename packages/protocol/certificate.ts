import { sha256 } from '#primitives';
import { equalBytes } from './bytes.ts';
import { decodeCbor, encodeCbor } from './cbor.ts';
import type { CborMap, CborValue } from './cbor.ts';
import { openEnvelope, sign1, verifyEnvelope } from './cose.ts';
import type { NetworkId } from './network.ts';
import { coseKey, formatKeyId, keyIdOf } from './keys.ts';
import type { KeyId, PublicKey, Signer } from './keys.ts';
import { accept, reject } from './result.ts';
import type { Result } from './result.ts';
import { amount, field, id, integer, optional, record, versioned, word } from './shape.ts';
import type { Shape, ValueIn } from './shape.ts';
import { LATEST_INSTANT } from './time.ts';
import type { Instant } from './time.ts';
import type { WalletId } from './ids.ts';

/**
 * What a key may do. `root` signs authorities, `authority` signs wallets and `issuer` keys,
 * `issuer` signs receipts, by its log.
 */
export const ROLES = {
  payer: 1,
  holding: 2,
  settlement: 3,
  provider: 4,
  authority: 5,
  issuer: 6,
  root: 7,
} as const;
export type Role = keyof typeof ROLES;

/** Who may certify whom. */
const certifiedBy: Readonly<Record<Role, Role>> = {
  payer: 'authority',
  holding: 'authority',
  settlement: 'authority',
  provider: 'authority',
  issuer: 'authority',
  authority: 'root',
  root: 'root',
};

/** Where the key is kept: 0 software, 1 secure element, 2 certified secure element. */
export type Tier = number;

const limits = record({
  /** Largest single payment, minor units. */
  perPayment: optional(1, amount),
  /** Largest balance of the wallet, minor units. */
  balance: optional(2, amount),
});
export type Limits = ValueIn<typeof limits>;

const offlineLimits = record({
  /** Largest single offline payment, minor units. */
  perPayment: field(1, amount),
  /** What a wallet may pay offline, and may have in its float, between two contacts. */
  cumulative: field(2, amount),
  /** How many payments between two contacts. */
  count: field(3, integer(1)),
  /** How many epochs after its last contact the wallet may still pay. */
  epochs: field(4, integer(1)),
  /** The wallet's place in the lists of stopped wallets (STATUS). */
  status: field(5, integer(0, 4_294_967_295)),
});
/** On a payer wallet that may pay offline. */
export type OfflineLimits = ValueIn<typeof offlineLimits>;

/**
 * The claims of ours stand in one map under a private label (RFC 8392 §9.1 leaves labels below
 * −65536 to applications).
 */
const claims = versioned({
  role: field(2, word(ROLES)),
  tier: field(3, integer(0, 2)),
  limits: optional(4, limits),
  terminal: optional(5, id('wallet')),
  offline: optional(6, offlineLimits),
});

/** Seconds since 1970, as RFC 8392 wants them; milliseconds outside. */
const seconds: Shape<Instant> = {
  encode: (at) => Math.floor(at / 1000),
  decode: (value) => {
    const whole = integer(0, 253_402_300_799).decode(value);
    return whole.ok ? accept((whole.value * 1000) as Instant) : whole;
  },
};

const confirmation = record({ key: field(1, coseKey) });

/** RFC 8392 labels: 2 sub, 4 exp, 5 nbf; RFC 8747: 8 cnf. */
const certificateShape = record({
  wallet: field(2, id('wallet')),
  validUntil: field(4, seconds),
  validFrom: field(5, seconds),
  confirmation: field(8, confirmation),
  claims: field(-65537, claims),
});

/** What the authority says of one key. */
export type CertificateBody = {
  readonly wallet: WalletId;
  readonly role: Role;
  readonly publicKey: PublicKey;
  readonly validFrom: Instant;
  readonly validUntil: Instant;
  readonly tier: Tier;
  readonly limits?: Limits;
  /** On a settlement wallet: the holding wallet of the same terminal. */
  readonly terminal?: WalletId;
  /** On a payer wallet: it may pay offline, within these limits. */
  readonly offline?: OfflineLimits;
};

export type Certificate = {
  readonly body: CertificateBody;
  readonly keyId: KeyId;
  readonly bytes: Uint8Array;
  readonly hash: Uint8Array;
};

export const CERT_TYP = 'coinbox.cert';

/** Signs a certificate with the key of an authority (or of the root, for an authority). */
export function signCertificate(
  body: CertificateBody,
  authority: Signer,
  network: NetworkId,
): Certificate {
  const payload = encodeCbor(
    certificateShape.encode({
      wallet: body.wallet,
      validUntil: body.validUntil,
      validFrom: body.validFrom,
      confirmation: { key: body.publicKey },
      claims: {
        role: body.role,
        tier: body.tier,
        ...(body.limits && { limits: body.limits }),
        ...(body.terminal && { terminal: body.terminal }),
        ...(body.offline && { offline: body.offline }),
      },
    }),
  );
  return {
    body,
    keyId: keyIdOf(body.publicKey),
    bytes: sign1(network, CERT_TYP, payload, authority),
    hash: sha256(payload),
  };
}

function readBody(value: CborValue): Result<CertificateBody> {
  const decoded = certificateShape.decode(value);
  if (!decoded.ok) return decoded;
  const { claims: own, confirmation: cnf, ...times } = decoded.value;
  return accept({ ...times, ...own, publicKey: cnf.key });
}

/**
 * May a key with this certificate sign such a message at `now`? Rejects: key-wrong-role,
 * key-expired.
 */
export function checkCertificate(
  certificate: Certificate,
  allowed: readonly Role[],
  now: Instant,
): Result<void> {
  const { role, validFrom, validUntil } = certificate.body;
  if (!allowed.includes(role)) return reject('key-wrong-role', `a ${role} key`);
  if (now < validFrom || now >= validUntil) return reject('key-expired');
  return accept(undefined);
}

type Known = { readonly certificate: Certificate; readonly validUntil: Instant };

const tailOf = (bytes: Uint8Array): string => String.fromCharCode(...bytes.subarray(-16));

type Authority = { readonly key: PublicKey; readonly role: Role; readonly validUntil: Instant };

/**
 * The certificates that one party has seen, each checked up to the root. Bounded: a stranger's
 * certificates push out strangers' certificates, never the pinned ones.
 */
export class CertificateBook {
  readonly network: NetworkId;
  readonly #root: PublicKey;
  readonly #pinned = new Map<string, Certificate>();
  readonly #seen = new Map<string, Certificate>();
  /** Certificates as they came, by the end of their signature: most come again and again. */
  readonly #known = new Map<string, Known>();
  readonly #mostSeen: number;

  constructor(network: NetworkId, root: PublicKey, mostSeen = 10_000) {
    this.network = network;
    this.#root = root;
    this.#mostSeen = mostSeen;
  }

  /** The certificate under a key id; undefined when this party has not seen it. */
  certificateOf(keyId: KeyId): Certificate | undefined {
    const name = formatKeyId(keyId);
    return this.#pinned.get(name) ?? this.#seen.get(name);
  }

  /**
   * Checks a certificate and keeps it. `pin` is for those that this party depends on: its own, its
   * issuer's, its provider's.
   * Rejects: malformed-…, key-unknown (of the authority), signature-invalid, key-wrong-role,
   * key-expired.
   */
  add(bytes: Uint8Array, now: Instant, pin = false): Result<Certificate> {
    const known = pin ? undefined : this.#known.get(tailOf(bytes));
    if (known && now < known.validUntil && equalBytes(known.certificate.bytes, bytes)) {
      return accept(known.certificate);
    }
    const opened = openEnvelope(bytes);
    if (!opened.ok) return opened;
    const { typ, keyId, payload } = opened.value;
    if (typ !== CERT_TYP) return reject('signature-invalid', 'not signed as a certificate');
    const authority = this.#keyOfAuthority(keyId);
    if (!authority) return reject('key-unknown', 'the authority of the certificate is not known');
    if (now >= authority.validUntil) return reject('key-expired', 'the authority has expired');
    const verified = verifyEnvelope(opened.value, this.network, authority.key);
    if (!verified.ok) return verified;
    const claimed = decodeCbor(payload);
    if (!claimed.ok) return claimed;
    const body = readBody(claimed.value as CborMap);
    if (!body.ok) return body;
    if (certifiedBy[body.value.role] !== authority.role) return reject('key-wrong-role');
    const { role, publicKey } = body.value;
    if ((role === 'issuer') !== (publicKey.algorithm === 'EdDSA-tree')) {
      return reject('key-invalid', 'the issuer signs by its log, and nobody else does');
    }
    if (now >= body.value.validUntil) return reject('key-expired');
    const certificate: Certificate = {
      body: body.value,
      keyId: keyIdOf(body.value.publicKey),
      bytes: Uint8Array.from(bytes),
      hash: sha256(payload),
    };
    this.#keep(certificate, pin);
    const validUntil = Math.min(authority.validUntil, body.value.validUntil) as Instant;
    this.#known.set(tailOf(bytes), { certificate, validUntil });
    return accept(certificate);
  }

  #keyOfAuthority(keyId: KeyId): Authority | undefined {
    const name = formatKeyId(keyId);
    if (name === formatKeyId(keyIdOf(this.#root))) {
      return { key: this.#root, role: 'root', validUntil: LATEST_INSTANT };
    }
    const found = this.#pinned.get(name)?.body;
    return found?.role === 'authority'
      ? { key: found.publicKey, role: 'authority', validUntil: found.validUntil }
      : undefined;
  }

  #keep(certificate: Certificate, pin: boolean): void {
    const name = formatKeyId(certificate.keyId);
    if (pin || certificate.body.role === 'authority') {
      this.#pinned.set(name, certificate);
      return;
    }
    this.#forget(name);
    const [oldest] = this.#seen.keys();
    if (oldest !== undefined && this.#seen.size >= this.#mostSeen) this.#forget(oldest);
    this.#seen.set(name, certificate);
  }

  #forget(name: string): void {
    const certificate = this.#seen.get(name);
    if (certificate) this.#known.delete(tailOf(certificate.bytes));
    this.#seen.delete(name);
  }
}
