import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import {
  BILL,
  REFUSAL,
  SETTLE,
  money,
  readOwn,
  sha256,
  signMessage,
  toHex,
} from '@coinbox/protocol';
import type { Instant, Signed } from '@coinbox/protocol';
import { exampleMessage } from '@coinbox/protocol/testing';
import { providerHandler, providerOutbox } from './provider-door.ts';
import { createTariffShelf } from './sale.ts';
import {
  KIT_BILLED,
  KIT_NETWORK,
  KIT_TARIFF,
  createKitCore,
  createPlot,
  found,
  kitBill,
  kitOffer,
  kitParties,
  kitStranger,
  sessionNamed,
} from './testing/kit.ts';
import type { Plot } from './testing/kit.ts';

const closers: (() => void)[] = [];
afterEach(() => closers.splice(0).forEach((close) => close()));
const { provider } = kitParties;

function doorOn(plot: Plot = createPlot().delivered()) {
  const { core, journal, close } = createKitCore(plot);
  closers.push(close);
  const handler = providerHandler(core, createTariffShelf([KIT_TARIFF], 'CNY/2'));
  const receive = (bytes: Uint8Array, certificates: readonly Uint8Array[] = []) =>
    handler.receive(provider.wallet, bytes, certificates);
  const kinds = () => [...journal.replay()].slice(plot.events.length).map(({ kind }) => kind);
  return { core, journal, receive, kinds };
}

const billOn = (
  plot: Plot,
  ...more: Parameters<typeof kitBill> extends [unknown, ...infer R] ? R : never
) => kitBill({ session: plot.session().id, meterHash: found(plot.session().lastMeter) }, ...more);
const plot = createPlot().delivered();

describe('providerHandler()', () => {
  it('pays a bill, and acknowledges it when that is in the journal', () => {
    const { receive, kinds, core } = doorOn();
    assert.equal(receive(billOn(plot).bytes), 'durable');
    assert.deepEqual(kinds(), ['billed']);
    assert.equal(core.state.inSettlement, KIT_BILLED);
  });

  it('pays the same bill once, however often it comes', () => {
    const { receive, kinds } = doorOn();
    for (let n = 0; n < 3; n++) assert.equal(receive(billOn(plot).bytes), 'durable');
    assert.deepEqual(kinds(), ['billed']);
  });

  it('refuses a second bill for the same session', () => {
    const { receive, kinds, core } = doorOn();
    receive(billOn(plot).bytes);
    assert.equal(receive(billOn(plot, { sequence: 2 }).bytes), 'durable');
    assert.deepEqual(kinds(), ['billed', 'refused']);
    assert.equal(core.state.uploads, 2);
  });

  it('takes the ceiling from its own tariff and its own readings', () => {
    const { receive, journal } = doorOn();
    receive(billOn(plot, { amount: money(KIT_BILLED + 1n) }).bytes);
    const last = found([...journal.replay()].at(-1));
    assert.equal(readOwn(REFUSAL, found(last.messages[1])).body.code, 'bill-over-ceiling');
  });

  it('refuses a bill that comes when the session is closed', () => {
    const { receive, kinds } = doorOn(createPlot().delivered().returned().receipted('refund'));
    assert.equal(receive(billOn(plot).bytes), 'durable');
    assert.deepEqual(kinds(), ['refused']);
  });

  it('acknowledges a bill for a session that never was, and keeps nothing', () => {
    const { receive, kinds } = doorOn();
    const bill = kitBill({ session: sessionNamed('never'), meterHash: sha256(new Uint8Array()) });
    assert.equal(receive(bill.bytes), 'durable');
    assert.deepEqual(kinds(), []);
  });

  it('waits for the certificate of a signer that it does not know', () => {
    const other = kitStranger('provider');
    const { receive, kinds } = doorOn();
    const bill = billOn(plot, {}, other);
    assert.equal(receive(bill.bytes), 'later');
    assert.deepEqual(kinds(), []);
    assert.equal(receive(bill.bytes, [other.certificate.bytes]), 'durable');
    assert.deepEqual(kinds(), ['refused']);
  });

  it('does not acknowledge a bill whose signature the network has damaged', () => {
    const { receive, kinds } = doorOn();
    const bill = billOn(plot);
    const damaged = Uint8Array.from(bill.bytes);
    damaged[damaged.length - 1]! ^= 1;
    assert.equal(receive(damaged), 'later');
    const forged = signMessage(
      BILL,
      bill.body,
      kitParties.payer.signer,
      provider.certificate,
      KIT_NETWORK,
    );
    assert.equal(toHex(forged.hash), toHex(bill.hash));
    assert.equal(receive(forged.bytes), 'durable');
    assert.deepEqual(kinds(), []);
    assert.equal(receive(bill.bytes), 'durable');
    assert.deepEqual(kinds(), ['billed']);
  });

  const strange: readonly (readonly [title: string, message: () => Uint8Array])[] = [
    ['something that is no message', () => Uint8Array.of(1, 2, 3)],
    [
      'a message of another class',
      () => exampleMessage(SETTLE, settle(), kitParties.settlement).bytes,
    ],
    ['an OFFER', () => kitOffer().bytes],
  ];
  /** Any SETTLE. */
  const settle = (): Signed<never>['body'] => {
    const billed = createPlot().delivered().billed();
    return readOwn(SETTLE, found(billed.events.at(-1)?.messages[2])).body as never;
  };
  for (const [title, message] of strange) {
    it(`acknowledges ${title}, so that it does not come again`, () => {
      const { receive, kinds } = doorOn();
      assert.equal(receive(message()), 'durable');
      assert.deepEqual(kinds(), []);
    });
  }

  it('does not take certificates from nobody', () => {
    const { receive, core } = doorOn();
    const other = kitStranger('provider');
    const bytes = Uint8Array.from(other.certificate.bytes);
    bytes[bytes.length - 1]! ^= 1;
    assert.equal(receive(billOn(plot, {}, other).bytes, [bytes, Uint8Array.of(9)]), 'later');
    assert.equal(core.book.certificateOf(other.certificate.keyId), undefined);
  });

  it('refuses a bill that has expired', () => {
    const { receive, kinds } = doorOn();
    const validUntil = (plot.session().acceptedAt + 1) as Instant;
    assert.equal(receive(billOn(plot, { validUntil }).bytes), 'durable');
    assert.deepEqual(kinds(), ['refused']);
  });
});

describe('providerOutbox()', () => {
  it('holds what is for one provider until that one has it', () => {
    const { core } = doorOn(createPlot().delivered().billed().receipted('settle'));
    const outbox = providerOutbox(core, provider.wallet);
    const [first, second] = [...outbox.pending()];
    assert.equal(first?.peer, provider.wallet);
    assert.equal([...outbox.pending()].length, 2);
    outbox.acknowledged(provider.wallet, found(first).hash);
    outbox.acknowledged(provider.wallet, found(first).hash);
    assert.deepEqual(
      [...outbox.pending()].map(({ hash }) => toHex(hash)),
      [toHex(found(second).hash)],
    );
    assert.deepEqual([...providerOutbox(core, kitStranger('provider').wallet).pending()], []);
  });
});
