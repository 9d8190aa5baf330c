import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  ACCEPT,
  decodeCarrierReply,
  encodeCarrierReply,
  encodeCarrierRequest,
  readOwn,
} from '@coinbox/protocol';
import { KIT_PAID, createCardTwin, createWalletTwin, createWorld } from '../testing/kit.ts';
import type { Tear, World } from '../testing/kit.ts';
import { serveContact } from './nfc-contact.ts';

/** Commands of a payment with nothing known before: counted below. */
const WHOLE = 6;
/** Round trips that a payment may take. */
const MOST_TRIPS = 8;

const contact = async (
  world: World,
  wallet: ReturnType<typeof createWalletTwin>,
  tear?: Tear,
): Promise<Awaited<ReturnType<typeof serveContact>> & { trips: number }> => {
  const card = createCardTwin(wallet, tear);
  let trips = 0;
  const ended = await serveContact({
    door: world.agent,
    transmit: (command) => card.transmit(command),
    // The wallet has nothing more to ask: it is taken away.
    pause: async () => {
      trips = card.commands;
      card.transmit = () => Promise.reject(new Error('taken away'));
    },
  });
  return { ...ended, trips };
};
const acceptIn = (wallet: ReturnType<typeof createWalletTwin>): Uint8Array => {
  const [accept] = wallet.reply?.messages ?? [];
  assert.ok(wallet.reply?.kind === 'session' && accept, 'the wallet has got an ACCEPT');
  return accept;
};
const paidOnce = (world: World): void => {
  assert.equal(world.issuer.held(), KIT_PAID);
  assert.equal(world.agent.status().holding, KIT_PAID.toString());
  assert.equal(world.agent.status().openSessions, 1);
};

describe('a contact', () => {
  it('takes a payment in at most eight trips', async (t) => {
    const world = await createWorld();
    const wallet = createWalletTwin(world.now);
    const { requests, trips, end } = await contact(world, wallet);
    t.diagnostic(`a payment takes ${trips} commands`);
    assert.equal(requests, 2);
    assert.equal(end, 'card-gone');
    assert.equal(trips, WHOLE);
    assert.ok(trips <= MOST_TRIPS);
    assert.equal(readOwn(ACCEPT, acceptIn(wallet)).body.held, KIT_PAID);
    paidOnce(world);
    await world.close();
  });

  for (const lost of ['command', 'answer'] as const) {
    for (let at = 0; at < WHOLE; at++) {
      for (const then of ['on the reader', 'over the Internet'] as const) {
        it(`torn at ${lost} ${at} and gone on with ${then} pays once`, async () => {
          const world = await createWorld();
          const wallet = createWalletTwin(world.now);
          const torn = await contact(world, wallet, { at, lost });
          assert.equal(torn.end, 'card-gone');
          if (then === 'on the reader') await contact(world, wallet);
          while (wallet.request) wallet.take(await world.agent.exchange(wallet.request));
          const accept = acceptIn(wallet);
          paidOnce(world);
          // Whoever taps again gets the same answer, to the byte.
          const stored = world.journal.messagesOf(readOwn(ACCEPT, accept).body.session);
          assert.deepEqual(accept, stored.find(({ typ }) => typ === ACCEPT.typ)?.bytes);
          await world.close();
        });
      }
    }
  }

  it('answers a PAY that comes twice as it did before', async () => {
    const world = await createWorld();
    const wallet = createWalletTwin(world.now);
    wallet.take(await world.agent.exchange(wallet.request as Uint8Array));
    const pay = wallet.request as Uint8Array;
    await contact(world, wallet);
    const again = decodeCarrierReply(await world.agent.exchange(pay));
    assert.ok(again.ok);
    assert.deepEqual(again.value.messages[0], acceptIn(wallet));
    paidOnce(world);
    await world.close();
  });

  it('lets nobody wait for news at the reader, and asks everything else as it came', async () => {
    const ask = { kind: 'ask-session', payHash: new Uint8Array(32), known: 2 } as const;
    const requests = [
      encodeCarrierRequest({ ...ask, waitMs: 5_000 }),
      encodeCarrierRequest(ask),
      Uint8Array.of(1, 2, 3),
    ];
    const asked: Uint8Array[] = [];
    const wallet = {
      reply: undefined,
      get request() {
        return requests[asked.length];
      },
      take: () => undefined,
    };
    const card = createCardTwin(wallet);
    await serveContact({
      door: {
        async exchange(request) {
          asked.push(request);
          return encodeCarrierReply({ kind: 'refused', messages: [], certificates: [] });
        },
      },
      transmit: (command) => card.transmit(command),
      pause: async () => void (card.transmit = () => Promise.reject(new Error('taken away'))),
    });
    assert.deepEqual(asked, [requests[1], requests[1], requests[2]]);
  });

  it('ends with a card that is no wallet, and says what it answered', async () => {
    const ended = await serveContact({
      door: { exchange: () => Promise.reject(new Error('nobody asks')) },
      transmit: async () => Uint8Array.of(0x6a, 0x82),
      pause: async () => undefined,
    });
    assert.deepEqual(ended, {
      requests: 0,
      commands: 1,
      end: { code: 'malformed-value', detail: 'the card answered 6a82' },
    });
  });

  it('leaves a wallet alone that has nothing to ask for long', async () => {
    const card = createCardTwin({ request: undefined, reply: undefined, take: () => undefined });
    let paused = 0;
    const ended = await serveContact({
      door: { exchange: () => Promise.reject(new Error('nobody asks')) },
      transmit: (command) => card.transmit(command),
      pause: async (ms) => void (paused += ms),
    });
    assert.equal(ended.end, 'nothing-to-ask');
    assert.ok(paused >= 30_000 && paused <= 31_000);
  });
});
