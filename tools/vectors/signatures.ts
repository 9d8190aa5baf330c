import { bytesToSign, encodeCbor, keyIdOf, openEnvelope, sign1, toHex } from '@coinbox/protocol';
import type { Algorithm, CborValue, Envelope } from '@coinbox/protocol';
import { EXAMPLE_NETWORK, exampleMessages, exampleParties } from '@coinbox/protocol/testing';
import { bytesOf, refused, taken } from './case.ts';
import type { Case } from './case.ts';
import { storedEs256 } from './stored-es256.ts';

type Key = { source: string; algorithm: Algorithm; publicKey: string; keyId: string };

/** Key ids. That of RFC 9679 is the beginning of the thumbprint printed there. */
const keys: readonly Key[] = [
  {
    source: 'RFC 9679 §6',
    algorithm: 'ES256',
    publicKey:
      '65eda5a12577c2bae829437fe338701a10aaa375e1bb5b5de108de439c08551d' +
      '1e52ed75701163f7f9e40ddf9f341b3dc9ba860af7e0ca7ca7e9eecd0084d19c',
    keyId: '496bd8afadf307e5',
  },
];

type Raw = {
  name: string;
  source?: string;
  algorithm: Algorithm;
  publicKey: string;
  message: string;
  signature: string;
  valid: boolean;
};

const rfc8032 = {
  source: 'RFC 8032 §7.1 TEST 3',
  algorithm: 'EdDSA' as const,
  publicKey: 'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
  message: 'af82',
};
const [r, s] = [
  '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac',
  '18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
];
/** S + L, little-endian: the same residue. */
const sPlusL = '05d391b0a77904e98404ef037747a56e4a7c15e9716ed28dc027beceea1ec41a';

const rfc6979 = {
  algorithm: 'ES256' as const,
  publicKey:
    '60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6' +
    '7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299',
};

/** RFC 9052 C.2.1: the key with kid 11, and the message signed with it. */
const rfc9052 = {
  publicKey:
    'bac5b11cad8f99f9c72b05cf4b9e26d244dc189f745228255a219a86d6a09eff' +
    '20138bf82dc1b6d562be0fa54ab7804a3a64b6d72ccfed6b6fb6ed28bbfc117e',
  signature:
    '8eb33e4ca31d1c465ab05aac34cc6b23d58fef5c083106c4d25a91aef0b0117e' +
    '2af9a291aa32e14ab834dc56ed2a223444547e01f11d3b0916e5a4c345cacb36',
};
const rfc9052Head = 'd28443a10126a10442313154546869732069732074686520636f6e74656e742e5840';

const raw: readonly Raw[] = [
  { name: 'as printed', ...rfc8032, signature: r + s, valid: true },
  { name: 'S + L', ...rfc8032, signature: r + sPlusL, valid: false },
  {
    name: 'a key of order 8, R the identity, S of nothing',
    ...rfc8032,
    source: 'small-order key',
    publicKey: 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
    signature: `01${'00'.repeat(63)}`,
    valid: false,
  },
  { name: '63 bytes', ...rfc8032, signature: (r + s).slice(2), valid: false },
  {
    name: 'test: the lower s',
    source: 'RFC 6979 A.2.5',
    ...rfc6979,
    message: '74657374',
    signature:
      'f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367' +
      '019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083',
    valid: true,
  },
  {
    name: 'sample: the higher s, which FIPS 186-5 would take',
    source: 'RFC 6979 A.2.5',
    ...rfc6979,
    message: '73616d706c65',
    signature:
      'efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716' +
      'f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8',
    valid: false,
  },
  {
    name: 'the Sig_structure of the message there',
    source: 'RFC 9052 C.2.1',
    algorithm: 'ES256',
    publicKey: rfc9052.publicKey,
    message: `846a5369676e61747572653143a101264054546869732069732074686520636f6e74656e742e`,
    signature: rfc9052.signature,
    valid: true,
  },
];

const none = new Map<number, CborValue>();
const message = (...parts: CborValue[]): Uint8Array => bytesOf(`d2${toHex(encodeCbor(parts))}`);
const flipped = (bytes: Uint8Array): Uint8Array =>
  bytes.map((byte, i) => (i === 40 ? byte ^ 1 : byte));

function openPay(): Envelope {
  const opened = openEnvelope(exampleMessages().pay.bytes);
  if (!opened.ok) throw new Error('the example opens');
  return opened.value;
}

/** Other parts than those of the PAY, one at a time. */
function wrongParts({ protectedHeader, payload, signature, keyId }: Envelope): readonly Case[] {
  const { pay } = exampleMessages();
  const parts = (name: string, code: string, body: Uint8Array, proof: Uint8Array) =>
    refused(name, message(protectedHeader, none, body, proof), code);
  const unprotected = message(protectedHeader, new Map([[4, keyId]]), payload, signature);
  const printed = bytesOf(rfc9052Head + rfc9052.signature);
  return [
    parts('a bit of the payload flipped', 'signature-invalid', flipped(payload), signature),
    parts('a bit of the signature flipped', 'signature-invalid', payload, flipped(signature)),
    parts('an empty signature', 'signature-missing', payload, new Uint8Array(0)),
    parts('a signature of 63 bytes', 'signature-invalid', payload, signature.subarray(1)),
    refused('an unprotected parameter', unprotected, 'header-unexpected'),
    refused('three parts', message(protectedHeader, none, payload), 'malformed-type'),
    refused('no tag', pay.bytes.subarray(1), 'malformed-tag'),
    refused('tag 17', bytesOf(`d1${toHex(pay.bytes.subarray(1))}`), 'malformed-tag'),
    {
      ...refused('its kid is not protected', printed, 'header-unexpected'),
      source: 'RFC 9052 C.2.1',
    },
  ];
}

/** Other protected headers over the payload and signature of the PAY. */
function wrongHeaders({ payload, signature, keyId, typ }: Envelope): readonly Case[] {
  const headed = (name: string, code: string, ...entries: [number, CborValue][]) =>
    refused(name, message(encodeCbor(new Map(entries)), none, payload, signature), code);
  const [kid, cls] = [[4, keyId] as [number, CborValue], [16, typ] as [number, CborValue]];
  return [
    headed('alg ES256 over an Ed25519 key', 'algorithm-mismatch', [1, -7], kid, cls),
    headed('alg 5, HMAC', 'algorithm-mismatch', [1, 5], kid, cls),
    headed('alg none', 'algorithm-mismatch', [1, 'none'], kid, cls),
    headed('another typ', 'signature-invalid', [1, -8], kid, [16, 'coinbox.refund']),
    headed('another kid', 'key-unknown', [1, -8], [4, new Uint8Array(8)], cls),
    headed('no typ', 'malformed-missing-field', [1, -8], kid),
    headed('crit', 'header-critical-unknown', [1, -8], [2, [16]], kid, cls),
    headed('another protected parameter', 'header-unexpected', [1, -8], [3, 0], kid, cls),
  ];
}

function envelopeCases(): readonly Case[] {
  const envelope = openPay();
  const { protectedHeader, payload, typ, keyId } = envelope;
  const toBeSigned = toHex(bytesToSign(EXAMPLE_NETWORK, protectedHeader, payload));
  const value = { typ, keyId: toHex(keyId), payload: toHex(payload), toBeSigned };
  const elsewhere = sign1('another', typ, payload, exampleParties().payer.signer);
  return [
    taken('PAY', exampleMessages().pay.bytes, value),
    refused('signed for another network', elsewhere, 'signature-invalid'),
    ...wrongParts(envelope),
    ...wrongHeaders(envelope),
  ];
}

/** spec/vectors/signatures.json. */
export function signatureVectors() {
  const { payer, holding } = exampleParties();
  const own = [payer, holding].map(({ signer: { publicKey } }) => ({
    source: 'the example',
    algorithm: publicKey.algorithm,
    publicKey: toHex(publicKey.bytes),
    keyId: toHex(keyIdOf(publicKey)),
  }));
  return {
    about: 'Keys, signatures and COSE_Sign1: spec/02-signatures.md.',
    network: EXAMPLE_NETWORK,
    /** The one key that a receiver of `envelopes` knows. */
    publicKey: toHex(payer.signer.publicKey.bytes),
    keys: [...keys, ...own],
    raw: [...raw, ...storedEs256.raw],
    envelopes: envelopeCases(),
  };
}
