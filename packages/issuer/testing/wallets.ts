import {
  CertificateBook,
  assert,
  newId,
  sha256,
  signMessage,
  softwareSigner,
} from '@coinbox/protocol';
import type {
  Algorithm,
  Certificate,
  Clock,
  Id,
  IdKind,
  Instant,
  MessageType,
  NetworkId,
  PublicKey,
  Signed,
  Signer,
  WalletId,
} from '@coinbox/protocol';

/** A wallet of a test: its key, its certificate, and its own message counter. */
export type TestWallet = {
  readonly wallet: WalletId;
  readonly signer: Signer;
  readonly certificate: Certificate;
  /** The next number of its own counter. */
  next(): number;
  sign<T>(type: MessageType<T>, body: T): Signed<T>;
};

/** A clock that stands still until it is set. */
export function createTestClock(start = 1_800_000_000_000): Clock & { set(at: number): void } {
  let at = start as Instant;
  return {
    now: () => at,
    set(next) {
      at = next as Instant;
    },
  };
}

/** Bytes that follow from a seed, so that a test makes the same ids and keys each time. */
export function createTestRandom(seed = 'coinbox'): () => Uint8Array {
  let count = 0;
  return () => new Uint8Array(sha256(new TextEncoder().encode(`${seed}/${(count += 1)}`)));
}

/** Makes ids at the clock's time. */
export const createIds =
  (clock: Clock, random: () => Uint8Array) =>
  <K extends IdKind>(kind: K): Id<K> =>
    newId(kind, clock.now(), random());

export function createTestWallet(
  wallet: WalletId,
  signer: Signer,
  certificate: Certificate,
  network: NetworkId,
): TestWallet {
  let sequence = 0;
  return {
    wallet,
    signer,
    certificate,
    next: () => (sequence += 1),
    sign: (type, body) => signMessage(type, body, signer, certificate, network),
  };
}

export const testSigner = (algorithm: Algorithm, random: () => Uint8Array): Signer =>
  softwareSigner(algorithm, random());

/** The certificate in an answer of the issuer. */
export function readCertificate(
  base64url: string,
  network: NetworkId,
  root: PublicKey,
  authority: Uint8Array,
): Certificate {
  const book = new CertificateBook(network, root);
  const pinned = book.add(authority, 0 as Instant, true);
  const added = book.add(Buffer.from(base64url, 'base64url'), 0 as Instant);
  assert(pinned.ok && added.ok, 'the issuer answers with certificates of its own');
  return added.value;
}
