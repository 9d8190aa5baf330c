import { concatBytes, decodeCbor, encodeCbor, openEnvelope, sign1, toHex } from '@coinbox/protocol';
import type { CborMap, CborValue, Pay, Signed } from '@coinbox/protocol';
import { TEST_NETWORK, expect } from './fixture.ts';
import type { FixtureIssuer } from './fixture.ts';
import type { PaidSession } from './session.ts';

/** Makes messages that are wrong in one way, out of a PAY that is right. */
export function createForge(s: PaidSession<FixtureIssuer>, pay: Signed<Pay>) {
  const { protectedHeader, payload, signature } = expect(openEnvelope(pay.bytes));
  const fields = expect(decodeCbor(payload)) as CborMap;
  const keyId = s.payer.signer.keyId;

  /** The payer signs whatever the bytes are. */
  const signed = (bytes: Uint8Array): Uint8Array =>
    sign1(TEST_NETWORK, 'coinbox.pay', bytes, s.payer.signer);

  /** A COSE_Sign1 message from its four parts. */
  const envelope = (parts: readonly CborValue[]): Uint8Array =>
    concatBytes(hex('d2'), encodeCbor(parts));

  return {
    s,
    pay,
    payload,
    signed,
    /** The first byte of the payload exchanged, `drop` bytes after it left out, `more` added. */
    reshaped: (first: string, drop: number, more: string): Uint8Array =>
      signed(concatBytes(hex(first), payload.subarray(1 + drop), hex(more))),
    /** The PAY with one field otherwise; `undefined` takes it out. */
    withField(key: number, value: CborValue | undefined): Uint8Array {
      const changed = new Map(fields);
      if (value === undefined) changed.delete(key);
      else changed.set(key, value);
      return signed(encodeCbor(changed));
    },
    /** The PAY with the raw encoding of one field exchanged. */
    withRawField(key: number, raw: string): Uint8Array {
      const own = encodeCbor(new Map([[key, fields.get(key) as CborValue]])).subarray(1);
      const [before, after] = toHex(payload).split(toHex(own));
      return signed(hex(before as string, toHex(encodeCbor(key)), raw, after as string));
    },
    /** The PAY under a header of these labels, with the signature of the true one. */
    withHeader: (...entries: readonly (readonly [number, CborValue])[]): Uint8Array =>
      envelope([encodeCbor(new Map(entries)), new Map(), payload, signature]),
    withUnprotected: (header: CborMap): Uint8Array =>
      envelope([protectedHeader, header, payload, signature]),
    withSignature: (change: (signature: Uint8Array) => Uint8Array): Uint8Array =>
      envelope([protectedHeader, new Map(), payload, change(signature)]),
    keyId,
  };
}
export type Forge = ReturnType<typeof createForge>;

export const hex = (...parts: readonly string[]): Uint8Array => Buffer.from(parts.join(''), 'hex');

/** RFC 8032 §5.1: the order of the group. */
const L = 2n ** 252n + 27742317777372353535851937790883648493n;

/** The same signature with S + L: another encoding of the same equation, which RFC 8032 refuses. */
export function withLargeS(signature: Uint8Array): Uint8Array {
  const own = BigInt(`0x${Buffer.from(signature.subarray(32)).reverse().toString('hex')}`);
  const large = Buffer.from((own + L).toString(16).padStart(64, '0'), 'hex').reverse();
  return concatBytes(signature.subarray(0, 32), large);
}
