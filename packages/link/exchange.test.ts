import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  MAX_MESSAGE_BYTES,
  decodeLinkEnvelope,
  encodeCbor,
  encodeLinkEnvelope,
  sha256,
  sign1,
  softwareSigner,
  toHex,
} from '@coinbox/protocol';
import type { Fault, LinkEnvelope } from '@coinbox/protocol';
import { exampleMessages, exampleParties } from '@coinbox/protocol/testing';
import { createParty, messageOf, walletOf } from './fixtures.ts';
import { createMemoryLinks } from './memory-links.ts';
import type { Parcel } from './memory-links.ts';
import { linkTopic } from './topics.ts';

const provider = walletOf(1);
const terminal = walletOf(2);
const plain = { certificates: [] };
const asTerminal = { ...plain, side: 'terminal', own: terminal, peers: [provider] } as const;
const asProvider = { ...plain, side: 'provider', own: provider, peers: 'any' } as const;

const read = (parcel: Parcel): LinkEnvelope => {
  const envelope = decodeLinkEnvelope(parcel.bytes);
  assert.ok(envelope.ok);
  return envelope.value;
};

test('at most 64 messages of one peer are on their way at a time', () => {
  const parcels: Parcel[] = [];
  const links = createMemoryLinks({ carry: (parcel) => parcels.push(parcel) });
  const machine = createParty();
  for (let at = 0; at < 200; at++) machine.outbox.add(messageOf(provider, at));
  links.open({ ...asTerminal, ...machine }).wake();
  assert.equal(parcels.length, 64);
  links.open({ ...asProvider, ...createParty() });
  for (let parcel = parcels.shift(); parcel; parcel = parcels.shift()) parcel.arrive();
  assert.equal(machine.outbox.size, 0);
});

test('a message that is answered at once is acknowledged after its answer', () => {
  const parcels: Parcel[] = [];
  const links = createMemoryLinks({ carry: (parcel) => parcels.push(parcel) });
  const [machine, host] = [createParty(), createParty()];
  const hostLink = links.open({ ...asProvider, ...host });
  machine.outbox.add(messageOf(provider, 1));
  host.handler.receive = ((receive) => (from, message, certificates) => {
    const answer = receive(from, message, certificates);
    host.outbox.add(messageOf(terminal, 50));
    hostLink.wake(terminal);
    return answer;
  })(host.handler.receive);
  links.open({ ...asTerminal, ...machine });
  parcels.shift()?.arrive();
  // The answer was sent while the message was being taken; the acknowledgement follows it.
  assert.deepEqual(
    parcels.map((parcel) => [read(parcel).message !== undefined, read(parcel).acknowledged.length]),
    [
      [true, 0],
      [false, 1],
    ],
  );
});

test('certificates that do not fit beside a message go before it and are remembered', () => {
  const parcels: Parcel[] = [];
  const links = createMemoryLinks({ carry: (parcel) => parcels.push(parcel) });
  const [machine, host] = [createParty(), createParty()];
  const certificates = [1, 2, 3].map((fill) => new Uint8Array(300).fill(fill));
  const signer = softwareSigner('EdDSA', new Uint8Array(32).fill(9));
  const payload = encodeCbor(new Map([[2, new Uint8Array(3500)]]));
  const bytes = sign1('test', 'coinbox.test', payload, signer);
  machine.outbox.add({ peer: provider, hash: sha256(payload), bytes });
  const got: (readonly Uint8Array[])[] = [];
  const handler = {
    receive(_from: unknown, _message: unknown, found: readonly Uint8Array[]) {
      got.push(found);
      return 'durable' as const;
    },
  };
  links.open({ ...asProvider, outbox: host.outbox, handler });
  links.open({ ...asTerminal, ...machine, certificates });
  assert.deepEqual(
    parcels.map((parcel) => [read(parcel).message !== undefined, read(parcel).certificates.length]),
    [
      [false, 3],
      [true, 0],
    ],
  );
  assert.ok(parcels.every((parcel) => parcel.bytes.length <= MAX_MESSAGE_BYTES));
  for (let parcel = parcels.shift(); parcel; parcel = parcels.shift()) parcel.arrive();
  assert.deepEqual(
    got.map((found) => found.map((one) => Uint8Array.from(one))),
    [certificates],
  );
  assert.equal(machine.outbox.size, 0);
});

test('an outbox that fails is a fault, and nothing is thrown', () => {
  const faults: Fault[] = [];
  const links = createMemoryLinks();
  const machine = createParty();
  const outbox = {
    pending(): never {
      throw new Error('disk');
    },
    acknowledged() {},
  };
  const onFault = (fault: Fault): void => void faults.push(fault);
  links.open({ ...asTerminal, handler: machine.handler, outbox, onFault }).wake();
  assert.equal(faults[0]?.code, 'storage-failed');
});

test('what comes from nobody we deal with is dropped and counted', () => {
  const links = createMemoryLinks();
  const [machine, stranger] = [createParty(), createParty()];
  const link = links.open({ ...asTerminal, ...machine });
  stranger.outbox.add(messageOf(terminal, 1));
  links.open({ ...asProvider, ...stranger, own: walletOf(9) });
  links.settle();
  assert.deepEqual([link.dropped, machine.seen.length], [1, 0]);
});

test('the acknowledgement in spec/12-link.md is what a link sends', () => {
  const page = readFileSync(new URL('../../spec/12-link.md', import.meta.url), 'utf8');
  const { meter } = exampleMessages();
  const envelope = encodeLinkEnvelope({ certificates: [], acknowledged: [meter.hash] });
  assert.ok(page.includes(`payload       ${toHex(envelope)}`));
  const { provider: host, holding } = exampleParties();
  assert.ok(page.includes(linkTopic(host.wallet, holding.wallet, 'down')));
});
