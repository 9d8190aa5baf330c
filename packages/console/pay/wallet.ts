import {
  CertificateBook,
  Fault,
  accept,
  createIssuerClient,
  decodeCarrierReply,
  formatKeyId,
  toHex,
} from '@coinbox/protocol';
import type { Asset, Certificate, Discovery, Instant, Result } from '@coinbox/protocol';
import { createPayer } from '@coinbox/payer';
import type { Carrier, Payer, PayerStore } from '@coinbox/payer';
import { fromBase64url, toBase64url } from '../shared/base64url.ts';
import type { Shelf } from '../shared/shelf.ts';
import type { WalletKey } from './key.ts';
import { createBrowserStore } from './store.ts';

/** The boxes of the browser's store that a wallet uses. */
export const BOXES = ['keys', 'facts', 'certificates', 'payments', 'counters'] as const;

/** A payer's wallet in a browser: a key, what the issuer has certified, and its payments. */
export type BrowserWallet = {
  readonly key: WalletKey;
  readonly certificate: Certificate;
  readonly asset: Asset;
  readonly book: CertificateBook;
  readonly store: PayerStore;
  /** Takes what terminals say. A PAY is made by purchase.ts, since browsers sign later. */
  readonly payer: Payer;
};

export const now = (): Instant => Date.now() as Instant;

const fetchHere: Parameters<typeof createIssuerClient>[0]['fetch'] = (url, init) =>
  fetch(url, init);

/** What the issuer says of itself; kept, so that the page opens without a network. */
export async function readDiscovery(issuer: string, shelf: Shelf): Promise<Discovery> {
  try {
    const found = await createIssuerClient({ url: issuer, fetch: fetchHere }).discover();
    if (!found.ok) throw new Fault('answer-invalid', found.rejection.code);
    await shelf.put([['facts', 'discovery', found.value]]);
    return found.value;
  } catch (fault) {
    const kept = await shelf.get<Discovery>('facts', 'discovery');
    if (kept) return kept;
    throw fault;
  }
}

/** The certificate of this key: kept here, or, where it is asked, at the issuer. */
export async function findCertificate(
  issuer: string,
  shelf: Shelf,
  key: WalletKey,
  isAsked: boolean,
): Promise<Uint8Array | undefined> {
  const kept = await shelf.get<Uint8Array>('facts', 'certificate');
  if (kept || !isAsked) return kept;
  const answer = await fetch(`${issuer}/v1/certificates/${formatKeyId(key.keyId)}`);
  if (!answer.ok) return undefined;
  const { certificate } = (await answer.json()) as { certificate: string };
  const bytes = fromBase64url(certificate);
  await shelf.put([['facts', 'certificate', bytes]]);
  return bytes;
}

/** Only in a demo: has its desk open a wallet for this key, with some money in it. */
export async function askDesk(desk: string, key: WalletKey): Promise<void> {
  const { algorithm, bytes } = key.publicKey;
  const answer = await fetch(`${desk}/wallets`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ algorithm, bytes: toBase64url(bytes) }),
  });
  if (!answer.ok) throw new Fault('answer-invalid', `the desk answered ${answer.status}`);
}

/**
 * Puts a wallet together. Rejects where the certificate is not this issuer's or has run out:
 * signature-invalid, key-unknown, key-expired.
 */
export async function openWallet(
  discovery: Discovery,
  shelf: Shelf,
  key: WalletKey,
  certificate: Uint8Array,
): Promise<Result<BrowserWallet>> {
  const { algorithm, bytes } = discovery.root;
  const root = { algorithm, bytes: fromBase64url(bytes) };
  const book = new CertificateBook(discovery.network, root);
  for (const text of discovery.certificates) book.add(fromBase64url(text), now(), true);
  for (const known of await shelf.all<Uint8Array>('certificates')) book.add(known, now());
  const own = book.add(certificate, now(), true);
  if (!own.ok) return own;
  const store = await createBrowserStore(shelf, own.value.body.wallet);
  const asset = discovery.asset as Asset;
  const signer = { ...key, sign: signsLater };
  const parts = { signer, certificate: own.value, asset, book, store, clock: { now } };
  return accept({
    key,
    certificate: own.value,
    asset,
    book,
    store,
    payer: createPayer(parts),
  });
}

function signsLater(): never {
  throw new Error('bug: a key of a browser signs asynchronously');
}

/** A carrier that keeps the certificates that come with the answers: receipts are checked later. */
export const keepCertificates = (carrier: Carrier, shelf: Shelf): Carrier => ({
  async exchange(request) {
    const bytes = await carrier.exchange(request);
    const reply = decodeCarrierReply(bytes);
    const certificates = reply.ok ? reply.value.certificates : [];
    const things = certificates.map((one): [string, string, Uint8Array] => [
      'certificates',
      toHex(one.slice(-16)),
      Uint8Array.from(one),
    ]);
    if (things.length > 0) await shelf.put(things);
    return bytes;
  },
});
