import {
  CERT_TYP,
  CertificateBook,
  MESSAGES,
  createIssuerClient,
  formatInstant,
  formatKeyId,
  openEnvelope,
  openMessage,
  readPayload,
  toHex,
} from '@coinbox/protocol';
import type { Discovery, Instant, MessageType, Result } from '@coinbox/protocol';
import { fromBase64url } from '../shared/base64url.ts';

/** A message taken apart, with what its signature is worth. */
export type OpenedMessage = {
  /** `coinbox.settle` */
  readonly typ: string;
  readonly bytes: Uint8Array;
  readonly keyId: string;
  readonly algorithm: string;
  /** Wallet and role of the signer, where its certificate is known. */
  readonly signer?: { readonly wallet: string; readonly role: string };
  /** Undefined: the signature is valid. Else the code of what is wrong. */
  readonly wrong?: string;
  readonly fields: readonly (readonly [name: string, value: string])[];
};

/** What messages are checked with: the issuer's keys, and certificates as they are needed. */
export type Checker = {
  readonly book: CertificateBook;
  /** Learns the certificate of a key from the issuer; false where it has none. */
  learn(keyId: string): Promise<boolean>;
  /** The issuer's receipt of a message; the same bytes each time. */
  receipt(message: Uint8Array): Promise<Result<Uint8Array>>;
};

const now = (): Instant => Date.now() as Instant;
let opened: Promise<Checker> | undefined;

/** The checker of this window: the root is the one that the issuer of this page names. */
export function openChecker(): Promise<Checker> {
  opened ??= makeChecker().catch((fault: unknown) => {
    opened = undefined;
    throw fault;
  });
  return opened;
}

async function makeChecker(): Promise<Checker> {
  const url = location.origin;
  const client = createIssuerClient({ url, fetch: (to, init) => fetch(to, init) });
  const answer = await fetch(`${url}/.well-known/coinbox`);
  const discovery = (await answer.json()) as Discovery;
  const { algorithm, bytes } = discovery.root;
  const root = { algorithm, bytes: fromBase64url(bytes) };
  const book = new CertificateBook(discovery.network, root);
  for (const text of discovery.certificates) book.add(fromBase64url(text), now(), true);
  return {
    book,
    async learn(keyId) {
      const found = await fetch(`${url}/v1/certificates/${keyId}`);
      if (!found.ok) return false;
      const { certificate } = (await found.json()) as { certificate: string };
      return book.add(fromBase64url(certificate), now()).ok;
    },
    receipt: (message) => client.submit(message),
  };
}

/**
 * Takes a message apart and checks its signature with the issuer's certificates. Rejects what is no
 * signed message at all.
 */
export async function openAny(checker: Checker, bytes: Uint8Array): Promise<Result<OpenedMessage>> {
  const envelope = openEnvelope(bytes);
  if (!envelope.ok) return envelope;
  const { typ, keyId, algorithm } = envelope.value;
  const id = formatKeyId(keyId);
  const type = Object.values(MESSAGES).find((one) => one.typ === typ) as
    MessageType<unknown> | undefined;
  if (!checker.book.certificateOf(keyId)) await checker.learn(id);
  const signer = checker.book.certificateOf(keyId)?.body;
  const checked = checkSignature(checker, type, typ, bytes);
  const body = type && readPayload(type, envelope.value);
  return {
    ok: true,
    value: {
      typ,
      bytes,
      keyId: id,
      algorithm,
      ...(signer && { signer: { wallet: signer.wallet, role: signer.role } }),
      ...(checked !== undefined && { wrong: checked }),
      fields: body?.ok ? fieldsOf(body.value as object) : [],
    },
  };
}

function checkSignature(
  { book }: Checker,
  type: MessageType<unknown> | undefined,
  typ: string,
  bytes: Uint8Array,
): string | undefined {
  if (typ === CERT_TYP) {
    const known = book.add(bytes, now());
    return known.ok ? undefined : known.rejection.code;
  }
  if (!type) return 'malformed-value';
  const found = openMessage(type, bytes, book, now());
  return found.ok ? undefined : found.rejection.code;
}

/** Fields whose number is a time, milliseconds since 1970. */
const times = new Set(['at', 'issuedAt', 'validUntil', 'validFrom']);

/** The fields of a body as a person reads them. */
export const fieldsOf = (body: object): readonly (readonly [string, string])[] =>
  Object.entries(body).map(([name, value]) => [name, textOf(name, value)]);

function textOf(name: string, value: unknown): string {
  if (value instanceof Uint8Array) {
    return value.length > 64
      ? `${toHex(value.subarray(0, 16))}… (${value.length} B)`
      : toHex(value);
  }
  if (typeof value === 'number' && times.has(name)) return formatInstant(value as Instant);
  if (typeof value === 'object' && value !== null) {
    return JSON.stringify(
      value,
      (key, part: unknown) =>
        typeof part === 'bigint' || part instanceof Uint8Array ? textOf(key, part) : part,
      1,
    );
  }
  return String(value);
}
