import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { afterEach, describe, it } from 'node:test';
import {
  ACCEPT,
  BILL,
  MAX_MESSAGE_BYTES,
  OFFER,
  PAY,
  RECEIPT,
  REFUND,
  VOID,
  decodeCarrierReply,
  encodeCarrierRequest,
  encodeCbor,
  later,
  money,
  openMessage,
  readOwn,
  toHex,
  typOf,
} from '@coinbox/protocol';
import type { CarrierReply } from '@coinbox/protocol';
import { createCarrierDoor } from './carrier-door.ts';
import {
  KIT_BILLED,
  KIT_START,
  KIT_TARIFF_HASH,
  askOffer,
  createWorld,
  found,
  kitBill,
  kitBook,
  kitParties,
  kitPay,
  kitReadings,
  kitStranger,
  kitTerminal,
  payRequest,
  rest,
} from './testing/kit.ts';
import type { World, WorldOptions } from './testing/kit.ts';

const worlds: World[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
});
const open = async (options: WorldOptions = {}): Promise<World> => {
  const world = await createWorld(options);
  worlds.push(world);
  return world;
};
const typs = ({ messages }: CarrierReply): string[] =>
  messages.map((message) => {
    const typ = typOf(message);
    return typ.ok ? typ.value.slice('coinbox.'.length) : '?';
  });
const events = ({ journal }: World): string[] => [...journal.replay()].map(({ kind }) => kind);
const sessionOf = (reply: CarrierReply) => readOwn(ACCEPT, found(reply.messages[0])).body.session;

describe('ask-offer', () => {
  it('gives a fresh offer, with the certificates to check it and all that follows', async () => {
    const world = await open();
    const reply = await world.exchange(askOffer);
    assert.equal(reply.kind, 'offer');
    const book = kitBook();
    const offer = openMessage(OFFER, found(reply.messages[0]), book, KIT_START);
    assert.ok(offer.ok);
    const { offer: _, ...body } = offer.value.body;
    assert.deepEqual(body, {
      sequence: 1,
      terminal: kitTerminal,
      provider: kitParties.provider.wallet,
      mappingVersion: 3,
      asset: 'CNY/2',
      least: 100n,
      most: 20_000n,
      tariffHash: KIT_TARIFF_HASH,
      validUntil: later(KIT_START, 120_000),
    });
    const { authority, issuer, provider, holding } = kitParties;
    assert.deepEqual(
      reply.certificates.map(toHex),
      [authority, issuer, provider, holding].map(({ certificate }) => toHex(certificate.bytes)),
    );
    assert.notEqual((await world.offer()).body.offer, offer.value.body.offer);
  });

  it('takes wishes into account', async () => {
    const world = await open();
    const ask = (amount: bigint) =>
      world.exchange(encodeCarrierRequest({ kind: 'ask-offer', amount: money(amount) }));
    assert.equal((await ask(20_000n)).kind, 'offer');
    assert.equal((await ask(20_001n)).code, 'limit-transaction');
  });

  it('makes no offer while nobody is mapped', async () => {
    const world = await open();
    world.issuer.mapped = undefined;
    await world.agent.close();
    await world.restart();
    const reply = await world.exchange(askOffer);
    assert.deepEqual([reply.kind, reply.code], ['refused', 'terminal-not-accepting']);
  });
});

describe('pay', () => {
  it('answers with the ACCEPT and the RECEIPT when the issuer has applied the PAY', async () => {
    const world = await open();
    const pay = kitPay((await world.offer()).hash);
    const reply = await world.exchange(payRequest(pay.bytes));
    assert.deepEqual([reply.kind, reply.stage], ['session', 'accepted']);
    assert.deepEqual(typs(reply), ['accept', 'receipt']);
    const accept = openMessage(ACCEPT, found(reply.messages[0]), kitBook(), KIT_START);
    assert.ok(accept.ok);
    assert.equal(toHex(accept.value.body.payHash), toHex(pay.hash));
    assert.equal(accept.value.body.held, 2000n);
    const receipt = openMessage(RECEIPT, found(reply.messages[1]), kitBook(), KIT_START);
    assert.ok(receipt.ok && toHex(receipt.value.body.subject) === toHex(pay.hash));
    assert.equal(world.issuer.held(), 2000n);
  });

  it('answers the same PAY with the same bytes, at every stage and after a restart', async () => {
    const world = await open();
    const request = payRequest(kitPay((await world.offer()).hash).bytes);
    const first = await world.exchange(request);
    const again = await world.exchange(request);
    assert.deepEqual(again, first);
    const accept = toHex(found(first.messages[0]));
    world.device.play(sessionOf(first), kitReadings());
    await world.run();
    const closed = await world.exchange(request);
    assert.equal(closed.stage, 'closed');
    assert.deepEqual(typs(closed), ['accept', 'receipt', 'refund', 'receipt', 'receipt', 'bill']);
    assert.equal(toHex(found(closed.messages[0])), accept);
    await world.agent.close();
    await world.restart();
    assert.deepEqual(await world.exchange(request), closed);
    assert.equal(events(world).filter((kind) => kind === 'accepted').length, 1);
  });

  it('asks the payer to wait while the issuer does not answer, and accepts then', async () => {
    const world = await open();
    world.issuer.interfere = () => 'unreachable';
    const request = payRequest(kitPay((await world.offer()).hash).bytes);
    const waiting = await world.exchange(request);
    assert.deepEqual([waiting.kind, waiting.afterMs], ['wait', 250]);
    world.issuer.interfere = () => undefined;
    await world.run(5_000);
    assert.equal((await world.exchange(request)).kind, 'session');
  });

  it('tells a second payer that the offer is taken, accepted or not', async () => {
    const world = await open();
    const { hash } = await world.offer();
    const other = kitStranger('payer');
    const second = payRequest(kitPay(hash, { payer: other.wallet }, other).bytes, other);
    world.issuer.interfere = () => 'unreachable';
    await world.exchange(payRequest(kitPay(hash).bytes));
    assert.equal((await world.exchange(second)).code, 'offer-taken');
    world.issuer.interfere = () => undefined;
    await world.run(5_000);
    assert.equal((await world.exchange(second)).code, 'offer-taken');
    const bySamePayer = payRequest(kitPay(hash, { sequence: 2 }).bytes);
    assert.equal((await world.exchange(bySamePayer)).code, 'offer-taken');
    assert.equal(world.issuer.held(), 2000n);
  });

  it('voids the offer when the PAY comes late, and answers with that VOID ever after', async () => {
    const world = await open();
    const { hash, body } = await world.offer();
    const request = payRequest(kitPay(hash).bytes);
    await world.run(120_001);
    const reply = await world.exchange(request);
    assert.equal(reply.kind, 'voided');
    const voided = openMessage(VOID, found(reply.messages[0]), kitBook(), KIT_START);
    assert.ok(voided.ok);
    assert.equal(voided.value.body.offer, body.offer);
    await world.run(1_000);
    assert.deepEqual(await world.exchange(request), reply);
    const other = kitStranger('payer');
    const second = payRequest(kitPay(hash, { payer: other.wallet }, other).bytes, other);
    assert.deepEqual(await world.exchange(second), reply);
    await world.agent.close();
    await world.restart();
    assert.deepEqual(await world.exchange(request), reply);
    assert.equal(world.issuer.posted(PAY.typ).length, 0);
    assert.equal(world.issuer.posted(VOID.typ).length, 1);
  });

  it('voids a late PAY also when the clock has gone back and the offer is forgotten', async () => {
    let back = 0;
    const wrap: WorldOptions['wrap'] = (parts) => ({
      ...parts,
      clock: { now: () => (parts.clock.now() - back) as ReturnType<typeof parts.clock.now> },
    });
    const world = await open({ wrap });
    const { hash } = await world.offer();
    await world.run(130_000);
    await world.offer();
    back = 129_000;
    const reply = await world.exchange(payRequest(kitPay(hash).bytes));
    assert.equal(reply.kind, 'voided');
    await world.agent.close();
    await world.restart();
    assert.equal((await world.exchange(payRequest(kitPay(hash).bytes))).kind, 'voided');
  });

  it('gives the money back when the PAY is answered after its offer has expired', async () => {
    const world = await open();
    const request = payRequest(kitPay((await world.offer()).hash).bytes);
    world.issuer.interfere = () => 'lost';
    await world.exchange(request);
    assert.equal(world.issuer.held(), 2000n);
    await world.run(121_000);
    assert.equal((await world.exchange(request)).kind, 'voided');
    world.issuer.interfere = () => undefined;
    await world.run(10_000);
    assert.equal((await world.exchange(request)).kind, 'voided');
    assert.equal(world.issuer.held(), 0n);
    assert.equal(world.issuer.balance(kitParties.payer.wallet), 100_000n);
  });

  it('answers with a VOID when the payer has not enough', async () => {
    const world = await open();
    const poor = kitStranger('payer');
    const pay = kitPay((await world.offer()).hash, { payer: poor.wallet }, poor);
    world.issuer.interfere = ({ typ }) =>
      typ === PAY.typ ? { code: 'insufficient-funds' } : undefined;
    const reply = await world.exchange(payRequest(pay.bytes, poor));
    assert.equal(reply.kind, 'voided');
    assert.equal(events(world).includes('accepted'), false);
  });

  it('does not accept a PAY for an offer that it never made', async () => {
    const world = await open();
    const reply = await world.exchange(payRequest(kitPay(new Uint8Array(32)).bytes));
    assert.deepEqual([reply.kind, reply.code], ['refused', 'offer-unknown']);
    assert.deepEqual(events(world), []);
  });

  it('leaves refused bills out of what it tells the payer, however many there are', async () => {
    const world = await open();
    const request = payRequest(kitPay((await world.offer()).hash).bytes);
    const first = await world.exchange(request);
    const sent: Uint8Array[] = [];
    world.provider.billFor = ({ hash }) => {
      const on = { session: sessionOf(first), meterHash: hash };
      for (let sequence = 1; sequence <= 12; sequence++) {
        const bill = kitBill(on, { sequence, amount: money(KIT_BILLED + 1n) });
        world.provider.send(bill);
        sent.push(bill.bytes);
      }
      return kitBill(on, { sequence: 13 });
    };
    world.device.play(sessionOf(first), kitReadings());
    await world.run();
    const reply = await world.exchange(request);
    assert.equal(sent.length, 12);
    assert.equal(events(world).filter((kind) => kind === 'refused').length, 12);
    assert.deepEqual(typs(reply), ['accept', 'receipt', 'refund', 'receipt', 'receipt', 'bill']);
    assert.equal(readOwn(BILL, found(reply.messages[5])).body.sequence, 13);
    assert.equal(world.provider.unacknowledged, 0);
  });

  it('leaves a bill out that is too long for the reply, and nothing else', async () => {
    const world = await open();
    const request = payRequest(kitPay((await world.offer()).hash).bytes);
    const first = await world.exchange(request);
    const filler = { description: '电'.repeat(80), quantity: '1', unit: 'kWh', unitPrice: '1' };
    const line = { ...filler, net: money(0n), tax: money(0n) };
    const lines = [{ ...line, net: KIT_BILLED }, ...Array.from({ length: 8 }, () => line)];
    world.provider.billFor = ({ hash }) =>
      kitBill({ session: sessionOf(first), meterHash: hash }, { lines });
    world.device.play(sessionOf(first), kitReadings());
    await world.run();
    const bytes = await world.agent.exchange(request);
    assert.ok(bytes.length <= MAX_MESSAGE_BYTES, String(bytes.length));
    const reply = decodeCarrierReply(bytes);
    assert.ok(reply.ok);
    assert.equal(reply.value.stage, 'closed');
    assert.deepEqual(typs(reply.value), ['accept', 'receipt', 'refund', 'receipt', 'receipt']);
    assert.equal(readOwn(REFUND, found(reply.value.messages[2])).body.amount, 766n);
  });
});

describe('ask-session', () => {
  it('tells what became of a PAY, by its hash', async () => {
    const world = await open();
    const pay = kitPay((await world.offer()).hash);
    const ask = (payHash: Uint8Array) =>
      world.exchange(encodeCarrierRequest({ kind: 'ask-session', payHash }));
    assert.equal((await ask(pay.hash)).code, 'payment-unknown');
    const reply = await world.exchange(payRequest(pay.bytes));
    assert.deepEqual(await ask(pay.hash), reply);
  });

  it('tells nothing of messages that are no PAY', async () => {
    const world = await open();
    const offer = await world.offer();
    const request = encodeCarrierRequest({ kind: 'ask-session', payHash: offer.hash });
    assert.equal((await world.exchange(request)).code, 'payment-unknown');
  });
});

describe('a request that is wrong', () => {
  const pay = kitPay(new Uint8Array(32));
  const { bytes: certificate } = kitParties.payer.certificate;
  const damaged = Uint8Array.from(pay.bytes);
  damaged[damaged.length - 1]! ^= 1;
  const badCertificate = Uint8Array.from(certificate);
  badCertificate[badCertificate.length - 1]! ^= 1;
  const request = (over: { message?: Uint8Array; certificate?: Uint8Array }) =>
    encodeCarrierRequest({ kind: 'pay', message: pay.bytes, certificate, ...over });
  const rows: readonly (readonly [title: string, request: Uint8Array, code: string])[] = [
    ['nothing', new Uint8Array(), 'malformed-empty'],
    ['a request that is cut off', request({}).subarray(0, 50), 'malformed-truncated'],
    ['a request of another version', encodeCbor(new Map([[1, 2]])), 'unsupported-version'],
    ['a request of no kind', encodeCbor(new Map([[1, 1]])), 'malformed-missing-field'],
    [
      'pay without a PAY',
      encodeCbor(
        new Map([
          [1, 1],
          [2, 2],
        ]),
      ),
      'malformed-missing-field',
    ],
    [
      'ask-session without a hash',
      encodeCbor(
        new Map([
          [1, 1],
          [2, 3],
        ]),
      ),
      'malformed-missing-field',
    ],
    ['a PAY that is no message', request({ message: Uint8Array.of(1) }), 'malformed-tag'],
    ['a PAY with a damaged signature', request({ message: damaged }), 'signature-invalid'],
    ['a damaged certificate', request({ certificate: badCertificate }), 'signature-invalid'],
    [
      "somebody else's certificate",
      request({ certificate: kitStranger('payer').certificate.bytes }),
      'key-unknown',
    ],
    [
      'a PAY that a provider has signed',
      payRequest(kitPay(new Uint8Array(32), {}, kitParties.provider).bytes, kitParties.provider),
      'key-wrong-role',
    ],
  ];
  for (const [title, bytes, code] of rows) {
    it(`is refused with ${code}: ${title}`, async () => {
      const world = await open();
      const reply = await world.exchange(bytes);
      assert.deepEqual([reply.kind, reply.code], ['refused', code]);
      assert.deepEqual(events(world), []);
    });
  }
});

describe('createCarrierDoor()', () => {
  it('hands on what fails in the world, and answers nothing', async () => {
    const world = await open();
    const pay = kitPay((await world.offer()).hash);
    world.journal.close();
    await assert.rejects(world.agent.exchange(payRequest(pay.bytes)));
    await rest();
    worlds.pop();
    rmSync(world.folder, { recursive: true });
    assert.equal(typeof createCarrierDoor, 'function');
  });
});
