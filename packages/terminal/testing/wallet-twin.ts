import {
  CARD_AT_REST,
  CertificateBook,
  OFFER,
  PAY,
  assert,
  decodeCarrierReply,
  giveRequest,
  openMessage,
  takeCommand,
} from '@coinbox/protocol';
import type { Card, CarrierReply, Instant, Pay, Signed } from '@coinbox/protocol';
import { exampleSigner } from '@coinbox/protocol/testing';
import { KIT_NETWORK, askOffer, kitBook, kitParties, kitPay, payRequest } from './messages.ts';

/** A payer's wallet: asks for an offer, pays it, and has nothing more to ask. */
export type WalletTwin = {
  /** What it asks until it is answered. */
  readonly request: Uint8Array | undefined;
  /** The last reply to its PAY. */
  readonly reply: CarrierReply | undefined;
  take(reply: Uint8Array): void;
};

/**
 * It knows the authority and has met no terminal. `at`: when it pays. Like a real one it sends the
 * very same PAY again until it is answered.
 */
export function createWalletTwin(at: () => Instant): WalletTwin {
  const book = new CertificateBook(KIT_NETWORK, exampleSigner('root').publicKey);
  assert(book.add(kitParties.authority.certificate.bytes, at()).ok, 'the authority is known');
  let request: Uint8Array | undefined = askOffer;
  let pay: Signed<Pay> | undefined;
  let last: CarrierReply | undefined;
  return {
    get request() {
      return request;
    },
    get reply() {
      return last;
    },
    take(bytes) {
      const reply = decodeCarrierReply(bytes);
      assert(reply.ok, 'the terminal replies');
      for (const certificate of reply.value.certificates) book.add(certificate, at());
      if (pay) {
        last = reply.value;
        request = undefined;
        return;
      }
      const offer = openMessage(OFFER, reply.value.messages[0] ?? new Uint8Array(), book, at());
      assert(offer.ok, 'the wallet can check the offer with what came with it');
      pay = kitPay(offer.value.hash, { at: at() });
      const paid = openMessage(PAY, pay.bytes, kitBook(), at());
      assert(paid.ok, 'the PAY is good');
      request = payRequest(pay.bytes, kitParties.payer);
    },
  };
}

/** Where a contact is torn: the command of that number gets lost, or the answer to it. */
export type Tear = { readonly at: number; readonly lost: 'command' | 'answer' };

/** The wallet as a card on a reader. After the tear it is gone. */
export function createCardTwin(wallet: WalletTwin, tear?: Tear) {
  let card: Card = CARD_AT_REST;
  let commands = 0;
  return {
    get commands() {
      return commands;
    },
    async transmit(command: Uint8Array): Promise<Uint8Array> {
      const number = commands++;
      if (tear && number >= tear.at && (number > tear.at || tear.lost === 'command')) {
        throw new Error('the card was taken away');
      }
      const step = takeCommand(card, command);
      if (step.reply) wallet.take(step.reply);
      const told = step.answer ? step : giveRequest(step.card, wallet.request);
      card = told.card;
      // Some readers show a card that went away as an answer of no bytes.
      return tear?.at === number ? new Uint8Array() : told.answer;
    },
  };
}
