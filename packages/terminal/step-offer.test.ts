import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ACCEPT, OFFER, PAY, VOID, money, openMessage, toHex } from '@coinbox/protocol';
import type { Pay, Receipt, RejectionCode, Result } from '@coinbox/protocol';
import { exampleBytes, exampleId, exampleTime } from '@coinbox/protocol/testing';
import { EMPTY_STATE } from './state.ts';
import type { Bounds } from './state.ts';
import { acceptPay, makeOffer, overdueOffers, presentPay, voidOffer } from './step-offer.ts';
import type { TerminalEvent } from './events.ts';
import {
  KIT_PAID,
  contextAt,
  createPlot,
  found,
  kitBook,
  kitOffer,
  kitParties,
  kitPay,
  kitReceipt,
  kitStranger,
  kitTerminal,
  kitTerms,
  offerNamed,
  sessionNamed,
} from './testing/kit.ts';

const codeOf = (result: Result<unknown>): RejectionCode | 'accepted' =>
  result.ok ? 'accepted' : result.rejection.code;
const eventOf = (step: Result<TerminalEvent>): TerminalEvent => {
  assert.ok(step.ok, JSON.stringify(step));
  return step.value;
};

describe('makeOffer()', () => {
  it('signs the terms of the sale, once, for as long as an offer lives', () => {
    const step = makeOffer(EMPTY_STATE, kitTerms, offerNamed('a'), {}, contextAt(5_000));
    const event = eventOf(step);
    assert.equal(event.kind, 'offered');
    const offer = openMessage(OFFER, found(event.messages[0]), kitBook(), exampleTime(5_000));
    assert.ok(offer.ok);
    assert.equal(toHex(offer.value.signer.keyId), toHex(kitParties.holding.certificate.keyId));
    assert.deepEqual(offer.value.body, {
      sequence: 1,
      offer: offerNamed('a'),
      terminal: kitTerminal,
      provider: kitParties.provider.wallet,
      mappingVersion: 3,
      asset: 'CNY/2',
      least: 100n,
      most: 20_000n,
      tariffHash: kitTerms.tariffHash,
      validUntil: exampleTime(5_000 + 120_000),
    });
  });

  const wanted: readonly (readonly [string, Parameters<typeof makeOffer>[3], string])[] = [
    ['the largest amount', { amount: money(20_000n) }, 'accepted'],
    ['one minor unit more', { amount: money(20_001n) }, 'limit-transaction'],
    ['its own asset', { asset: 'CNY/2' }, 'accepted'],
    ['another asset', { asset: 'EUR/2' }, 'currency-mismatch'],
  ];
  for (const [title, wish, code] of wanted) {
    it(`answers a wish for ${title} with ${code}`, () => {
      const step = makeOffer(EMPTY_STATE, kitTerms, offerNamed('a'), wish, contextAt(0));
      assert.equal(codeOf(step), code);
    });
  }

  it('rejects when as many sessions are open as there may be', () => {
    const { state } = createPlot().accepted('a');
    const make = (bounds: Partial<Bounds>) =>
      codeOf(makeOffer(state, kitTerms, offerNamed('b'), {}, contextAt(9_000, bounds)));
    assert.equal(make({ mostSessions: 1 }), 'terminal-busy');
    assert.equal(make({ mostSessions: 2 }), 'accepted');
  });

  it('rejects when as many offers are open as there may be, and forgets those that expire', () => {
    const { state } = createPlot().offered('a').offered('b');
    const make = (afterMs: number) =>
      codeOf(
        makeOffer(state, kitTerms, offerNamed('c'), {}, contextAt(afterMs, { mostOffers: 2 })),
      );
    assert.equal(make(2_000), 'terminal-busy');
    // The first was made at 0 s and is good until 120 s.
    assert.equal(make(120_000), 'terminal-busy');
    assert.equal(make(120_001), 'accepted');
  });

  it('counts an offer whose PAY the issuer is asked about, however old', () => {
    const { state } = createPlot().presented('a');
    const bounds = { mostOffers: 1 };
    const step = makeOffer(state, kitTerms, offerNamed('b'), {}, contextAt(9_999_999, bounds));
    assert.equal(codeOf(step), 'terminal-busy');
  });
});

describe('presentPay()', () => {
  const plot = createPlot().offered('a');
  const offer = plot.offer('a');
  const present = (over: Partial<Pay> = {}, afterMs = 1_000, by = kitParties.payer) =>
    presentPay(plot.state, offer, kitPay(offer.hash, over, by), contextAt(afterMs));

  it('journals the very bytes of the PAY', () => {
    const pay = kitPay(offer.hash);
    assert.deepEqual(eventOf(presentPay(plot.state, offer, pay, contextAt(1_000))), {
      kind: 'presented',
      at: exampleTime(1_000),
      messages: [pay.bytes],
      offer: offerNamed('a'),
    });
  });

  it('takes a PAY in the last millisecond of the offer, of the least and of the most', () => {
    assert.equal(codeOf(present({}, 120_000)), 'accepted');
    assert.equal(codeOf(present({ amount: money(100n) })), 'accepted');
    assert.equal(codeOf(present({ amount: money(20_000n) })), 'accepted');
  });

  const rows: readonly (readonly [title: string, over: Partial<Pay>, code: RejectionCode])[] = [
    ["with another wallet's key", { payer: exampleId('wallet', 'rich') }, 'key-wrong-role'],
    ['for another offer', { offerHash: exampleBytes('another offer') }, 'offer-mismatch'],
    ['for another terminal', { terminal: exampleId('wallet', 'other') }, 'offer-mismatch'],
    ['with another mapping version', { mappingVersion: 4 }, 'offer-mismatch'],
    ['in another asset', { asset: 'EUR/2' }, 'currency-mismatch'],
    ['of one minor unit too little', { amount: money(99n) }, 'offer-mismatch'],
    ['of one minor unit too much', { amount: money(20_001n) }, 'offer-mismatch'],
  ];
  for (const [title, over, code] of rows) {
    it(`rejects a PAY ${title}: ${code}`, () => {
      assert.equal(codeOf(present(over)), code);
    });
  }

  it('rejects a PAY one millisecond after the offer has expired', () => {
    assert.equal(codeOf(present({}, 120_001)), 'offer-expired');
  });

  it("rejects a second payer's PAY, also when the offer has expired meanwhile", () => {
    const taken = createPlot().presented('a');
    const other = kitStranger('payer');
    const pay = kitPay(taken.offer('a').hash, { payer: other.wallet }, other);
    for (const afterMs of [2_000, 200_000]) {
      const step = presentPay(taken.state, taken.offer('a'), pay, contextAt(afterMs));
      assert.equal(codeOf(step), 'offer-taken');
    }
  });

  it('rejects a PAY for an offer that the state has forgotten, though the clock went back', () => {
    const step = presentPay(EMPTY_STATE, offer, kitPay(offer.hash), contextAt(1_000));
    assert.equal(codeOf(step), 'offer-expired');
  });

  it('rejects while as many sessions are open as there may be', () => {
    const busy = createPlot().accepted('b').offered('a');
    const context = contextAt(5_000, { mostSessions: 1 });
    const step = presentPay(busy.state, busy.offer('a'), kitPay(busy.offer('a').hash), context);
    assert.equal(codeOf(step), 'terminal-busy');
  });
});

describe('acceptPay()', () => {
  const plot = createPlot().presented('a');
  const { hash } = found(plot.offer('a').presented);
  const opening = { session: sessionNamed('a'), journalHead: exampleBytes('head') };
  const acceptWith = (over: Partial<Receipt> = {}, subject = hash) => {
    const receipt = kitReceipt({ hash: subject, typ: PAY.typ, amount: KIT_PAID }, over);
    return acceptPay(plot.state, plot.offer('a'), receipt, opening, contextAt(3_000));
  };

  it('signs the same ACCEPT for the same PAY: who, how much, and where the journal stands', () => {
    const event = eventOf(acceptWith());
    const opened = openMessage(ACCEPT, found(event.messages[0]), kitBook(), exampleTime(3_000));
    assert.ok(opened.ok);
    assert.deepEqual(opened.value.body, {
      sequence: 2,
      payHash: hash,
      offer: offerNamed('a'),
      session: sessionNamed('a'),
      held: 2000n,
      journalHead: exampleBytes('head'),
    });
    assert.deepEqual(eventOf(acceptWith()), event);
  });

  const rows: readonly (readonly [string, () => Result<TerminalEvent>])[] = [
    ['of another message', () => acceptWith({}, exampleBytes('another pay'))],
    ['that refuses', () => acceptWith({ result: 'refused', code: 'insufficient-funds' })],
    ['that parks', () => acceptWith({ result: 'parked' })],
    ['of another amount', () => acceptWith({ amount: money(1999n) })],
    [
      'for an offer without a PAY',
      () => {
        const { state, offer } = createPlot().offered('a');
        const receipt = kitReceipt({ hash, typ: PAY.typ, amount: KIT_PAID });
        return acceptPay(state, offer('a'), receipt, opening, contextAt(3_000));
      },
    ],
  ];
  for (const [title, step] of rows) {
    it(`rejects a receipt ${title}`, () => assert.equal(codeOf(step()), 'offer-mismatch'));
  }
});

describe('voidOffer()', () => {
  it('signs a VOID that names the offer by id and by hash', () => {
    const { state, offer } = createPlot().presented('a');
    const event = voidOffer(state, offer('a'), contextAt(4_000));
    assert.equal(event.kind, 'voided');
    assert.equal(event.offer, offerNamed('a'));
    const opened = openMessage(VOID, found(event.messages[0]), kitBook(), exampleTime(4_000));
    assert.ok(opened.ok);
    assert.deepEqual(opened.value.body, {
      sequence: 2,
      offer: offerNamed('a'),
      offerHash: offer('a').hash,
      terminal: kitTerminal,
    });
  });

  it('voids an offer of the journal that the state has forgotten', () => {
    const { body, hash } = kitOffer();
    const event = voidOffer(EMPTY_STATE, { body, hash }, contextAt(4_000));
    assert.equal(event.offer, body.offer);
  });
});

describe('overdueOffers()', () => {
  it('names an offer whose PAY is unanswered when it expires, and no other', () => {
    const { state } = createPlot().presented('a').offered('b').accepted('c');
    const names = (afterMs: number) =>
      overdueOffers(state, exampleTime(afterMs)).map(({ body }) => body.offer);
    assert.deepEqual(names(120_000), []);
    assert.deepEqual(names(120_001), [offerNamed('a')]);
    assert.deepEqual(names(999_999), [offerNamed('a')]);
  });
});
