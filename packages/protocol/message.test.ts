import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { equalBytes, toHex } from './bytes.ts';
import { decodeCbor, encodeCbor } from './cbor.ts';
import type { CborMap, CborValue } from './cbor.ts';
import { openEnvelope, sign1 } from './cose.ts';
import {
  hashOfBody,
  openMessage,
  readOwn,
  readVerified,
  signMessage,
  typOf,
  verifySigner,
} from './message.ts';
import type { MessageType, Signed } from './message.ts';
import { PAY } from './messages/pay.ts';
import { MESSAGES } from './operations.ts';
import type { Result } from './result.ts';
import {
  EXAMPLE_NETWORK,
  EXAMPLE_START,
  exampleBook,
  exampleMessages,
  exampleParties,
  exampleTime,
} from './testing.ts';
import type { ExampleParty } from './testing.ts';

const codeOf = (result: Result<unknown>): string => (result.ok ? 'ok' : result.rejection.code);
const parties = exampleParties();
const book = exampleBook(parties);
const examples = exampleMessages(parties);
const names = Object.keys(MESSAGES) as (keyof typeof MESSAGES)[];

const payloadOf = (bytes: Uint8Array): Uint8Array => {
  const opened = openEnvelope(bytes);
  assert.ok(opened.ok);
  return opened.value.payload;
};
const fieldsOf = (bytes: Uint8Array): Map<number, CborValue> => {
  const decoded = decodeCbor(payloadOf(bytes));
  assert.ok(decoded.ok);
  return new Map(decoded.value as CborMap);
};
const signerOf = (message: Signed<unknown>): ExampleParty =>
  Object.values(parties).find(({ certificate }) => certificate === message.signer) as ExampleParty;

for (const name of names) {
  const type = MESSAGES[name] as MessageType<unknown>;
  const message = examples[name] as Signed<unknown>;
  const open = (payload: Uint8Array) => {
    const bytes = sign1(EXAMPLE_NETWORK, type.typ, payload, signerOf(message).signer);
    return openMessage(type, bytes, book, EXAMPLE_START);
  };

  describe(`the message ${name.toUpperCase()}`, () => {
    it('is opened as it was signed', () => {
      const opened = openMessage(type, message.bytes, book, EXAMPLE_START);
      assert.ok(opened.ok);
      assert.deepEqual(opened.value, message);
    });

    it('is known by the SHA-256 of its payload', () => {
      const digest = createHash('sha256').update(payloadOf(message.bytes)).digest('hex');
      assert.equal(toHex(message.hash), digest);
      assert.equal(toHex(hashOfBody(type, message.body)), digest);
    });

    it('has version 1 under key 1 and the typ of its class', () => {
      assert.equal(fieldsOf(message.bytes).get(1), 1);
      assert.deepEqual(typOf(message.bytes), { ok: true, value: `coinbox.${name}` });
    });

    it('is refused with a field that its class does not have (rows 13 and 64)', () => {
      const fields = fieldsOf(message.bytes).set(99, 0);
      assert.equal(codeOf(open(encodeCbor(fields))), 'malformed-unknown-field');
    });

    it('is refused in another version (row 19)', () => {
      for (const version of [0, 2, 2 ** 31]) {
        const fields = fieldsOf(message.bytes).set(1, version);
        assert.equal(codeOf(open(encodeCbor(fields))), 'unsupported-version');
      }
    });

    it('is refused without its first and its second field (row 14)', () => {
      for (const key of [1, 2]) {
        const fields = fieldsOf(message.bytes);
        fields.delete(key);
        assert.equal(codeOf(open(encodeCbor(fields))), 'malformed-missing-field');
      }
    });

    it('is refused with every prefix of its payload signed in its place', () => {
      const payload = payloadOf(message.bytes);
      assert.equal(codeOf(open(payload.subarray(0, 0))), 'malformed-empty');
      for (let length = 1; length < payload.length; length++) {
        assert.equal(codeOf(open(payload.subarray(0, length))), 'malformed-truncated');
      }
    });

    it('is taken from the roles of its class and from no other', () => {
      for (const party of Object.values(parties)) {
        const { role } = party.certificate.body;
        const signed = signMessage(
          type,
          message.body,
          party.signer,
          party.certificate,
          EXAMPLE_NETWORK,
        );
        const code = codeOf(openMessage(type, signed.bytes, book, EXAMPLE_START));
        assert.equal(code, type.signedBy.includes(role) ? 'ok' : 'key-wrong-role', role);
      }
    });
  });
}

describe('openMessage()', () => {
  const { pay } = examples;
  it('asks for the certificate at the time it is told (row 37)', () => {
    const { validUntil } = parties.payer.certificate.body;
    assert.equal(codeOf(openMessage(PAY, pay.bytes, book, validUntil)), 'key-expired');
    const before = exampleTime(-31_536_000_000);
    assert.equal(codeOf(openMessage(PAY, pay.bytes, book, before)), 'key-expired');
  });

  it('reads no field before the signature has been checked', () => {
    // The payload is nonsense: it is the signature that is answered for.
    const bytes = sign1('another', PAY.typ, Uint8Array.of(0xff), parties.payer.signer);
    assert.equal(codeOf(openMessage(PAY, bytes, book, EXAMPLE_START)), 'signature-invalid');
  });
});

describe('verifySigner() and readVerified()', () => {
  it('are the two halves of openMessage()', () => {
    const { pay } = examples;
    const envelope = openEnvelope(pay.bytes);
    assert.ok(envelope.ok);
    const signer = verifySigner(envelope.value, book);
    assert.ok(signer.ok);
    const read = readVerified(PAY, pay.bytes, envelope.value, signer.value, EXAMPLE_START);
    assert.deepEqual(read, openMessage(PAY, pay.bytes, book, EXAMPLE_START));
    const nobody = { network: EXAMPLE_NETWORK, certificateOf: () => undefined };
    assert.equal(codeOf(verifySigner(envelope.value, nobody)), 'key-unknown');
  });
});

describe('readOwn()', () => {
  it('reads what this party signed itself, and fails as a bug on anything else', () => {
    const { pay } = examples;
    assert.deepEqual(readOwn(PAY, pay.bytes), { body: pay.body, hash: pay.hash });
    assert.throws(() => readOwn(PAY, examples.offer.bytes), /bug: not a coinbox.pay of our own/);
    assert.throws(() => readOwn(PAY, new Uint8Array(0)), /bug: /);
  });
});

describe('typOf()', () => {
  it('answers as openEnvelope() does', () => {
    assert.equal(codeOf(typOf(new Uint8Array(0))), 'malformed-empty');
    assert.equal(codeOf(typOf(Uint8Array.of(0x80))), 'malformed-tag');
  });
});

describe('the example', () => {
  it('has the same bytes every time', () => {
    const again = exampleMessages();
    for (const name of names) assert.ok(equalBytes(again[name].bytes, examples[name].bytes), name);
  });
});
