import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  Fault,
  beginContact,
  formatAnswer,
  poll,
  putReply,
  takeAnswer,
  toHex,
} from '@coinbox/protocol';
import type { ReaderStep } from '@coinbox/protocol';
import { createPayer } from '../payer.ts';
import { createMemoryStore } from '../store.ts';
import { PAID, createClock, createTwin, kit, kitAccept, kitBook } from '../testing/kit.ts';
import { createCardCarrier } from './card.ts';
import type { CardPort } from './card.ts';

const isUnreachable = (fault: unknown): boolean =>
  fault instanceof Fault && fault.code === 'unreachable';
const quick = { thinkMs: 20, tapMs: 200 };

/** Where a contact ends: before or after the card gets the command of that number. */
type Tear = { readonly at: number; readonly side: 'before' | 'after' };

/** A terminal's reader with a card on it, until the wallet has nothing to ask, or is torn away. */
async function hold(
  card: CardPort,
  door: (request: Uint8Array) => Promise<Uint8Array>,
  tear?: Tear,
): Promise<number> {
  let step: ReaderStep = beginContact();
  let commands = 0;
  while (step.kind !== 'rest') {
    if (step.kind === 'serve') {
      step = putReply(step.reader, await door(step.request));
      continue;
    }
    const isTorn = tear?.at === commands;
    if (isTorn && tear.side === 'before') break;
    commands += 1;
    const answer = await card.command(step.command);
    if (isTorn) break;
    const taken = takeAnswer(step.reader, answer);
    assert.ok(taken.ok);
    step = taken.value;
  }
  card.deactivate();
  return commands;
}

const backwards = async (request: Uint8Array) => Uint8Array.from(request).reverse();

describe('createCardCarrier()', () => {
  it('waits for a reader, and brings request and reply over whole', async () => {
    const { carrier, card } = createCardCarrier(quick);
    const reply = carrier.exchange(new Uint8Array(700).fill(3));
    await hold(card, backwards);
    assert.deepEqual(await reply, new Uint8Array(700).fill(3));
  });

  it('tells the next request in the same contact, though the wallet thinks before', async () => {
    const { carrier, card } = createCardCarrier({ thinkMs: 500 });
    const both = carrier.exchange(Uint8Array.of(1)).then(async (first) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      return [first, await carrier.exchange(Uint8Array.of(2))];
    });
    // SELECT, GET, PUT with the next request in its answer, PUT.
    assert.equal(await hold(card, backwards), 4);
    assert.deepEqual(await both, [Uint8Array.of(1), Uint8Array.of(2)]);
  });

  it('has nothing to ask without an exchange, and says so in time', async () => {
    const { card } = createCardCarrier(quick);
    await card.command(beginContact().command);
    const start = performance.now();
    assert.equal(toHex(await card.command(poll().command)), toHex(formatAnswer(0x9000)));
    assert.ok(performance.now() - start < 1_000);
  });

  it('is unreachable when no reader comes', async () => {
    const { carrier } = createCardCarrier({ tapMs: 5 });
    await assert.rejects(carrier.exchange(Uint8Array.of(1)), isUnreachable);
  });

  it('waits on for a reader when it is reset before anything was told', async () => {
    const { carrier, card } = createCardCarrier(quick);
    const reply = carrier.exchange(Uint8Array.of(9));
    card.deactivate();
    await card.command(beginContact().command);
    card.deactivate();
    await hold(card, backwards);
    assert.deepEqual(await reply, Uint8Array.of(9));
  });

  it('fails at once when it is taken away after something was told', async () => {
    const { carrier, card } = createCardCarrier({ tapMs: 2_000 });
    const asking = carrier.exchange(new Uint8Array(300));
    await card.command(beginContact().command);
    await card.command(poll().command);
    card.deactivate();
    await assert.rejects(asking, /went away/);
    // Without power it knows no selection any more.
    assert.equal(toHex(await card.command(poll().command)), '6985');
  });

  it('tells a request anew to a reader that selects again', async () => {
    const { carrier, card } = createCardCarrier(quick);
    const reply = carrier.exchange(new Uint8Array(300).fill(5));
    await card.command(beginContact().command);
    await card.command(poll().command);
    await hold(card, backwards);
    assert.deepEqual(await reply, new Uint8Array(300).fill(5));
  });
});

describe('a payment by card', () => {
  const start = () => {
    const terminal = createTwin((pay) => ({
      kind: 'session',
      messages: [kitAccept({ payHash: pay.hash }).bytes],
      stage: 'accepted',
    }));
    const { signer, certificate } = kit.payer;
    const store = createMemoryStore();
    const clock = createClock();
    const parts = { signer, certificate, asset: 'CNY/2', book: kitBook(), store, clock } as const;
    return { terminal, payer: createPayer(parts), ...createCardCarrier(quick) };
  };
  type Started = ReturnType<typeof start>;
  const buy = async ({ payer, carrier }: Started): Promise<string> => {
    const [known] = payer.payments();
    const offer = known ? undefined : await payer.askOffer(carrier, PAID);
    if (offer && !offer.ok) return offer.rejection.code;
    const view = offer
      ? await payer.pay(carrier, offer.value, { amount: PAID })
      : await payer.resend(carrier, (known as NonNullable<typeof known>).offer);
    return view.ok ? view.value.payment.stage : view.rejection.code;
  };
  const whole = async (started: Started, tear?: Tear) => {
    const buying = buy(started).catch((fault: unknown) => fault);
    const commands = await hold(started.card, (r) => started.terminal.carrier.exchange(r), tear);
    return { commands, end: await buying };
  };

  it('torn at every command, before or after it, is one payment after the next tap', async () => {
    const { commands, end } = await whole(start());
    assert.equal(end, 'done');
    for (let at = 0; at < commands; at++) {
      for (const side of ['before', 'after'] as const) {
        const started = start();
        const torn = await whole(started, { at, side });
        const isDone = torn.end === 'done';
        assert.ok(isDone || isUnreachable(torn.end), `torn ${side} ${at}`);
        if (!isDone) assert.equal((await whole(started)).end, 'done');
        assert.equal(started.payer.payments().length, 1);
        assert.equal(new Set(started.terminal.pays.map(({ hash }) => toHex(hash))).size, 1);
      }
    }
  });

  it('torn at any command is finished over another carrier, the same bytes', async () => {
    const { commands } = await whole(start());
    for (let at = 0; at < commands; at++) {
      const started = start();
      const torn = await whole(started, { at, side: 'after' });
      const internet = { ...started, carrier: started.terminal.carrier };
      if (torn.end !== 'done') assert.equal(await buy(internet), 'done');
      assert.equal(new Set(started.terminal.pays.map(({ hash }) => toHex(hash))).size, 1);
    }
  });
});
