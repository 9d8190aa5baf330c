import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CertificateBook, formatOfferLink } from '@coinbox/protocol';
import type { RejectionCode } from '@coinbox/protocol';
import { EXAMPLE_NETWORK, exampleSigner } from '@coinbox/protocol/testing';
import { NOW, kit, kitOffer } from '../testing/kit.ts';
import { openOfferLink } from './offer-link.ts';

const url = 'http://127.0.0.1:7500/wal/carrier';
const offer = kitOffer();
const certificate = kit.holding.certificate.bytes;
/** What a wallet knows that has met no terminal yet. */
const newBook = (): CertificateBook => {
  const book = new CertificateBook(EXAMPLE_NETWORK, exampleSigner('root').publicKey);
  assert.ok(book.add(kit.authority.certificate.bytes, NOW).ok);
  return book;
};
const whole = { url, offer: offer.bytes, certificate };

describe('openOfferLink()', () => {
  it('gives the address and the offer that the terminal has signed', () => {
    const opened = openOfferLink(formatOfferLink(whole), newBook(), NOW);
    assert.ok(opened.ok);
    assert.equal(opened.value.url, url);
    assert.deepEqual(opened.value.offer.body, offer.body);
  });

  const flipped = Uint8Array.from(offer.bytes);
  flipped[offer.bytes.length - 1] = (flipped.at(-1) as number) ^ 1;
  const byProvider = kitOffer({}, kit.provider);
  const wrong: readonly [string, string, RejectionCode][] = [
    ['no link', 'coinbox', 'malformed-value'],
    ['a bit flipped', formatOfferLink({ ...whole, offer: flipped }), 'signature-invalid'],
    [
      "another's certificate",
      formatOfferLink({ ...whole, certificate: kit.settlement.certificate.bytes }),
      'key-unknown',
    ],
    [
      'an offer of a provider',
      formatOfferLink({
        ...whole,
        offer: byProvider.bytes,
        certificate: kit.provider.certificate.bytes,
      }),
      'key-wrong-role',
    ],
    [
      'no certificate',
      formatOfferLink({ ...whole, certificate: new Uint8Array() }),
      'malformed-empty',
    ],
  ];
  for (const [title, link, code] of wrong) {
    it(`rejects ${title} with ${code}`, () => {
      const book = newBook();
      const opened = openOfferLink(link, book, NOW);
      assert.equal(!opened.ok && opened.rejection.code, code);
    });
  }
});
