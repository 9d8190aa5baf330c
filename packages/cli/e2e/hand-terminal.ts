import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  DRAW,
  OFFER,
  PAY,
  RECEIPT,
  SETTLE,
  later,
  money,
  newId,
  openMessage,
  paymentIdOf,
  settlementIdOf,
  signMessage,
} from '@coinbox/protocol';
import type {
  Bill,
  Draw,
  Offer,
  Pay,
  PaymentId,
  Receipt,
  Result,
  SessionId,
  Settle,
  Signed,
  WalletId,
} from '@coinbox/protocol';
import { readTerminalFolder } from '@coinbox/terminal';
import { enrolTerminalFolder, mapTerminal, orFail } from '../enrol.ts';
import type { Billed } from './hand-provider.ts';
import { TARIFF, clock, enrolPayerWallet, randomId } from './site.ts';
import type { Site } from './site.ts';

/** A payment into a terminal that is played by hand. */
export type HandPayment = Billed & { readonly payment: PaymentId; readonly amount: bigint };

/**
 * A terminal without a program: a test signs with the keys of its folder, and posts to the issuer
 * what no terminal of ours would send.
 */
export type HandTerminal = {
  readonly terminal: WalletId;
  readonly payer: WalletId;
  /** Pays in over the issuer's door. `amount`: minor units. */
  pay(amount: bigint): Promise<HandPayment>;
  /**
   * Posts a SETTLE without the two optional wallet ids, but for `change`. Its upload number counts
   * once it was answered with a receipt.
   */
  settle(
    payment: HandPayment,
    bill: Signed<Bill>,
    change?: Partial<Settle>,
  ): Promise<Result<Receipt>>;
};

/** Enrols a terminal with a payer of its own, and maps it to the provider of the site. */
export async function openHandTerminal(site: Site): Promise<HandTerminal> {
  const { maker, checker } = site;
  const discovery = orFail(await maker.discover(), 'discover');
  const folder = join(site.folder, 'hand');
  const purse = join(site.folder, 'hand-payer');
  mkdirSync(purse);
  const urls = { issuerUrl: site.issuer.url, brokerUrl: site.broker.url };
  const order = { client: maker, discovery, ...urls, tariff: TARIFF, least: '1', most: '1000000' };
  const terminal = await enrolTerminalFolder({ ...order, folder });
  await mapTerminal(maker, checker, terminal, site.provider);
  const { keys, book } = readTerminalFolder(folder, clock.now());
  const { payerWallet, ...paying } = await enrolPayerWallet(purse, maker, discovery, 10_000n);
  let sequence = 0;
  let upload = 0;
  const submit = async (message: Uint8Array): Promise<Result<Receipt>> => {
    const answer = await maker.submit(message);
    if (!answer.ok) return answer;
    const receipt = openMessage(RECEIPT, answer.value, book, clock.now());
    return receipt.ok ? { ok: true, value: receipt.value.body } : receipt;
  };
  return {
    terminal,
    payer: payerWallet,
    async pay(amount) {
      const signedOffer = signMessage(
        OFFER,
        offerOf(terminal, site.provider, (sequence += 1)),
        keys.holding,
        keys.holdingCertificate,
        keys.network,
      );
      const body = payOf(signedOffer, payerWallet, amount, sequence);
      const { payerSigner, payerCertificate } = paying;
      const pay = signMessage(PAY, body, payerSigner, payerCertificate, keys.network);
      const receipt = orFail(await submit(pay.bytes), 'pay');
      if (receipt.result !== 'posted') throw new Error(`the PAY is ${receipt.result}`);
      const session: SessionId = newId('session', clock.now(), randomId());
      const { tariffHash } = signedOffer.body;
      const meterHash = new Uint8Array(32);
      return { payment: paymentIdOf(pay), amount, session, terminal, tariffHash, meterHash };
    },
    async settle(payment, bill, change = {}) {
      const settlementWallet = keys.settlementCertificate.body.wallet;
      const drawn = drawOf(payment, bill, settlementWallet, (sequence += 1));
      const draw = signMessage(DRAW, drawn, keys.holding, keys.holdingCertificate, keys.network);
      const body: Settle = {
        ...settleOf(payment, bill, draw),
        upload: upload + 1,
        sequence,
        ...change,
      };
      const { settlement, settlementCertificate, network } = keys;
      const signed = signMessage(SETTLE, body, settlement, settlementCertificate, network);
      const answer = await submit(signed.bytes);
      if (answer.ok) upload += 1;
      return answer;
    },
  };
}

const offerOf = (terminal: WalletId, provider: WalletId, sequence: number): Offer => ({
  sequence,
  offer: newId('offer', clock.now(), randomId()),
  terminal,
  provider,
  mappingVersion: 1,
  asset: 'EUR/2',
  least: money(1n),
  most: money(1_000_000n),
  tariffHash: new Uint8Array(32),
  validUntil: later(clock.now(), 60_000),
});

const payOf = (offer: Signed<Offer>, payer: WalletId, amount: bigint, sequence: number): Pay => ({
  sequence,
  offerHash: offer.hash,
  payer,
  terminal: offer.body.terminal,
  amount: money(amount),
  asset: 'EUR/2',
  mappingVersion: offer.body.mappingVersion,
  at: clock.now(),
});

const drawOf = (
  payment: HandPayment,
  { body: bill, hash }: Signed<Bill>,
  settlementWallet: WalletId,
  sequence: number,
): Draw => ({
  sequence,
  draw: settlementIdOf(bill.bill, payment.session),
  bill: bill.bill,
  billHash: hash,
  session: payment.session,
  terminal: payment.terminal,
  settlementWallet,
  amount: bill.amount,
  remaining: money(payment.amount - bill.amount),
  asset: 'EUR/2',
});

const settleOf = (
  { payment }: HandPayment,
  bill: Signed<Bill>,
  { body: draw, bytes }: Signed<Draw>,
): Omit<Settle, 'upload' | 'sequence'> => ({
  settlement: draw.draw,
  amount: draw.amount,
  asset: draw.asset,
  terminal: draw.terminal,
  settlementWallet: draw.settlementWallet,
  session: draw.session,
  billHash: draw.billHash,
  payments: [payment],
  draw: bytes,
  bill: bill.bytes,
});
