import { encodeCbor, money, sign1, signCertificate, toHex } from '@coinbox/protocol';
import type { CborValue, Certificate, CertificateBody } from '@coinbox/protocol';
import {
  EXAMPLE_NETWORK,
  EXAMPLE_START,
  exampleId,
  exampleIdBytes,
  exampleParties,
  exampleSigner,
  exampleTime,
} from '@coinbox/protocol/testing';
import { jsonOf, refused, taken } from './case.ts';
import type { Case } from './case.ts';
import { storedEs256 } from './stored-es256.ts';

const authority = exampleSigner('authority');
const stranger = exampleSigner('stranger');

const valueOf = ({ body, keyId, hash }: Certificate): unknown =>
  jsonOf({
    ...body,
    publicKey: { algorithm: body.publicKey.algorithm, bytes: body.publicKey.bytes },
    keyId,
    hash,
  });

const offline = {
  perPayment: money(10_000n),
  cumulative: money(50_000n),
  count: 20,
  epochs: 1008,
  status: 11,
};

const certificate = (...how: Parameters<typeof certified>): Uint8Array => certified(...how).bytes;

const certified = (more: Partial<CertificateBody>, by = authority, network = EXAMPLE_NETWORK) =>
  signCertificate(
    {
      wallet: exampleId('wallet', 'someone'),
      role: 'payer',
      publicKey: exampleSigner('someone').publicKey,
      validFrom: EXAMPLE_START,
      validUntil: exampleTime(31_536_000_000),
      tier: 0,
      ...more,
    },
    by,
    network,
  );

/** A payload that the authority has signed as a certificate. */
const signed = (...entries: readonly (readonly [number, CborValue])[]): Uint8Array =>
  sign1(EXAMPLE_NETWORK, 'coinbox.cert', encodeCbor(new Map(entries)), authority);

/** A certificate payload with its parts, so that single ones can be wrong. */
const withClaims = (claims: CborValue, ...more: readonly (readonly [number, CborValue])[]) =>
  signed(
    [2, exampleIdBytes('wallet', 'someone')],
    [4, 1_800_000_000],
    [5, 0],
    [8, new Map([[1, coseKey]])],
    [-65537, claims],
    ...more,
  );
const coseKey = new Map<number, CborValue>([
  [1, 1],
  [-1, 6],
  [-2, exampleSigner('someone').publicKey.bytes],
]);
const claims = (version: number, role: number, tier: number, ...more: [number, CborValue][]) =>
  new Map<number, CborValue>([[1, version], [2, role], [3, tier], ...more]);

/** spec/vectors/certificates.json. */
export function certificateVectors() {
  const parties = exampleParties();
  const cases: readonly Case[] = [
    ...Object.entries(parties).map(([name, party]) =>
      taken(name, party.certificate.bytes, valueOf(party.certificate)),
    ),
    taken('payer, offline', certificate({ offline }), valueOf(certified({ offline }))),
    ...storedEs256.certificates,
    refused('signed by a stranger', certificate({}, stranger), 'key-unknown'),
    refused(
      'a wallet signed by the root',
      certificate({}, exampleSigner('root')),
      'key-wrong-role',
    ),
    refused(
      'an authority signed by an authority',
      certificate({ role: 'authority' }),
      'key-wrong-role',
    ),
    refused('of another network', certificate({}, authority, 'another'), 'signature-invalid'),
    refused('expired', certificate({ validUntil: EXAMPLE_START }), 'key-expired'),
    refused(
      'an issuer without a log',
      certificate({ role: 'issuer', publicKey: exampleSigner('issuer').publicKey }),
      'key-invalid',
    ),
    refused(
      'a wallet with a log',
      certificate({ publicKey: exampleSigner('someone', 'EdDSA-tree').publicKey }),
      'key-invalid',
    ),
    refused('an unknown role', withClaims(claims(1, 8, 0)), 'malformed-value'),
    refused('an unknown tier', withClaims(claims(1, 1, 3)), 'malformed-value'),
    refused('version 2', withClaims(claims(2, 1, 0)), 'unsupported-version'),
    refused(
      'a limit of nothing',
      withClaims(claims(1, 1, 0, [4, new Map([[1, 0]])])),
      'amount-zero',
    ),
    refused('another claim', withClaims(claims(1, 1, 0), [6, 0]), 'malformed-unknown-field'),
    refused(
      'no claims',
      signed([2, exampleIdBytes('wallet', 'someone')]),
      'malformed-missing-field',
    ),
  ];
  return {
    about: 'Certificates: spec/02-signatures.md. Checked at `now` by one who knows the root only.',
    network: EXAMPLE_NETWORK,
    now: EXAMPLE_START,
    root: toHex(exampleSigner('root').publicKey.bytes),
    cases,
  };
}
