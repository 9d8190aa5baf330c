import assert from 'node:assert/strict';
import { createHash, createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Tag, decode, diagnose, encode } from 'cbor2';
import { parseAsset } from './asset.ts';
import { fromHex, toHex } from './bytes.ts';
import { decodeCbor } from './cbor.ts';
import type { CborMap, CborValue } from './cbor.ts';
import { CertificateBook } from './certificate.ts';
import { openEnvelope, verifyEnvelope } from './cose.ts';
import { decodeCarrierReply, decodeCarrierRequest, decodeLinkEnvelope } from './envelope.ts';
import { idFromBytes, idToBytes, instantOfId, parseId } from './ids.ts';
import type { BillId, IdKind, SessionId } from './ids.ts';
import { formatKeyId, keyIdOf, verifySignature } from './keys.ts';
import type { Algorithm } from './keys.ts';
import { openMessage } from './message.ts';
import type { MessageType } from './message.ts';
import { paymentIdOf } from './messages/pay.ts';
import { settlementIdOf } from './messages/settle.ts';
import { parseAmount } from './money.ts';
import { MESSAGES } from './operations.ts';
import type { Result } from './result.ts';
import { formatInstant } from './time.ts';
import type { Instant } from './time.ts';

// Holds this implementation to spec/vectors, and the vectors to libraries that are not ours.

type Case = {
  name: string;
  hex: string;
  expected: { ok: true; value: unknown } | { ok: false; code: string };
};
const folder = join(import.meta.dirname, '..', '..', 'spec', 'vectors');
const read = (name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8'));
const hex = (text: string): Uint8Array => fromHex(text) as Uint8Array;
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Asserts the value, as `shown`, or the code. */
function judge<T>(
  result: Result<T>,
  expected: Case['expected'],
  shown: (value: T) => unknown,
): void {
  const found = result.ok
    ? { ok: true, value: shown(result.value) }
    : { ok: false, code: result.rejection.code };
  assert.deepEqual(found, expected);
}

/** As JSON shows a body: bytes in hexadecimal, bigints as digits. */
const json = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_, part: unknown) => {
      if (part instanceof Uint8Array) return toHex(part);
      return typeof part === 'bigint' ? `${part}` : part;
    }),
  );

/** Diagnostic notation of RFC 8949 §8, as far as the profile goes. */
function diagnostic(value: CborValue): string {
  if (value instanceof Uint8Array) return `h'${toHex(value)}'`;
  if (typeof value === 'string') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(diagnostic).join(', ')}]`;
  if (typeof value === 'number' || typeof value === 'bigint') return `${value}`;
  const entries = [...(value as CborMap)].map(([key, item]) => `${key}: ${diagnostic(item)}`);
  return `{${entries.join(', ')}}`;
}

describe('spec/vectors/encoding.json', () => {
  const { cases } = read('encoding.json') as { cases: Case[] };
  for (const { name, hex: text, expected } of cases) {
    it(name, () => {
      judge(decodeCbor(hex(text)), expected, diagnostic);
      if (expected.ok) assert.equal(diagnose(hex(text)), expected.value, 'as cbor2 reads it');
    });
  }
  it('has every code of the decoder', () => {
    const codes = new Set(cases.map(({ expected }) => (expected.ok ? 'ok' : expected.code)));
    assert.equal(codes.size, 12);
  });
});

/** Verifies with node:crypto alone; FIPS 186-5 takes either s. */
function verifiedByNode(algorithm: Algorithm, key: string, message: string, signature: string) {
  const bytes = Buffer.from(key, 'hex');
  const part = (from: number, to: number) => bytes.subarray(from, to).toString('base64url');
  const jwk =
    algorithm === 'EdDSA'
      ? { kty: 'OKP', crv: 'Ed25519', x: part(0, 32) }
      : { kty: 'EC', crv: 'P-256', x: part(0, 32), y: part(32, 64) };
  return verify(
    algorithm === 'EdDSA' ? null : 'sha256',
    hex(message),
    { key: createPublicKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' },
    hex(signature),
  );
}

describe('spec/vectors/signatures.json', () => {
  const file = read('signatures.json');

  for (const { source, algorithm, publicKey, keyId } of file.keys) {
    it(`key ${keyId}, ${source}`, () => {
      assert.equal(formatKeyId(keyIdOf({ algorithm, bytes: hex(publicKey) })), keyId);
    });
  }

  for (const { name, algorithm, publicKey, message, signature, valid } of file.raw) {
    it(`${algorithm}: ${name}`, () => {
      const key = { algorithm, bytes: hex(publicKey) };
      assert.equal(verifySignature(key, hex(message), hex(signature)), valid);
      if (valid) assert.equal(verifiedByNode(algorithm, publicKey, message, signature), true);
    });
  }

  for (const { name, hex: text, expected } of file.envelopes as Case[]) {
    it(`COSE_Sign1: ${name}`, () => {
      const key = { algorithm: 'EdDSA' as const, bytes: hex(file.publicKey) };
      const opened = openEnvelope(hex(text));
      if (!opened.ok) return judge(opened, expected, String);
      const { keyId, typ, payload, protectedHeader, signature } = opened.value;
      if (toHex(keyId) !== toHex(keyIdOf(key))) {
        return assert.deepEqual(expected, { ok: false, code: 'key-unknown' });
      }
      const aad = Buffer.from(`coinbox/1/${file.network}`);
      const toBeSigned = toHex(
        encode(['Signature1', protectedHeader, Uint8Array.from(aad), payload]),
      );
      judge(verifyEnvelope(opened.value, file.network, key), expected, () => {
        assert.ok(verifiedByNode('EdDSA', file.publicKey, toBeSigned, toHex(signature)));
        return { typ, keyId: toHex(keyId), payload: toHex(payload), toBeSigned };
      });
    });
  }
});

describe('spec/vectors/ids.json', () => {
  const file = read('ids.json');
  for (const { kind, hex: text, text: id, instant } of file.ids) {
    it(`id ${id}`, () => {
      assert.equal(idFromBytes(kind as IdKind, hex(text)), id);
      assert.equal(toHex(idToBytes(id)), text);
      assert.equal(instantOfId(id), instant);
    });
  }

  it('the id of a payment and of a settlement', () => {
    const { payment, settlement } = file;
    const hash = hex(payment.hash);
    assert.equal(paymentIdOf({ body: { at: payment.at as Instant }, hash }), payment.text);
    const time = (payment.at as number).toString(16).padStart(12, '0');
    assert.equal(toHex(idToBytes(payment.text)), time + sha256(hash).slice(0, 20));
    const [bill, session] = [settlement.bill as BillId, settlement.session as SessionId];
    assert.equal(settlementIdOf(bill, session), settlement.text);
    const both = toHex(idToBytes(bill)) + toHex(idToBytes(session));
    const id = both.slice(0, 12) + sha256(hex(both)).slice(0, 20);
    assert.equal(toHex(idToBytes(settlement.text)), id);
  });

  const parsers: Readonly<Record<string, (text: string) => Result<unknown>>> = {
    wallets: (text) => parseId('wallet', text),
    amounts: parseAmount,
    assets: parseAsset,
  };
  for (const [list, parse] of Object.entries(parsers)) {
    for (const { text, expected } of file[list]) {
      it(`${list}: ${JSON.stringify(text)}`, () => {
        const parsed = parse(text);
        assert.equal(parsed.ok ? undefined : parsed.rejection.code, expected.code);
        if (parsed.ok) assert.equal(String(parsed.value), text);
      });
    }
  }

  it('times', () => {
    for (const { instant, text } of file.times) assert.equal(formatInstant(instant), text);
  });
});

type Payload = Map<number, unknown>;

/** Protected header and payload of a message, by cbor2. */
function partsByCbor2(text: string): { header: Payload; payload: Payload; bytes: Uint8Array } {
  const tag = decode<Tag>(hex(text), { preferMap: true });
  assert.equal(tag.tag, 18);
  const [header, , bytes] = tag.contents as [Uint8Array, unknown, Uint8Array];
  const map = (part: Uint8Array) => decode<Payload>(part, { preferMap: true });
  return { header: map(header), payload: map(bytes), bytes };
}

describe('spec/vectors/certificates.json', () => {
  const { network, now, root, cases } = read('certificates.json');
  const key = { algorithm: 'EdDSA' as const, bytes: hex(root) };
  const authority = (cases as Case[]).find(({ name }) => name === 'authority') as Case;

  for (const { name, hex: text, expected } of cases as Case[]) {
    it(name, () => {
      const book = new CertificateBook(network, key);
      assert.ok(book.add(hex(authority.hex), now).ok);
      judge(book.add(hex(text), now), expected, ({ body, keyId, hash }) =>
        json({ ...body, keyId, hash }),
      );
    });
  }

  for (const { name, hex: text, expected } of cases as Case[]) {
    if (!expected.ok) continue;
    it(`${name}: the claims as cbor2 reads them`, () => {
      const value = expected.value as Record<string, unknown>;
      const { header, payload, bytes } = partsByCbor2(text);
      assert.equal(header.get(16), 'coinbox.cert');
      assert.deepEqual([...payload.keys()], [2, 4, 5, 8, -65537]);
      assert.equal(toHex(payload.get(2) as Uint8Array), toHex(idToBytes(value.wallet as BillId)));
      assert.equal((payload.get(4) as number) * 1000, value.validUntil);
      assert.equal((payload.get(5) as number) * 1000, value.validFrom);
      assert.equal(sha256(bytes), value.hash);
    });
  }
});

describe('spec/vectors/messages.json', () => {
  const file = read('messages.json');
  const book = new CertificateBook(file.network, { algorithm: 'EdDSA', bytes: hex(file.root) });
  for (const text of file.certificates) assert.ok(book.add(hex(text), file.now).ok);
  const typeOf = (typ: string) =>
    MESSAGES[typ.replace('coinbox.', '') as keyof typeof MESSAGES] as MessageType<unknown>;

  for (const { name, typ, hex: text, now = file.now, expected } of file.cases) {
    it(name, () => {
      const opened = openMessage(typeOf(typ), hex(text), book, now);
      judge(opened, expected, ({ body, hash }) => {
        const { header, bytes } = partsByCbor2(text);
        assert.equal(header.get(16), typ);
        assert.equal(sha256(bytes), toHex(hash));
        return { body: json(body), hash: toHex(hash), payload: diagnose(bytes) };
      });
    });
  }

  it('has every class of message, and P-256 beside Ed25519', () => {
    const valid = (file.cases as { typ: string; expected: { ok: boolean } }[]).filter(
      ({ expected }) => expected.ok,
    );
    const classes = new Set(valid.map(({ typ }) => typ));
    assert.deepEqual(classes, new Set(Object.values(MESSAGES).map(({ typ }) => typ)));
    assert.ok(valid.length >= classes.size + 5);
  });

  const decoders: Readonly<Record<string, (bytes: Uint8Array) => Result<unknown>>> = {
    request: decodeCarrierRequest,
    reply: decodeCarrierReply,
    link: decodeLinkEnvelope,
  };
  for (const { name, envelope, hex: text, expected } of file.envelopes) {
    it(`${envelope}: ${name}`, () => {
      judge((decoders[envelope] as (typeof decoders)[string])(hex(text)), expected, json);
    });
  }
});
