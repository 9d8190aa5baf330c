import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CertificateBook, PAY, accept, readOwn, reject } from '@coinbox/protocol';
import { exampleMessages, exampleParties, exampleSigner } from '@coinbox/protocol/testing';
import { fieldsOf, openAny } from './opened.ts';
import type { Checker } from './opened.ts';

const parties = exampleParties();
const { pay } = exampleMessages();

/** A checker that knows the authority, and learns the payer's certificate when it is asked to. */
function checkerFor(knowsPayer: boolean): Checker {
  const book = new CertificateBook('example', exampleSigner('root').publicKey);
  const at = parties.payer.certificate.body.validFrom;
  book.add(parties.authority.certificate.bytes, at, true);
  return {
    book,
    learn: async () => knowsPayer && book.add(parties.payer.certificate.bytes, at).ok,
    receipt: async () => reject('not-found'),
  };
}

describe('openAny()', () => {
  it('says who has signed, and what the message says', async () => {
    const opened = await openAny(checkerFor(true), pay.bytes);
    assert.ok(opened.ok);
    const { typ, signer, algorithm, fields } = opened.value;
    assert.deepEqual([typ, algorithm], ['coinbox.pay', 'EdDSA']);
    assert.deepEqual(signer, { wallet: parties.payer.wallet, role: 'payer' });
    assert.equal(Object.fromEntries(fields)['amount'], String(readOwn(PAY, pay.bytes).body.amount));
  });

  it('says that the signer is not known', async () => {
    const opened = await openAny(checkerFor(false), pay.bytes);
    assert.ok(opened.ok);
    assert.equal(opened.value.wrong, 'key-unknown');
    assert.equal(opened.value.signer, undefined);
  });

  it('says that a signature is not valid', async () => {
    const bytes = pay.bytes.map((byte, place) =>
      place === pay.bytes.length - 1 ? byte ^ 1 : byte,
    );
    const opened = await openAny(checkerFor(true), bytes);
    assert.ok(opened.ok);
    assert.equal(opened.value.wrong, 'signature-invalid');
  });

  it('rejects what is no signed message', async () => {
    assert.deepEqual(await openAny(checkerFor(true), Uint8Array.of(1, 2)), {
      ...reject('malformed-tag', 'not a COSE_Sign1 message'),
    });
    assert.equal(accept(1).ok, true);
  });
});

describe('fieldsOf()', () => {
  it('writes bytes in hexadecimal, times in RFC 3339 and amounts in digits', () => {
    const fields = fieldsOf({
      hash: Uint8Array.of(0xab, 0xcd),
      long: new Uint8Array(100),
      at: 0,
      amount: 12n,
      lines: [{ net: 5n }],
      final: true,
    });
    assert.deepEqual(fields, [
      ['hash', 'abcd'],
      ['long', `${'00'.repeat(16)}… (100 B)`],
      ['at', '1970-01-01T00:00:00.000Z'],
      ['amount', '12'],
      ['lines', '[\n {\n  "net": "5"\n }\n]'],
      ['final', 'true'],
    ]);
  });
});
