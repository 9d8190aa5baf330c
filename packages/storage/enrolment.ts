import { CertificateBook, Fault, isNetworkId, parseAsset } from '@coinbox/protocol';
import type { Asset, Certificate, Instant, PublicKey, Role } from '@coinbox/protocol';

/**
 * What every party is told by the issuer when it is enrolled, as it stands in the party's JSON
 * file. Certificates and keys in base64url.
 */
export type EnrolmentConfig = {
  readonly network: string;
  readonly asset: string;
  readonly issuerUrl: string;
  readonly root: { readonly algorithm: 'EdDSA' | 'ES256'; readonly bytes: string };
  /** Of the authority, then of the issuer's receipts. */
  readonly certificates: readonly string[];
};

/** An enrolment, read and checked. */
export type Enrolment = {
  readonly asset: Asset;
  /** Holds the issuer's certificates, pinned. */
  readonly book: CertificateBook;
  /** The issuer's certificates as they came. */
  readonly certificates: readonly Uint8Array[];
  /** Checks a certificate of one's own and pins it. Fault config-invalid. */
  pin(text: string, role: Role): Certificate;
};

/** Reads what the issuer has told. `file` names it in faults. Fault config-invalid. */
export function readEnrolment(file: string, config: EnrolmentConfig, now: Instant): Enrolment {
  const { network, root, certificates } = config;
  if (!isNetworkId(network)) throw new Fault('config-invalid', `${file}: network`);
  const asset = parseAsset(config.asset);
  if (!asset.ok) throw new Fault('config-invalid', `${file}: asset`);
  const book = new CertificateBook(network, readRoot(file, root));
  const pin = (text: string): Certificate => {
    const certificate = book.add(fromBase64(text), now, true);
    if (certificate.ok) return certificate.value;
    throw new Fault('config-invalid', `${file}: a certificate: ${certificate.rejection.code}`);
  };
  return {
    asset: asset.value,
    book,
    certificates: certificates.map((text) => pin(text).bytes),
    pin(text, role) {
      const certificate = pin(text);
      if (certificate.body.role === role) return certificate;
      throw new Fault('config-invalid', `${file}: the certificate is not of a ${role}`);
    },
  };
}

function readRoot(file: string, { algorithm, bytes }: EnrolmentConfig['root']): PublicKey {
  const key = fromBase64(bytes);
  if (key.length !== (algorithm === 'EdDSA' ? 32 : 64)) {
    throw new Fault('config-invalid', `${file}: root`);
  }
  return { algorithm, bytes: key };
}

const fromBase64 = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'base64url'));
