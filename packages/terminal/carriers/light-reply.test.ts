import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PAY, RECEIPT, REFUND, decodeCarrierReply, encodeCarrierReply } from '@coinbox/protocol';
import type { CarrierReply, Receipt } from '@coinbox/protocol';
import { exampleMessage, exampleMessages, exampleParties } from '@coinbox/protocol/testing';
import { lightenReply } from './light-reply.ts';

const parties = exampleParties();
const messages = exampleMessages(parties);
const certificatesOf = (...roles: (keyof typeof parties)[]) =>
  roles.map((role) => (parties[role] as typeof parties.holding).certificate.bytes);
const reply = (over: Partial<CarrierReply>): CarrierReply => ({
  kind: 'session',
  messages: [],
  certificates: certificatesOf('authority', 'issuer', 'provider', 'holding'),
  ...over,
});
const lighten = (whole: CarrierReply, told = new Set<string>()): CarrierReply => {
  const light = decodeCarrierReply(lightenReply(encodeCarrierReply(whole), told));
  assert.ok(light.ok);
  return light.value;
};

describe('lightenReply()', () => {
  it('keeps the certificate of who has signed a message, and no other', () => {
    const offer = reply({ kind: 'offer', messages: [messages.offer.bytes] });
    assert.deepEqual(lighten(offer), { ...offer, certificates: certificatesOf('holding') });
    const closed = reply({ messages: [messages.accept.bytes, messages.bill.bytes] });
    assert.deepEqual(lighten(closed).certificates, certificatesOf('provider', 'holding'));
  });

  it('leaves a certificate out that this contact has told before', () => {
    const told = new Set<string>();
    const offer = reply({ kind: 'offer', messages: [messages.offer.bytes] });
    const accepted = reply({ messages: [messages.accept.bytes], stage: 'accepted' });
    assert.equal(lighten(offer, told).certificates.length, 1);
    assert.deepEqual(lighten(accepted, told), { ...accepted, certificates: [] });
    assert.equal(lighten(accepted).certificates.length, 1);
  });

  it('leaves the receipt of a PAY out, and keeps every other one', () => {
    const of = (over: Partial<Receipt>) =>
      exampleMessage(RECEIPT, { ...messages.receipt.body, ...over }, parties.issuer).bytes;
    const refund = of({ subjectTyp: REFUND.typ, result: 'posted' });
    const refused = of({ subjectTyp: PAY.typ, result: 'refused', code: 'insufficient-funds' });
    const paid = of({ subjectTyp: PAY.typ, result: 'posted' });
    const whole = reply({ messages: [messages.accept.bytes, paid, refund, refused] });
    assert.deepEqual(lighten(whole).messages, [messages.accept.bytes, refund, refused]);
    const started = reply({ messages: [messages.accept.bytes, paid] });
    assert.deepEqual(lighten(started).certificates, certificatesOf('holding'));
  });

  it('keeps everything else of a reply without messages', () => {
    const wait = reply({ kind: 'wait', afterMs: 250 });
    assert.deepEqual(lighten(wait), { ...wait, certificates: [] });
    const refused = reply({ kind: 'refused', code: 'terminal-busy' });
    assert.deepEqual(lighten(refused), { ...refused, certificates: [] });
  });
});
