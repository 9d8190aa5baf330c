import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OFFER } from './messages/offer.ts';
import { PAY } from './messages/pay.ts';
import { MAX_MONEY } from './money.ts';
import { MAX_MESSAGE_BYTES } from './cbor-scan.ts';
import { exampleMessage, exampleMessages, exampleParties } from './testing.ts';

/** Bytes that have to fit a tap of a card: spec/04-messages.md. */
const MOST_PAY = 260;
const MOST_FIRST_CONTACT = 1200;
const MOST_WARM = 700;

for (const algorithm of ['EdDSA', 'ES256'] as const) {
  describe(`messages signed with ${algorithm}`, () => {
    const parties = exampleParties(algorithm);
    const messages = exampleMessages(parties);
    const size = (name: keyof typeof messages): number => messages[name].bytes.length;
    const warm = size('offer') + size('pay') + size('accept');
    const certificates = [parties.holding, parties.payer].map(
      ({ certificate }) => certificate.bytes.length,
    );
    const first = certificates.reduce((sum, length) => sum + length, warm);

    it(`PAY takes at most ${MOST_PAY} bytes`, (t) => {
      t.diagnostic(`PAY ${size('pay')}`);
      assert.ok(size('pay') <= MOST_PAY);
    });

    it(`PAY takes at most ${MOST_PAY} bytes with every number at its largest`, (t) => {
      const largest = exampleMessage(
        PAY,
        {
          ...messages.pay.body,
          sequence: Number.MAX_SAFE_INTEGER,
          mappingVersion: Number.MAX_SAFE_INTEGER,
          amount: MAX_MONEY,
        },
        parties.payer,
      );
      t.diagnostic(`PAY at its largest ${largest.bytes.length}`);
      assert.ok(largest.bytes.length <= MOST_PAY);
    });

    it(`a first contact takes at most ${MOST_FIRST_CONTACT} bytes`, (t) => {
      const [holding, payer] = certificates;
      t.diagnostic(`OFFER ${size('offer')}, PAY ${size('pay')}, ACCEPT ${size('accept')}`);
      t.diagnostic(`certificates ${holding} (holding), ${payer} (payer); in all ${first}`);
      assert.ok(first <= MOST_FIRST_CONTACT);
    });

    it(`a contact with certificates known takes at most ${MOST_WARM} bytes`, (t) => {
      t.diagnostic(`OFFER + PAY + ACCEPT ${warm}`);
      assert.ok(warm <= MOST_WARM);
    });

    it('every message fits in the largest that is taken', (t) => {
      for (const [name, { bytes }] of Object.entries(messages)) {
        t.diagnostic(`${name} ${bytes.length}`);
        assert.ok(bytes.length <= MAX_MESSAGE_BYTES);
      }
    });
  });
}

describe('an OFFER', () => {
  it('stays under 260 bytes with every number at its largest', () => {
    const parties = exampleParties();
    const { offer } = exampleMessages(parties);
    const largest = exampleMessage(
      OFFER,
      {
        ...offer.body,
        sequence: Number.MAX_SAFE_INTEGER,
        mappingVersion: Number.MAX_SAFE_INTEGER,
        least: MAX_MONEY,
        most: MAX_MONEY,
      },
      parties.holding,
    );
    assert.ok(largest.bytes.length <= 260);
  });
});
