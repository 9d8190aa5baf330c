import { concatBytes, sign1 } from '@coinbox/protocol';
import type { RejectionCode } from '@coinbox/protocol';
import { TEST_NETWORK } from './fixture.ts';
import { hex, withLargeS } from './forge.ts';
import type { Forge } from './forge.ts';

type Row = readonly [
  row: string,
  input: string,
  status: number,
  code: RejectionCode,
  make: (forge: Forge) => Uint8Array,
];

/** Label and value of the headers of a PAY: RFC 9052 §3.1 and RFC 9596. */
const [ALG, CRIT, KID, TYP] = [1, 2, 4, 16] as const;
const EDDSA = -8;

/**
 * Rows 1 to 27 of the table of bad inputs: the bytes and the amounts. Fields of a PAY: 1 version, 6
 * amount, 7 asset, 8 mapping version.
 */
export const encodingRows: readonly Row[] = [
  ['1', 'an empty body', 400, 'malformed-empty', () => hex()],
  ['3', 'more bytes', 400, 'malformed-trailing', (f) => concatBytes(f.pay.bytes, hex('00'))],
  ['4', 'a key twice', 400, 'malformed-duplicate-key', (f) => f.reshaped('aa', 0, '0101')],
  ['5', 'keys out of order', 400, 'malformed-noncanonical', (f) => f.reshaped('a9', 2, '0101')],
  ['6', 'a long integer', 400, 'malformed-noncanonical', (f) => f.withRawField(8, '1801')],
  ['7', 'indefinite length', 400, 'malformed-noncanonical', (f) => f.reshaped('bf', 0, 'ff')],
  ['8', 'nine levels', 400, 'malformed-depth', (f) => f.withRawField(8, '818181818181818180')],
  ['8', 'ten thousand levels', 413, 'too-large', () => Buffer.alloc(10_000, 0x81)],
  ['9', 'a length of 2^32−1', 400, 'malformed-length', () => hex('d2845affffffff000000')],
  ['10', 'no UTF-8', 400, 'malformed-text', (f) => f.withRawField(7, '65ffffffffff')],
  ['10', 'a NUL', 400, 'malformed-text', (f) => f.withRawField(7, '65434e590032')],
  ['10', 'text not in form C', 400, 'malformed-text', (f) => f.withRawField(7, '6365cc81')],
  ['11', 'a float', 400, 'malformed-type', (f) => f.withRawField(6, 'f93c00')],
  ['11', 'undefined', 400, 'malformed-type', (f) => f.withRawField(6, 'f7')],
  ['11', 'a bignum', 400, 'malformed-tag', (f) => f.withRawField(6, 'c24101')],
  [
    '12',
    'a wrong tag',
    400,
    'malformed-tag',
    (f) => concatBytes(hex('d1'), f.pay.bytes.subarray(1)),
  ],
  ['13', 'an extra field', 400, 'malformed-unknown-field', (f) => f.withField(99, 1)],
  ['14', 'no amount', 400, 'malformed-missing-field', (f) => f.withField(6, undefined)],
  ['15', 'one byte over 4 KiB', 413, 'too-large', () => new Uint8Array(4_097)],
  ['15', 'one byte over 64 KiB', 413, 'too-large', () => new Uint8Array(65_537)],
  ['19', 'version 0', 400, 'unsupported-version', (f) => f.withField(1, 0)],
  ['19', 'version 2^31', 400, 'unsupported-version', (f) => f.withField(1, 2 ** 31)],
  ['20', 'an amount of 0', 422, 'amount-zero', (f) => f.withField(6, 0)],
  ['21', 'a negative amount', 422, 'amount-negative', (f) => f.withField(6, -1)],
  ['22', 'an amount of 2^63', 422, 'amount-out-of-range', (f) => f.withField(6, 2n ** 63n)],
  ['22', 'an amount of 2^64−1', 422, 'amount-out-of-range', (f) => f.withField(6, 2n ** 64n - 1n)],
  ['25', 'the currency XXY', 422, 'currency-unknown', (f) => f.withField(7, 'XXY/2')],
  ['25', 'the currency cny', 422, 'currency-unknown', (f) => f.withField(7, 'cny/2')],
  ['27', 'yen with decimals', 422, 'currency-exponent', (f) => f.withField(7, 'JPY/2')],
];

const withAlgorithm = (f: Forge, algorithm: number): Uint8Array =>
  f.withHeader([ALG, algorithm], [KID, f.keyId], [TYP, 'coinbox.pay']);

/** Rows 31 to 42: signatures, keys and headers. */
export const signatureRows: readonly Row[] = [
  ['31', 'no signature', 401, 'signature-missing', (f) => f.withSignature(() => hex())],
  ['33', '63 bytes', 401, 'signature-invalid', (f) => f.withSignature((own) => own.subarray(1))],
  ['33', 'S plus the group order', 401, 'signature-invalid', (f) => f.withSignature(withLargeS)],
  ['34', 'alg ES256', 401, 'algorithm-mismatch', (f) => withAlgorithm(f, -7)],
  ['34', 'alg 0', 401, 'algorithm-mismatch', (f) => withAlgorithm(f, 0)],
  ['34', 'alg HMAC', 401, 'algorithm-mismatch', (f) => withAlgorithm(f, 5)],
  [
    '35',
    'a key that nobody knows',
    401,
    'key-unknown',
    (f) => f.withHeader([ALG, EDDSA], [KID, new Uint8Array(8)], [TYP, 'coinbox.pay']),
  ],
  [
    '38',
    'a PAY that a provider signs',
    403,
    'key-wrong-role',
    ({ s, payload }) => sign1(TEST_NETWORK, 'coinbox.pay', payload, s.provider.signer),
  ],
  [
    '39',
    'a PAY for another network',
    401,
    'signature-invalid',
    ({ s, payload }) => sign1('other-net', 'coinbox.pay', payload, s.payer.signer),
  ],
  [
    '40',
    'a PAY shown as a REFUND',
    401,
    'signature-invalid',
    (f) => f.withHeader([ALG, EDDSA], [KID, f.keyId], [TYP, 'coinbox.refund']),
  ],
  [
    '40',
    'an OFFER, which is not for the issuer',
    401,
    'signature-invalid',
    ({ s }) => s.messages.offer(s.terminal, s.provider).bytes,
  ],
  [
    '41',
    'a critical header',
    400,
    'header-critical-unknown',
    (f) => f.withHeader([ALG, EDDSA], [CRIT, [TYP]], [KID, f.keyId], [TYP, 'coinbox.pay']),
  ],
  [
    '42',
    'an unprotected header',
    400,
    'header-unexpected',
    (f) => f.withUnprotected(new Map([[KID, f.keyId]])),
  ],
];
