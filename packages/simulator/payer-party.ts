import type { TestWallet } from '@coinbox/issuer/testing';
import {
  BILL,
  PAY,
  decodeCarrierRequest,
  encodeCarrierRequest,
  openMessage,
  paymentIdOf,
  readOwn,
} from '@coinbox/protocol';
import type { Offer, OfferId, Result, Signed, WalletId } from '@coinbox/protocol';
import { createPayer } from '@coinbox/payer';
import type { Carrier, Payer, Payment, PaymentView } from '@coinbox/payer';
import { bookOf } from './genesis.ts';
import type { IssuerParty } from './issuer-party.ts';
import type { Life } from './life.ts';
import { createPayerDisk, openPayerDisk } from './payer-disk.ts';
import type { PayerDisk } from './payer-disk.ts';
import type { Purchase } from './plan.ts';
import { createParty, reportBug } from './setting.ts';
import type { Party, Setting } from './setting.ts';
import type { TerminalParty } from './terminal-party.ts';

/** A payer with a wallet on a device. */
export interface PayerParty extends Party {
  readonly wallet: WalletId;
  /** Begins a payment, where it is up. */
  buy(purchase: Purchase): void;
  /** Comes back for all that is not settled, and does not go away before it is. */
  chaseAll(): void;
  isAtRest(): boolean;
  /** A payment whose number it has used twice, and of which the issuer has taken the other one. */
  isForfeit(offer: OfferId): boolean;
  /** Signs a second PAY with the number of its last one, for a fresh offer. */
  reuseCounter(terminal: TerminalParty): void;
}

export type PayerPartyParts = {
  readonly name: string;
  readonly payer: TestWallet;
  readonly issuer: IssuerParty;
  readonly terminals: readonly TerminalParty[];
  /** Offers that were given to somebody, the newest last. Shared by all payers. */
  readonly offers: Signed<Offer>[];
};

const ANSWER_WITHIN_MS = 3_500;

/** The volatile part of a payer: gone with its life. */
type Running = {
  readonly life: Life;
  readonly payer: Payer;
  readonly chased: Set<OfferId>;
  readonly ended: Set<OfferId>;
};

export function createPayerParty(setting: Setting, parts: PayerPartyParts): PayerParty {
  const { name, payer: owner } = parts;
  const { schedule, witness } = setting;
  const disk: PayerDisk = createPayerDisk();
  let running: Running | undefined;
  const usedTwice = new Set<number>();
  let died: () => void = () => undefined;

  const isForfeit = (offer: OfferId): boolean => {
    const pay = payIn(disk.payments.get(offer));
    const isTwice = pay !== undefined && usedTwice.has(pay.body.sequence);
    return isTwice && !witness.truth.ledger.paid.has(paymentIdOf(pay));
  };
  const party = createParty(setting, {
    name,
    begin(life, up) {
      const stored = (payment: Payment): void => witness.stored(owner.wallet, payment);
      const store = openPayerDisk(setting, name, life, disk, stored);
      died = store.died;
      const { signer, certificate } = owner;
      const { asset } = setting.genesis.ports;
      const { clock } = schedule;
      const book = bookOf(setting.genesis, []);
      const payer = createPayer({ signer, certificate, asset, book, store, clock });
      const own: Running = { life, payer, chased: new Set(), ended: new Set() };
      running = own;
      up();
      // A device that comes back looks after what it has begun.
      for (const { offer } of payer.payments()) {
        if (!life.dead) chase(setting, parts, own, disk, offer, 4);
      }
    },
    ended() {
      running = undefined;
      died();
    },
  });

  return {
    ...party,
    wallet: owner.wallet,
    get isUp() {
      return party.isUp;
    },
    buy(purchase) {
      const own = running;
      if (own) spawn(setting, own.life, () => shop(setting, parts, own, disk, purchase));
    },
    chaseAll() {
      const own = running;
      if (!own) return;
      for (const { offer } of own.payer.payments()) {
        if (!own.life.dead && !own.chased.has(offer))
          chase(setting, parts, own, disk, offer, Infinity);
      }
    },
    isForfeit,
    isAtRest: () => {
      const own = running;
      const isDone = (offer: OfferId): boolean => own?.ended.has(offer) || isForfeit(offer);
      return own !== undefined && [...disk.payments.keys()].every(isDone);
    },
    reuseCounter(terminal) {
      const own = running;
      if (!own || disk.counters.sequence === 0) return;
      usedTwice.add(disk.counters.sequence);
      spawn(setting, own.life, () => cheat(setting, parts, own, disk, terminal));
    },
  };
}

const payIn = (payment: Payment | undefined) => payment && readOwn(PAY, payment.messages.pay);

/** Work of its own within a life. */
function spawn(setting: Setting, life: Life, work: () => Promise<void>): void {
  life.gate(work()).catch((thrown: unknown) => reportBug(setting, thrown));
}

const pause = ({ schedule }: Setting, life: Life, name: string, ms: number): Promise<void> =>
  life.gate(new Promise((resolve) => void schedule.after(ms, `${name} goes on`, () => resolve())));

/** The carrier to a terminal, over the network. */
function carrierTo(
  { network, witness }: Setting,
  { name, payer }: PayerPartyParts,
  life: Life,
  terminal: TerminalParty,
  isCheat = false,
): Carrier {
  return {
    exchange(request) {
      life.point('before a request to a terminal');
      const decoded = decodeCarrierRequest(request);
      if (!isCheat && decoded.ok && decoded.value.message) {
        witness.sentByPayer(payer.wallet, decoded.value.message);
      }
      return network.ask({
        from: name,
        to: terminal.name,
        what: 'request',
        life,
        withinMs: ANSWER_WITHIN_MS,
        serve: () => terminal.exchange(request),
      });
    },
  };
}

/** One purchase from the offer to the payment; what comes after is `chase`. */
async function shop(
  setting: Setting,
  parts: PayerPartyParts,
  own: Running,
  disk: PayerDisk,
  purchase: Purchase,
): Promise<void> {
  const { random, tally } = setting;
  const terminal = parts.terminals[purchase.terminal];
  if (!terminal) return;
  const carrier = carrierTo(setting, parts, own.life, terminal);
  let offer: Signed<Offer> | undefined;
  if (purchase.borrowsOffer) offer = parts.offers.at(-1);
  for (let tries = 0; !offer && tries < 8; tries++) {
    const asked = await attempt(setting, own.payer.askOffer(carrier, purchase.amount));
    if (asked?.ok) offer = asked.value;
    else await pause(setting, own.life, parts.name, random.between(200, 2_000));
  }
  if (!offer) return;
  parts.offers.push(offer);
  if (purchase.thinksMs > 0) await pause(setting, own.life, parts.name, purchase.thinksMs);
  const paid = await attempt(setting, own.payer.pay(carrier, offer, { amount: purchase.amount }));
  if (paid && !paid.ok) tally.count(`payer: ${paid.rejection.code}`);
  if (disk.payments.has(offer.body.offer)) {
    chase(setting, parts, own, disk, offer.body.offer, purchase.rounds);
  }
}

/** A fault of the world is nothing new to a payer: it has no answer. */
async function attempt<T>(setting: Setting, work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (thrown) {
    reportBug(setting, thrown);
    return undefined;
  }
}

/** Asks for one payment until it is over, or the rounds are. */
function chase(
  setting: Setting,
  parts: PayerPartyParts,
  own: Running,
  disk: PayerDisk,
  offer: OfferId,
  rounds: number,
): void {
  own.chased.add(offer);
  spawn(setting, own.life, async () => {
    for (let round = 0; round < rounds || setting.healing; round++) {
      const payment = own.payer.payment(offer);
      if (!payment) break;
      const view = await askOnce(setting, parts, own, payment);
      if (isOver(own.payer.payment(offer), view) && disk.payments.has(offer)) {
        own.ended.add(offer);
        break;
      }
      await pause(setting, own.life, parts.name, setting.random.between(100, 2_500));
    }
    own.chased.delete(offer);
  });
}

function askOnce(
  setting: Setting,
  parts: PayerPartyParts,
  own: Running,
  { offer, messages, stage }: Payment,
): Promise<Result<PaymentView> | undefined> {
  const { random, schedule } = setting;
  const wallet = readOwn(PAY, messages.pay).body.terminal;
  const terminal = parts.terminals.find((one) => one.wallet === wallet);
  if (!terminal) return Promise.resolve(undefined);
  const carrier = carrierTo(setting, parts, own.life, terminal);
  const dice = random.below(10);
  if (stage === 'debited' && dice < 2) {
    const client = parts.issuer.clientOf(parts.name, own.life);
    schedule.note(`${parts.name} asks the issuer`);
    return attempt(setting, own.payer.askIssuer(client, offer));
  }
  if (stage === 'debited' && dice < 7) return attempt(setting, own.payer.resend(carrier, offer));
  const patience = random.chance(0.5) ? undefined : { told: random.below(4), waitMs: 2_000 };
  return attempt(setting, own.payer.refresh(carrier, offer, patience));
}

/** Credited again, refunded, or billed with nothing left to give back. */
function isOver(payment: Payment | undefined, view: Result<PaymentView> | undefined): boolean {
  if (payment?.stage === 'recredited' || payment?.stage === 'refunded') return true;
  if (!payment || !view?.ok || payment.messages.refund) return false;
  if (view.value.stage === 'closed') return true;
  // All of it is billed: where the settlement is parked, the payer is not concerned.
  const { bill } = payment.messages;
  return bill !== undefined && readOwn(BILL, bill).body.amount === payment.amount;
}

/** A device that was copied: the copy signs with a number that is used. */
async function cheat(
  setting: Setting,
  parts: PayerPartyParts,
  own: Running,
  disk: PayerDisk,
  terminal: TerminalParty,
): Promise<void> {
  const { genesis, schedule } = setting;
  const carrier = carrierTo(setting, parts, own.life, terminal, true);
  const last = [...disk.payments.values()].find(
    ({ messages }) => readOwn(PAY, messages.pay).body.sequence === disk.counters.sequence,
  );
  const amount = last?.amount;
  if (!last || !amount) return;
  const asked = await attempt(setting, own.payer.askOffer(carrier, amount));
  if (!asked?.ok) return;
  const { body: offer, hash } = asked.value;
  const before = readOwn(PAY, last.messages.pay).body;
  const { terminal: to, mappingVersion } = offer;
  const body = {
    ...before,
    terminal: to,
    mappingVersion,
    offerHash: hash,
    at: schedule.clock.now(),
  };
  const message = parts.payer.sign(PAY, body).bytes;
  const certificate = parts.payer.certificate.bytes;
  setting.tally.count('rogue: a payer uses a number twice');
  const check = openMessage(PAY, message, bookOf(genesis, [parts.payer]), schedule.clock.now());
  if (!check.ok) return setting.witness.fail('bug: the cheat signs badly');
  await attempt(
    setting,
    carrier.exchange(encodeCarrierRequest({ kind: 'pay', message, certificate })),
  );
}
