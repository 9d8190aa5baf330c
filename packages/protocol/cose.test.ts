import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Tag, decode as decodeByCbor2 } from 'cbor2';
import { concatBytes, fromHex, textBytes, toHex } from './bytes.ts';
import { encodeCbor } from './cbor.ts';
import type { CborValue } from './cbor.ts';
import { bytesToSign, completeSign1, openEnvelope, sign1, verifyEnvelope } from './cose.ts';
import type { Algorithm } from './keys.ts';
import { openMessage, prepareMessage } from './message.ts';
import { isNetworkId } from './network.ts';
import { PAY } from './messages/pay.ts';
import { RECEIPT } from './messages/receipt.ts';
import { REFUND, SETTLE } from './messages/settle.ts';
import type { Result } from './result.ts';
import {
  EXAMPLE_NETWORK,
  EXAMPLE_START,
  exampleBook,
  exampleMessage,
  exampleMessages,
  exampleParties,
  exampleProofAt,
  exampleSigner,
} from './testing.ts';

const codeOf = (result: Result<unknown>): string => (result.ok ? 'ok' : result.rejection.code);
const parties = exampleParties();
const book = exampleBook(parties);
const messages = exampleMessages(parties);
const { pay, settle } = messages;
const openPay = (bytes: Uint8Array) => codeOf(openMessage(PAY, bytes, book, EXAMPLE_START));

/** The four parts of a message. */
function partsOf(bytes: Uint8Array): readonly [Uint8Array, CborValue, Uint8Array, Uint8Array] {
  const opened = openEnvelope(bytes);
  assert.ok(opened.ok);
  const { protectedHeader, payload, signature } = opened.value;
  return [protectedHeader, new Map(), payload, signature];
}
const message = (parts: CborValue): Uint8Array =>
  concatBytes(Uint8Array.of(0xd2), encodeCbor(parts));
const [header, , payload, signature] = partsOf(pay.bytes);
/** A message of so many bytes. */
const ofLength = (length: number): Uint8Array => {
  const overhead = message([header, new Map(), new Uint8Array(1000), signature]).length - 1000;
  return message([header, new Map(), new Uint8Array(length - overhead), signature]);
};
const withHeader = (protectedHeader: Uint8Array) =>
  message([protectedHeader, new Map(), payload, signature]);
const headerOf = (...entries: readonly (readonly [number, CborValue])[]) =>
  encodeCbor(new Map(entries));
/** A message under a header of these three, and more. */
const headed = (
  alg: CborValue,
  keyId: CborValue,
  typ: CborValue,
  ...more: readonly (readonly [number, CborValue])[]
) => withHeader(headerOf([1, alg], [4, keyId], [16, typ], ...more));
const kid = parties.payer.signer.keyId;

describe('bytesToSign()', () => {
  it('is the Sig_structure of RFC 9052 §4.4', () => {
    const bytes = bytesToSign('test', fromHex('a10127') as Uint8Array, Uint8Array.of(1, 2));
    assert.equal(
      toHex(bytes),
      '84' + // array of 4
        `6a${toHex(textBytes('Signature1'))}` +
        '43a10127' +
        `4e${toHex(textBytes('coinbox/1/test'))}` +
        '420102',
    );
  });
});

describe('sign1()', () => {
  it('makes what another decoder reads as COSE_Sign1', () => {
    const read = decodeByCbor2<Tag>(pay.bytes, { preferMap: true });
    assert.ok(read instanceof Tag);
    assert.equal(read.tag, 18);
    const [protectedHeader, unprotectedHeader, , signed] = read.contents as [
      Uint8Array,
      Map<number, unknown>,
      Uint8Array,
      Uint8Array,
    ];
    assert.equal(unprotectedHeader.size, 0);
    assert.equal(signed.length, 64);
    const labels = decodeByCbor2<Map<number, unknown>>(protectedHeader, { preferMap: true });
    assert.equal(labels.get(1), -8);
    assert.equal(toHex(labels.get(4) as Uint8Array), toHex(kid));
    assert.equal(labels.get(16), 'coinbox.pay');
  });
});

describe('openEnvelope()', () => {
  const none = new Uint8Array(0);
  const rows: readonly (readonly [number, string, Uint8Array, string])[] = [
    [1, 'no bytes', none, 'malformed-empty'],
    [2, 'the tag alone', Uint8Array.of(0xd2), 'malformed-truncated'],
    [3, 'a byte more', concatBytes(pay.bytes, Uint8Array.of(0)), 'malformed-trailing'],
    [3, 'two messages', concatBytes(pay.bytes, pay.bytes), 'malformed-trailing'],
    [12, 'no tag', pay.bytes.subarray(1), 'malformed-tag'],
    [
      12,
      'tag 17 (COSE_Mac0)',
      concatBytes(Uint8Array.of(0xd1), pay.bytes.subarray(1)),
      'malformed-tag',
    ],
    [12, 'tag 18 twice', concatBytes(Uint8Array.of(0xd2), pay.bytes), 'malformed-tag'],
    [
      12,
      'tag 18 in two bytes',
      concatBytes(Uint8Array.of(0xd8, 18), pay.bytes.subarray(1)),
      'malformed-tag',
    ],
    [15, '4 KiB and one byte', ofLength(4097), 'too-large'],
    [15, '4 KiB', ofLength(4096), 'ok'],
    [11, 'a map', message(new Map()), 'malformed-type'],
    [11, 'three parts', message([header, new Map(), payload]), 'malformed-type'],
    [11, 'a payload that is text', message([header, new Map(), 'x', signature]), 'malformed-type'],
    [11, 'a header that is a list', withHeader(encodeCbor([])), 'malformed-type'],
    [1, 'no protected header', withHeader(none), 'malformed-empty'],
    [31, 'no signature', message([header, new Map(), payload, none]), 'signature-missing'],
    [
      33,
      'a short signature',
      message([header, new Map(), payload, signature.subarray(1)]),
      'signature-invalid',
    ],
    [
      33,
      'a long signature',
      message([header, new Map(), payload, concatBytes(signature, kid)]),
      'signature-invalid',
    ],
    [34, 'alg 5 (HMAC)', headed(5, kid, 'x'), 'algorithm-mismatch'],
    [34, 'alg 0', headed(0, kid, 'x'), 'algorithm-mismatch'],
    [34, 'alg none', headed('none', kid, 'x'), 'algorithm-mismatch'],
    [34, 'alg −35 (ES384)', headed(-35, kid, 'x'), 'algorithm-mismatch'],
    [14, 'no alg', withHeader(headerOf([4, kid], [16, 'coinbox.pay'])), 'malformed-missing-field'],
    [14, 'no kid', withHeader(headerOf([1, -8], [16, 'coinbox.pay'])), 'malformed-missing-field'],
    [14, 'no typ', withHeader(headerOf([1, -8], [4, kid])), 'malformed-missing-field'],
    [35, 'a kid of 7 bytes', headed(-8, kid.subarray(1), 'x'), 'malformed-value'],
    [11, 'a typ that is a number', headed(-8, kid, 7), 'malformed-type'],
    [41, 'crit', headed(-8, kid, 'x', [2, [100]]), 'header-critical-unknown'],
    [42, 'another protected label', headed(-8, kid, 'x', [3, 0]), 'header-unexpected'],
    [
      42,
      'an unprotected header',
      message([header, new Map([[99, 1]]), payload, signature]),
      'header-unexpected',
    ],
    [
      42,
      'an unprotected kid',
      message([header, new Map([[4, kid]]), payload, signature]),
      'header-unexpected',
    ],
  ];
  for (const [row, title, bytes, code] of rows) {
    it(`answers ${code} to ${title} (row ${row})`, () => {
      assert.equal(codeOf(openEnvelope(bytes)), code);
    });
  }

  it('answers malformed-truncated to every prefix of a message (row 2)', () => {
    for (const { bytes } of Object.values(messages)) {
      for (let length = 1; length < bytes.length; length++) {
        assert.equal(codeOf(openEnvelope(bytes.subarray(0, length))), 'malformed-truncated');
      }
    }
  });
});

for (const algorithm of ['EdDSA', 'ES256'] as const satisfies readonly Algorithm[]) {
  describe(`a PAY signed with ${algorithm}`, () => {
    const signers = exampleParties(algorithm);
    const trust = exampleBook(signers);
    const signed = exampleMessages(signers).pay;
    const signedPayload = partsOf(signed.bytes)[2];
    const payloadAt = Buffer.from(signed.bytes).indexOf(signedPayload);
    const signatureAt = signed.bytes.length - 64;

    it('is taken', () => {
      assert.equal(codeOf(openMessage(PAY, signed.bytes, trust, EXAMPLE_START)), 'ok');
    });

    it('is refused with any single bit flipped (row 32)', () => {
      for (let bit = 0; bit < signed.bytes.length * 8; bit++) {
        const at = bit >> 3;
        const flipped = Uint8Array.from(signed.bytes);
        flipped[at] = (flipped[at] as number) ^ (1 << (bit & 7));
        const code = codeOf(openMessage(PAY, flipped, trust, EXAMPLE_START));
        assert.notEqual(code, 'ok', `bit ${bit}`);
        const isPayload = at >= payloadAt && at < payloadAt + signedPayload.length;
        if (isPayload || at >= signatureAt) assert.equal(code, 'signature-invalid', `bit ${bit}`);
      }
    });

    it('is refused with the algorithm of the other kind of key (row 34)', () => {
      const [protectedHeader, empty, body, proof] = partsOf(signed.bytes);
      const other = algorithm === 'EdDSA' ? -7 : -8;
      const renamed = headerOf([1, other], [4, signers.payer.signer.keyId], [16, 'coinbox.pay']);
      assert.notDeepEqual(renamed, protectedHeader);
      const changed = message([renamed, empty, body, proof]);
      const opened = openMessage(PAY, changed, trust, EXAMPLE_START);
      assert.equal(codeOf(opened), 'algorithm-mismatch');
    });
  });
}

describe('a RECEIPT', () => {
  const { receipt } = messages;
  const [, , body, proof] = partsOf(receipt.bytes);
  const { keyId } = parties.issuer.signer;
  const under = (alg: number, signedBy: Uint8Array): string => {
    const protectedHeader = headerOf([1, alg], [4, keyId], [16, 'coinbox.receipt']);
    const bytes = message([protectedHeader, new Map(), body, signedBy]);
    return codeOf(openMessage(RECEIPT, bytes, book, EXAMPLE_START));
  };

  it('is taken with the proof that it is in the log', () => {
    assert.equal(under(-65537, proof), 'ok');
  });

  it('is refused with another algorithm than that of the key, whatever signs it (row 34)', () => {
    const plain = exampleSigner('issuer');
    const header = headerOf([1, -8], [4, keyId], [16, 'coinbox.receipt']);
    const direct = plain.sign(bytesToSign(EXAMPLE_NETWORK, header, body));
    assert.equal(under(-8, direct), 'algorithm-mismatch');
    assert.equal(under(-8, proof), 'signature-invalid');
    assert.equal(under(-65537, direct), 'signature-invalid');
    assert.equal(under(-65537, new Uint8Array(0)), 'signature-missing');
    assert.equal(under(-65537, new Uint8Array(3000)), 'signature-invalid');
  });

  it('is refused where its proof is of another entry', () => {
    const unsigned = prepareMessage(RECEIPT, receipt.body, parties.issuer.signer, EXAMPLE_NETWORK);
    const elsewhere = completeSign1(unsigned, exampleProofAt(1, unsigned.toSign));
    const opened = openEnvelope(elsewhere);
    const { publicKey } = parties.issuer.signer;
    assert.ok(opened.ok && verifyEnvelope(opened.value, EXAMPLE_NETWORK, publicKey).ok);
    const read = openMessage(RECEIPT, elsewhere, book, EXAMPLE_START);
    assert.equal(codeOf(read), 'signature-invalid');
  });
});

describe('openMessage()', () => {
  it('refuses a message of another network (row 39)', () => {
    const elsewhere = sign1('another', 'coinbox.pay', payload, parties.payer.signer);
    assert.equal(openPay(elsewhere), 'signature-invalid');
    assert.equal(
      openPay(sign1(EXAMPLE_NETWORK, 'coinbox.pay', payload, parties.payer.signer)),
      'ok',
    );
  });

  it('refuses a message of one class as another (row 40)', () => {
    assert.equal(
      codeOf(openMessage(REFUND, settle.bytes, book, EXAMPLE_START)),
      'signature-invalid',
    );
    assert.equal(codeOf(openMessage(SETTLE, settle.bytes, book, EXAMPLE_START)), 'ok');
    const [, , body, proof] = partsOf(settle.bytes);
    const { signer } = parties.settlement;
    const renamed = headerOf([1, -8], [4, signer.keyId], [16, 'coinbox.refund']);
    const changed = message([renamed, new Map(), body, proof]);
    assert.equal(codeOf(openMessage(REFUND, changed, book, EXAMPLE_START)), 'signature-invalid');
  });

  it('refuses a key that it does not know (row 35)', () => {
    const stranger = exampleParties('ES256').payer;
    const signed = exampleMessage(PAY, pay.body, stranger);
    assert.equal(openPay(signed.bytes), 'key-unknown');
  });

  it('refuses the key of another role (row 38)', () => {
    assert.equal(openPay(exampleMessage(PAY, pay.body, parties.provider).bytes), 'key-wrong-role');
    const bySettlement = exampleMessage(SETTLE, settle.body, parties.provider).bytes;
    assert.equal(codeOf(openMessage(SETTLE, bySettlement, book, EXAMPLE_START)), 'key-wrong-role');
  });
});

describe('verifyEnvelope()', () => {
  it('holds a key to its own algorithm', () => {
    const opened = openEnvelope(pay.bytes);
    assert.ok(opened.ok);
    const key = exampleParties('ES256').payer.signer.publicKey;
    assert.equal(codeOf(verifyEnvelope(opened.value, EXAMPLE_NETWORK, key)), 'algorithm-mismatch');
  });
});

describe('isNetworkId()', () => {
  it('takes 1 to 32 of a–z, 0–9 and -, not - first', () => {
    for (const name of ['a', 'cn-demo-1', '0', 'a'.repeat(32)])
      assert.equal(isNetworkId(name), true);
    for (const name of ['', '-a', 'A', 'a b', 'a/b', 'a\n', 'a'.repeat(33), 7, undefined]) {
      assert.equal(isNetworkId(name), false, String(name));
    }
  });
});
