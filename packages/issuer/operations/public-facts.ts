import {
  ASSETS,
  REJECTIONS,
  accept,
  assert,
  currencyOf,
  exponentOf,
  formatKeyId,
  fromHex,
  reject,
} from '@coinbox/protocol';
import type { Discovery, Result } from '@coinbox/protocol';
import manifest from '../package.json' with { type: 'json' };
import type { Call, Context } from '../context.ts';
import { noQuery } from '../page.ts';
import { toBase64url } from '../read.ts';

/** What a party has to know of this issuer before it says anything. Rejects parameter-unknown. */
export async function discover(context: Context, call: Call): Promise<Result<Discovery>> {
  const query = noQuery(call.query);
  if (!query.ok) return query;
  const { network, asset, root, certificates } = context;
  const { algorithm } = root;
  assert(algorithm !== 'EdDSA-tree', 'the root signs by itself');
  return accept({
    network,
    asset,
    root: { algorithm, bytes: toBase64url(root.bytes) },
    certificates: certificates.map(({ bytes }) => toBase64url(bytes)),
    version: manifest.version,
  });
}

export type CertificateJson = {
  readonly key: string;
  readonly wallet: string;
  readonly role: string;
  readonly certificate: string;
};

/** The certificate of a key, by its id (16 hexadecimal digits). Rejects: parameter-…, not-found. */
export async function getCertificate(
  { registry }: Context,
  call: Call,
): Promise<Result<CertificateJson>> {
  const query = noQuery(call.query);
  if (!query.ok) return query;
  const keyId = fromHex(call.parameter ?? '');
  if (keyId?.length !== 8) return reject('parameter-invalid', 'a key id has 16 hex digits');
  const certificate = registry.certificateOf(keyId);
  if (!certificate) return reject('not-found', 'no certificate for this key');
  const { wallet, role } = certificate.body;
  const key = formatKeyId(keyId);
  return accept({ key, wallet, role, certificate: toBase64url(certificate.bytes) });
}

export type CurrencyJson = {
  readonly currency: string;
  readonly asset: string;
  readonly exponent: number;
};

/** Every currency of ISO 4217 with its number of decimals. Rejects parameter-unknown. */
export async function listCurrencies(
  _: Context,
  call: Call,
): Promise<Result<{ readonly items: readonly CurrencyJson[] }>> {
  const query = noQuery(call.query);
  if (!query.ok) return query;
  const items = ASSETS.map((asset) => ({
    currency: currencyOf(asset),
    asset,
    exponent: exponentOf(asset),
  }));
  return accept({ items });
}

export type ProblemKindJson = {
  readonly code: string;
  readonly status: number;
  readonly retry: string;
  readonly en: string;
  readonly zh: string;
};

/** Every "no" there is. Rejects parameter-unknown. */
export async function listProblems(
  _: Context,
  call: Call,
): Promise<Result<{ readonly items: readonly ProblemKindJson[] }>> {
  const query = noQuery(call.query);
  if (!query.ok) return query;
  return accept({ items: Object.entries(REJECTIONS).map(([code, row]) => ({ code, ...row })) });
}
