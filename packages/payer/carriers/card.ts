import { CARD_AT_REST, Fault, giveRequest, takeCommand } from '@coinbox/protocol';
import type { Card } from '@coinbox/protocol';
import type { Carrier } from '../carrier.ts';

/**
 * The card that a terminal's reader talks to. A phone's card service or a soft card brings what it
 * gets here. Commands come one at a time, each after the answer to the one before.
 */
export interface CardPort {
  /** One command of the reader, and its answer. */
  command(bytes: Uint8Array): Promise<Uint8Array>;
  /** The card has left the reader, or was reset. */
  deactivate(): void;
}

export type CardCarrierOptions = {
  /** How long a command waits for what the wallet asks next. A reader waits little longer. */
  readonly thinkMs?: number;
  /** How long an exchange waits for a reader. */
  readonly tapMs?: number;
};

/** What the wallet waits for. Owned by the carrier; `isTold`: a reader has got some of it. */
type Exchange = {
  readonly request: Uint8Array;
  readonly resolve: (reply: Uint8Array) => void;
  readonly reject: (fault: Fault) => void;
  isTold: boolean;
};

/**
 * The NFC carrier: the wallet's requests wait until a reader fetches them. Taken away after some
 * of a request was told, the exchange fails, and may be done again over any carrier.
 */
export function createCardCarrier(options: CardCarrierOptions = {}): {
  readonly carrier: Carrier;
  readonly card: CardPort;
} {
  const { thinkMs = 400, tapMs = 60_000 } = options;
  let card: Card = CARD_AT_REST;
  let exchange: Exchange | undefined;
  let before: Promise<unknown> = Promise.resolve();
  /** Set while a command waits for the wallet. */
  let wake: (() => void) | undefined;

  const begin = (request: Uint8Array): Promise<Uint8Array> => {
    const told = new Promise<Uint8Array>((resolve, reject) => {
      exchange = { request, resolve, reject, isTold: false };
    });
    const late = setTimeout(() => fail('no terminal has come near'), tapMs);
    wake?.();
    return told.finally(() => clearTimeout(late));
  };
  const fail = (text: string): void => {
    exchange?.reject(new Fault('unreachable', text));
    exchange = undefined;
  };
  const think = (): Promise<void> =>
    new Promise((resolve) => {
      const end = (): void => {
        wake = undefined;
        clearTimeout(late);
        resolve();
      };
      const late = setTimeout(end, thinkMs);
      wake = end;
    });
  return {
    carrier: {
      exchange(request) {
        const turn = before.then(() => begin(request));
        before = turn.catch(() => undefined);
        return turn;
      },
    },
    card: {
      async command(bytes) {
        const step = takeCommand(card, bytes);
        card = step.card;
        if (step.answer) return step.answer;
        if (step.reply) {
          exchange?.resolve(step.reply);
          exchange = undefined;
        }
        if (!exchange) await think();
        if (exchange && card.phase === 'ready') exchange.isTold = true;
        const given = giveRequest(card, exchange?.request);
        card = given.card;
        return given.answer;
      },
      deactivate() {
        card = CARD_AT_REST;
        wake?.();
        if (exchange?.isTold) fail('the terminal went away');
      },
    },
  };
}
